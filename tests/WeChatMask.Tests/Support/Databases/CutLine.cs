using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WeChatMask.Tests.Support;

/// <summary>
/// A line on loopback between a node and its database server that a test can cut and mend, or silence. What was open when it
/// is cut stays gone; on a silent line everything stays open and nothing arrives.
/// </summary>
internal sealed class CutLine : IAsyncDisposable
{
    private int server;
    private int connections;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Task accepting;
    private CancellationTokenSource whole = new();
    private TaskCompletionSource speaks = Spoken();

    /// <summary>Lays the line to a server on loopback.</summary>
    public CutLine(int server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>How many connections have been made over it.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>A connection string that goes over the line.</summary>
    public string Through(string connectionString) => new DbConnectionStringBuilder
    {
        ConnectionString = connectionString, ["Port"] = ((IPEndPoint)listener.LocalEndpoint).Port,
    }.ConnectionString;

    /// <summary>The port in a connection string.</summary>
    public static int PortOf(string connectionString) =>
        Convert.ToInt32(new DbConnectionStringBuilder { ConnectionString = connectionString }["Port"], CultureInfo.InvariantCulture);

    /// <summary>New connections reach another server.</summary>
    public void LeadTo(int other) => server = other;

    /// <summary>From now on nothing gets through.</summary>
    public Task CutAsync() => whole.CancelAsync();

    /// <summary>New connections get through again.</summary>
    public void Mend()
    {
        var cut = whole;
        whole = new CancellationTokenSource();
        cut.Dispose();
    }

    /// <summary>From now on nothing arrives, as from a server that is frozen.</summary>
    public void Silence() => speaks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held up arrives.</summary>
    public void Speak() => speaks.TrySetResult();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Speak();
        await end.CancelAsync();
        await accepting;
        listener.Dispose();
        await whole.CancelAsync();
        whole.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var node = await listener.AcceptTcpClientAsync(end.Token);
                Interlocked.Increment(ref connections);
                _ = CarryAsync(node, whole.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task CarryAsync(TcpClient node, CancellationToken cut)
    {
        using (node)
        using (var database = new TcpClient())
        {
            try
            {
                cut.ThrowIfCancellationRequested();
                await database.ConnectAsync(IPAddress.Loopback, server, cut);
                await Task.WhenAny(CopyAsync(node.GetStream(), database.GetStream(), cut), CopyAsync(database.GetStream(), node.GetStream(), cut));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken cut)
    {
        var buffer = new byte[16_384];
        while (await from.ReadAsync(buffer, cut) is var read and > 0)
        {
            await speaks.Task.WaitAsync(cut);
            await to.WriteAsync(buffer.AsMemory(0, read), cut);
        }
    }

    private static TaskCompletionSource Spoken()
    {
        var spoken = new TaskCompletionSource();
        spoken.SetResult();
        return spoken;
    }
}
