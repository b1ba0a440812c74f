using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WeChatMask.LoadTool;

/// <summary>What a browser that follows the board costs the server in memory.</summary>
/// <remarks>Both processes need a file descriptor for each: <c>ulimit -n</c> must be larger than the listeners.</remarks>
internal static class ListenMeasurement
{
    private const int UsualListeners = 20_000;
    private const int AtOnce = 32;
    private const int MostBytes = 10 * 1024;

    // The first ones make the server compile its code and open its pools; they are not weighed.
    private const int WarmUp = 1_000;

    // A server that keeps what a phone has sent keeps this.
    private const string PhoneHeaders =
        "Accept: text/event-stream\r\n" +
        "Accept-Encoding: gzip, deflate, br\r\n" +
        "Accept-Language: zh-CN,zh;q=0.9,en-US;q=0.8,en;q=0.7\r\n" +
        "Cache-Control: no-cache\r\n" +
        "Referer: https://mask.example.gov.cn/\r\n" +
        "User-Agent: Mozilla/5.0 (Linux; Android 12; M2012K11AC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0\r\n";

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>Connects all, waits for each one's first event, and weighs.</summary>
    public static async Task<int> RunAsync(Uri url, Options options)
    {
        if (options.Process is not { } id) return Options.Misused();
        var listeners = options.Tasks == 0 ? UsualListeners : options.Tasks;
        using var server = Process.GetProcessById(id);
        var sockets = new List<Socket>(listeners);
        try
        {
            await ListenAsync(url, sockets, WarmUp);
            var before = await WeighAsync(server);
            await ListenAsync(url, sockets, listeners);
            var after = await WeighAsync(server);
            var each = (after - before) / (double)(sockets.Count - WarmUp);
            Report.Line($"{sockets.Count} listeners, each", each / 1024, "KB", $"of the server's {after / 1024 / 1024} MB");
            return Report.Verdict(each <= MostBytes && sockets.Count == listeners ? [] : [$"{sockets.Count} of {listeners} listeners, {each:0} bytes each"]);
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
    }

    private static async Task ListenAsync(Uri url, List<Socket> sockets, int count)
    {
        var ask = Encoding.ASCII.GetBytes($"GET /api/board/events?view=figures HTTP/1.1\r\nHost: {url.Authority}\r\n{PhoneHeaders}\r\n");
        while (sockets.Count < count)
        {
            var portion = await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count - sockets.Count)).Select(_ => OpenAsync(url, ask)));
            sockets.AddRange(portion.OfType<Socket>());
            if (portion.Contains(null)) return;
        }
    }

    private static async Task<Socket?> OpenAsync(Uri url, byte[] ask)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, url.Port);
            await socket.SendAsync(ask);
            var heard = new byte[2048];
            var length = 0;
            while (length < heard.Length)
            {
                var read = await socket.ReceiveAsync(heard.AsMemory(length));
                length += read;
                var text = Encoding.UTF8.GetString(heard, 0, length);
                if (read == 0 || !text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) break;
                if (text.Contains("event: board", StringComparison.Ordinal)) return socket;
            }
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine(e.Message);
        }

        socket.Dispose();
        return null;
    }

    // What the server keeps, not what it has not swept yet: the least of some looks.
    private static async Task<long> WeighAsync(Process server)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(Settling / 5);
            server.Refresh();
            least = Math.Min(least, server.WorkingSet64);
        }

        return least;
    }
}
