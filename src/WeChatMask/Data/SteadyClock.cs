namespace WeChatMask.Data;

/// <summary>A clock for the pace of jobs: it starts from the database server's and then counts elapsed time, so that it never jumps.</summary>
/// <remarks>
/// Nothing of the city is decided by it. Nodes that share a schedule must agree on the time, and a machine's clock that is
/// put back by an hour, or a sandbox's that is moved, must neither halt nor hurry the looks for what is due.
/// </remarks>
public sealed class SteadyClock : TimeProvider
{
    private volatile Point from = new(System.GetUtcNow(), System.GetTimestamp());

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        var point = from;
        return point.Time + System.GetElapsedTime(point.Stamp);
    }

    /// <summary>Starts from what the server's clock shows.</summary>
    public void StartFrom(DateTimeOffset server) => from = new Point(server.ToUniversalTime(), System.GetTimestamp());

    /// <summary>Goes forward to what the server's clock shows; never back.</summary>
    public void CatchUpWith(DateTimeOffset server)
    {
        if (server > GetUtcNow()) StartFrom(server);
    }

    private sealed record Point(DateTimeOffset Time, long Stamp);
}
