using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WeChatMask.Tests.Support;

/// <summary>A line on loopback between a node and its database server that a test can cut and mend. What was open when it is cut stays gone.</summary>
internal sealed class CutLine : IAsyncDisposable
{
    private readonly int server;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Task accepting;
    private CancellationTokenSource whole = new();

    /// <summary>Lays the line to a server on loopback.</summary>
    public CutLine(int server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>A connection string that goes over the line.</summary>
    public string Through(string connectionString) => new DbConnectionStringBuilder
    {
        ConnectionString = connectionString, ["Port"] = ((IPEndPoint)listener.LocalEndpoint).Port,
    }.ConnectionString;

    /// <summary>The port in a connection string.</summary>
    public static int PortOf(string connectionString) =>
        Convert.ToInt32(new DbConnectionStringBuilder { ConnectionString = connectionString }["Port"], CultureInfo.InvariantCulture);

    /// <summary>From now on nothing gets through.</summary>
    public Task CutAsync() => whole.CancelAsync();

    /// <summary>New connections get through again.</summary>
    public void Mend()
    {
        var cut = whole;
        whole = new CancellationTokenSource();
        cut.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
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
                await Task.WhenAny(node.GetStream().CopyToAsync(database.GetStream(), cut), database.GetStream().CopyToAsync(node.GetStream(), cut));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
            }
        }
    }
}
