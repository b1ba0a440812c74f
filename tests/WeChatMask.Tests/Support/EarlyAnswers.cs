using System.Net.Sockets;

namespace WeChatMask.Tests.Support;

/// <summary>A line on which a server may answer and hang up before it has read all that was sent: the rest is not sent, and the answer is read.</summary>
internal sealed class EarlyAnswers : NetworkStream
{
    private EarlyAnswers(Socket socket)
        : base(socket, ownsSocket: true)
    {
    }

    /// <summary>A handler of calls over such lines.</summary>
    public static SocketsHttpHandler Handler() => new() { ConnectCallback = ConnectAsync };

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            // Whether it answered or is gone is seen when its answer is read.
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new EarlyAnswers(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
