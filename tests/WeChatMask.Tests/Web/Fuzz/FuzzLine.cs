using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WeChatMask.Tests.Web.Fuzz;

/// <summary>One connection on which anything may be written, and which reads only what an answer's frame needs.</summary>
internal sealed class FuzzLine(Uri address) : IDisposable
{
    /// <summary>The server hung up without an answer, as it may on what is no request.</summary>
    public const int NoAnswer = 0;

    /// <summary>Nothing came in time.</summary>
    public const int Hung = -1;

    private const int LongestHead = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly byte[] buffer = new byte[LongestHead];
    private TcpClient? line;
    private int start;
    private int end;

    /// <summary>Sends bytes and reads one answer.</summary>
    /// <param name="request">The whole request.</param>
    /// <param name="isHead">Whether no body follows.</param>
    /// <param name="isLast">Whether nothing more is sent on this connection, so that a request that has no end gets one.</param>
    public async Task<(int Status, bool SaysWhenToComeAgain)> AskAsync(ReadOnlyMemory<byte> request, bool isHead, bool isLast)
    {
        try
        {
            var isKept = line is not null;
            if (!isKept) await ConnectAsync();
            using var limit = new CancellationTokenSource(Patience);
            var answer = await AskAsync(request, isHead, isLast, limit.Token);
            // The server may let a kept line go at any time.
            if (isKept && answer.Item1 == NoAnswer)
            {
                await ConnectAsync();
                answer = await AskAsync(request, isHead, isLast, limit.Token);
            }

            if (isLast) Hang();
            return answer;
        }
        catch (OperationCanceledException)
        {
            Hang();
            return (Hung, false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            Hang();
            return (NoAnswer, false);
        }
    }

    public void Dispose() => Hang();

    private async Task ConnectAsync()
    {
        line = new TcpClient { NoDelay = true, LingerState = new LingerOption(true, 0) };
        start = end = 0;
        await line.ConnectAsync(address.Host, address.Port);
    }

    private void Hang()
    {
        line?.Dispose();
        line = null;
    }

    private async Task<(int, bool)> AskAsync(ReadOnlyMemory<byte> request, bool isHead, bool isLast, CancellationToken stop)
    {
        var stream = line!.GetStream();
        try
        {
            await stream.WriteAsync(request, stop);
            if (isLast) line.Client.Shutdown(SocketShutdown.Send);
        }
        catch (IOException)
        {
            // It may have answered before it had all.
        }

        while (true)
        {
            string head;
            try
            {
                head = await HeadAsync(stream, stop);
            }
            catch (IOException)
            {
                head = "";
            }

            if (head.Length == 0)
            {
                Hang();
                return (NoAnswer, false);
            }

            var status = int.Parse(head.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
            if (status is >= 100 and < 200) continue;
            var again = head.Contains("\r\nretry-after:", StringComparison.OrdinalIgnoreCase);
            await BodyAsync(stream, head, isHead || status is 204 or 304, stop);
            return (status, again);
        }
    }

    private async Task<string> HeadAsync(NetworkStream stream, CancellationToken stop)
    {
        while (true)
        {
            var at = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8);
            if (at >= 0)
            {
                var head = Encoding.Latin1.GetString(buffer, start, at + 2);
                start += at + 4;
                return head;
            }

            if (!await FillAsync(stream, stop)) return "";
        }
    }

    private async Task BodyAsync(NetworkStream stream, string head, bool hasNone, CancellationToken stop)
    {
        if (head.Contains("\r\nconnection: close", StringComparison.OrdinalIgnoreCase) || head.Contains("text/event-stream", StringComparison.Ordinal))
        {
            Hang();
            return;
        }

        if (hasNone) return;
        if (Value(head, "\r\ncontent-length:") is { } length)
        {
            await SkipAsync(stream, long.Parse(length, CultureInfo.InvariantCulture), stop);
            return;
        }

        if (Value(head, "\r\ntransfer-encoding:") != "chunked") return;
        while (true)
        {
            var size = long.Parse((await LineAsync(stream, stop)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            await SkipAsync(stream, size + 2, stop);
            if (size == 0) return;
        }
    }

    private static string? Value(string head, string name)
    {
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : head[(at + name.Length)..head.IndexOf("\r\n", at + 2, StringComparison.Ordinal)].Trim();
    }

    private async Task<string> LineAsync(NetworkStream stream, CancellationToken stop)
    {
        while (true)
        {
            var at = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8);
            if (at >= 0)
            {
                var text = Encoding.ASCII.GetString(buffer, start, at);
                start += at + 2;
                return text;
            }

            if (!await FillAsync(stream, stop)) throw new IOException("Ended in a chunk.");
        }
    }

    private async Task SkipAsync(NetworkStream stream, long bytes, CancellationToken stop)
    {
        while (bytes > 0)
        {
            if (start == end && !await FillAsync(stream, stop)) throw new IOException("Ended in a body.");
            var part = (int)Math.Min(bytes, end - start);
            start += part;
            bytes -= part;
        }
    }

    private async Task<bool> FillAsync(NetworkStream stream, CancellationToken stop)
    {
        if (start == end) start = end = 0;
        if (end == buffer.Length)
        {
            if (start == 0) throw new IOException("A head without an end.");
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        var read = await stream.ReadAsync(buffer.AsMemory(end), stop);
        end += read;
        return read > 0;
    }
}
