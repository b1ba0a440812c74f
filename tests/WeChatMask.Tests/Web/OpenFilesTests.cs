using System.Net;
using System.Net.Sockets;
using System.Text;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Web;

/// <summary>What a node holds of the system's: more callers than it gives a process files for, and files that are watched.</summary>
public sealed class OpenFilesTests
{
    private const int Limit = 1_100;
    private const int AtOnce = 32;

    [Fact]
    public async Task A_node_to_which_more_come_than_it_may_have_files_open_turns_some_away_and_goes_on()
    {
        var port = Shell.FreePort();
        await using var node = ProgramProcess.Start(
            ProgramProcess.Sandbox, ["--urls", FormattableString.Invariant($"http://127.0.0.1:{port}"), "--data", "{folder}/data"], openFiles: Limit);
        using var http = new HttpClient { BaseAddress = new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}")) };
        await Eventually.UntilAsync(() => IsReadyAsync(http));

        var follow = Encoding.ASCII.GetBytes("GET /api/board/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        var sockets = new List<(Socket Socket, bool Streams)>();
        // Some at a time: each is looked at before the next come, as when a city opens its pages.
        while (sockets.Count < Limit * 3 / 2) sockets.AddRange(await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => FollowAsync(port, follow))));
        var following = sockets.Count(s => s.Streams);

        Assert.False(node.HasEnded);
        Assert.InRange(following, 1, Limit / 4 * 3);
        foreach (var (socket, _) in sockets) socket.Dispose();
        await Eventually.UntilAsync(() => IsReadyAsync(http));
        Assert.False(node.HasEnded);
    }

    [Theory]
    [InlineData(ProgramProcess.Product)]
    [InlineData(ProgramProcess.Sandbox)]
    public async Task A_node_is_not_told_of_each_write_below_the_folder_in_which_it_was_started(string program)
    {
        var url = FormattableString.Invariant($"http://127.0.0.1:{Shell.FreePort()}");
        await using var node = ProgramProcess.Start(program, program == ProgramProcess.Sandbox ? ["--urls", url, "--data", "{folder}/data"] : ["--urls", url]);
        using var http = new HttpClient { BaseAddress = new Uri(url) };

        await Eventually.UntilAsync(() => IsReadyAsync(http));

        Assert.Equal(0, node.Watches);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(700, 1)]
    [InlineData(1_024, 324)]
    [InlineData(20_000, 18_000)]
    [InlineData(65_536, 63_536)]
    [InlineData(int.MaxValue, int.MaxValue - 2_000)]
    public void Some_files_are_kept_for_databases_and_the_runtime(int limit, int connections) => Assert.Equal(connections, OpenFiles.ConnectionsOf(limit));

    private static async Task<(Socket Socket, bool Streams)> FollowAsync(int port, byte[] follow)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            await socket.SendAsync(follow);
            var heard = new byte[256];
            var length = await socket.ReceiveAsync(heard);
            return (socket, Encoding.ASCII.GetString(heard, 0, length).Contains("text/event-stream", StringComparison.Ordinal));
        }
        catch (SocketException)
        {
            return (socket, false);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
