using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace WeChatMask.LoadTool.Wire;

/// <summary>
/// One keep-alive connection, as a phone's: a socket and a buffer each way, and nothing allocated for a call. The usual client costs several
/// times what it measures where both share the cores. What an answer said is good until the next call.
/// </summary>
internal sealed class Line(int port) : IDisposable
{
    private const int FirstCapacity = 16 * 1024;
    private const int MostCookies = 4;
    private readonly byte[] request = new byte[4096];
    private readonly byte[] content = new byte[1024];
    private readonly Range[] cookies = new Range[MostCookies];
    private byte[] answer = new byte[FirstCapacity];
    private Socket? socket;
    private Range location;
    private Range tag;
    private int cookieCount;
    private int received;
    private int contentLength;
    private int bodyAt;
    private int bodyLength;
    private bool isChunked;

    /// <summary>Where a request is written to.</summary>
    public Span<byte> Request => request;

    /// <summary>Where a request's body is written to before its head.</summary>
    public Span<byte> Content => content;

    public int Status { get; private set; }

    /// <summary>The answer's body, without its chunks' lengths.</summary>
    public ReadOnlySpan<byte> Body => answer.AsSpan(bodyAt, bodyLength);

    public ReadOnlySpan<byte> Location => answer.AsSpan()[location];

    public ReadOnlySpan<byte> Tag => answer.AsSpan()[tag];

    /// <summary>Seconds after which to come again, 0 where the answer does not say.</summary>
    public int RetryAfter { get; private set; }

    /// <summary>From the sending until the answer was whole.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Name and value of the cookie that was set whose name begins so; empty when there is none.</summary>
    public ReadOnlySpan<byte> Cookie(ReadOnlySpan<byte> name)
    {
        foreach (var range in cookies.AsSpan(0, cookieCount))
        {
            var cookie = answer.AsSpan()[range];
            if (cookie.StartsWith(name)) return cookie[..cookie.IndexOf((byte)';')];
        }

        return default;
    }

    /// <summary>Puts the body that was written behind the head that was written.</summary>
    public int Join(int headLength, int length)
    {
        content.AsSpan(0, length).CopyTo(request.AsSpan(headLength));
        return headLength + length;
    }

    /// <summary>Sends what was written and reads the answer whole; gives its status.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> AskAsync(int length)
    {
        var line = socket ?? await ConnectAsync();
        received = 0;
        var began = Stopwatch.GetTimestamp();
        await line.SendAsync(request.AsMemory(0, length), SocketFlags.None);
        int head;
        do await ReadAsync(line);
        while ((head = answer.AsSpan(0, received).IndexOf("\r\n\r\n"u8)) < 0);
        ReadHead(head + 2);
        bodyAt = head + 4;
        bodyLength = Status is 204 or 304 ? 0 : contentLength;
        if (isChunked)
        {
            while (!JoinChunks()) await ReadAsync(line);
        }
        else
        {
            while (received < bodyAt + bodyLength) await ReadAsync(line);
        }

        Took = Stopwatch.GetElapsedTime(began);
        return Status;
    }

    /// <summary>Gives the connection up; the next call makes a new one.</summary>
    public void Close()
    {
        socket?.Dispose();
        socket = null;
    }

    public void Dispose() => Close();

    private async ValueTask<Socket> ConnectAsync()
    {
        var line = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await line.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch
        {
            line.Dispose();
            throw;
        }

        return socket = line;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadAsync(Socket line)
    {
        if (received == answer.Length) Array.Resize(ref answer, 2 * answer.Length);
        var count = await line.ReceiveAsync(answer.AsMemory(received), SocketFlags.None);
        if (count == 0) throw new IOException("The server has closed the connection.");
        received += count;
    }

    private void ReadHead(int length)
    {
        var head = answer.AsSpan(0, length);
        Status = ((head[9] - '0') * 100) + ((head[10] - '0') * 10) + head[11] - '0';
        (contentLength, isChunked, cookieCount, RetryAfter, location, tag) = (0, false, 0, 0, default, default);
        for (var at = head.IndexOf((byte)'\n') + 1; at < length;)
        {
            var line = head[at..];
            line = line[..line.IndexOf((byte)'\r')];
            if (line.StartsWith("Content-Length: "u8)) contentLength = Number(line[16..]);
            else if (line.StartsWith("Transfer-Encoding: chunked"u8)) isChunked = true;
            else if (line.StartsWith("Location: "u8)) location = (at + 10)..(at + line.Length);
            else if (line.StartsWith("ETag: "u8)) tag = (at + 6)..(at + line.Length);
            else if (line.StartsWith("Retry-After: "u8)) RetryAfter = Number(line[13..]);
            // With the line's end, so that a cookie without attributes ends somewhere too.
            else if (line.StartsWith("Set-Cookie: "u8) && cookieCount < MostCookies) cookies[cookieCount++] = (at + 12)..(at + line.Length);
            at += line.Length + 2;
        }
    }

    private static int Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int number, out _) ? number : 0;

    // True once the last chunk is there; only then is anything moved, so that it can be tried again.
    private bool JoinChunks()
    {
        if (!WalkChunks(move: false)) return false;
        return WalkChunks(move: true);
    }

    private bool WalkChunks(bool move)
    {
        var (at, to) = (bodyAt, bodyAt);
        while (true)
        {
            var rest = answer.AsSpan(at, received - at);
            var end = rest.IndexOf("\r\n"u8);
            if (end < 0 || !Utf8Parser.TryParse(rest[..end], out int size, out _, 'x') || rest.Length < end + 2 + size + 2) return false;
            if (move) rest.Slice(end + 2, size).CopyTo(answer.AsSpan(to));
            to += size;
            at += end + 2 + size + 2;
            if (size > 0) continue;
            bodyLength = to - bodyAt;
            return true;
        }
    }
}
