using System.Net;
using System.Net.Sockets;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>A database server that is down when a node starts is waited for.</summary>
public sealed class DatabaseWaitTests
{
    [Theory]
    [InlineData(DatabaseKind.PostgreSql, "Host=127.0.0.1;Port={0};Username=u")]
    [InlineData(DatabaseKind.MySql, "Server=127.0.0.1;Port={0};User ID=u")]
    public async Task Meanwhile_the_node_lives_is_not_ready_says_so_and_ends_when_told_to(DatabaseKind engine, string address)
    {
        var (url, port) = (FreePort(), FreePort());
        await using var node = Start(url, engine, string.Format(System.Globalization.CultureInfo.InvariantCulture, address, port));
        using var http = new HttpClient { BaseAddress = new Uri(FormattableString.Invariant($"http://127.0.0.1:{url}")) };

        await Eventually.UntilAsync(() => AnswersAsync(http, "/health/live"));
        using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        var reasons = await ready.Content.ReadAsStringAsync();
        using var page = await http.GetAsync(new Uri("/", UriKind.Relative));
        using var call = await http.GetAsync(new Uri("/api/board", UriKind.Relative));
        Assert.True(await node.TerminateAsync());
        var ended = await node.EndAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("\"database\"", reasons, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (page.StatusCode, call.StatusCode));
        Assert.Equal("application/problem+json", call.Content.Headers.ContentType?.MediaType);
        Assert.Equal((ExitCodes.Stopped, ""), (ended.Code, string.Join('\n', ended.Errors)));
        Assert.Contains("this node waits for it", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.PostgreSql)]
    [InlineData(DatabaseKind.MySql)]
    public async Task It_starts_once_the_database_answers(DatabaseKind engine)
    {
        var folder = Directory.CreateTempSubdirectory("wait-").FullName;
        await using var database = await TestDatabase.CreateAsync(engine, folder);
        var settings = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = database.ConnectionString };
        var (url, port, there) = (FreePort(), FreePort(), int.Parse((string)settings["Port"], System.Globalization.CultureInfo.InvariantCulture));
        settings["Port"] = port;
        await using var node = Start(url, engine, settings.ConnectionString);
        using var http = new HttpClient { BaseAddress = new Uri(FormattableString.Invariant($"http://127.0.0.1:{url}")) };
        await Eventually.UntilAsync(() => AnswersAsync(http, "/health/live"));
        Assert.False(await AnswersAsync(http, "/health/ready"));

        using var over = new CancellationTokenSource();
        var forwarding = ForwardAsync(port, there, over.Token);

        await Eventually.UntilAsync(() => AnswersAsync(http, "/health/ready"));
        Assert.True(await node.TerminateAsync());
        Assert.Equal(ExitCodes.Stopped, (await node.EndAsync()).Code);
        await over.CancelAsync();
        await forwarding;
        Directory.Delete(folder, recursive: true);
    }

    private static ProgramProcess Start(int url, DatabaseKind engine, string connectionString) => ProgramProcess.Start(
        ProgramProcess.Product, ["--urls", FormattableString.Invariant($"http://127.0.0.1:{url}")], new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Database:Engine"] = engine.ToString(), ["Database:ConnectionString"] = connectionString,
        });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task ForwardAsync(int port, int there, CancellationToken over)
    {
        using var way = new TcpListener(IPAddress.Loopback, port);
        way.Start();
        var lines = new List<Task>();
        try
        {
            while (true) lines.Add(CarryAsync(await way.AcceptTcpClientAsync(over), there, over));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(lines);
        }
    }

    private static async Task CarryAsync(TcpClient here, int port, CancellationToken over)
    {
        using var near = here;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, port, over);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), over), far.GetStream().CopyToAsync(near.GetStream(), over));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One side is gone.
        }
    }
}
