using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>The newest board, read from the database at most fifty times a second however many people ask.</summary>
/// <remarks>
/// Who books on this node and then looks sees their booking: a reader waits for the next read instead of getting an old
/// board. Changes by other nodes arrive through <see cref="BoardWatch"/> within a second.
/// </remarks>
public sealed class Board(BoardQueries queries, CityCalendar calendar) : IDisposable
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(20);
    private readonly SemaphoreSlim gate = new(1, 1);
    private BoardSnapshot? newest;
    private long changes;
    private long readAt;
    private long knownAt;

    /// <summary>Tells that a commit of this node changed what the board shows. Call it after the commit.</summary>
    public void MarkChanged() => Interlocked.Increment(ref changes);

    /// <summary>The newest board, where it shows all that this node has committed; null where it has to be read.</summary>
    internal BoardSnapshot? Ready => Fresh(Interlocked.Read(ref changes));

    public async ValueTask<BoardSnapshot> GetAsync(CancellationToken cancellationToken)
    {
        var wanted = Interlocked.Read(ref changes);
        if (Fresh(wanted) is { } known) return known;
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Fresh(wanted) is { } read) return read;
            var rest = LeastPause - TimeProvider.System.GetElapsedTime(readAt);
            if (newest is not null && rest > TimeSpan.Zero) await Task.Delay(rest, cancellationToken);
            var seen = Interlocked.Read(ref changes);
            var asked = TimeProvider.System.GetTimestamp();
            newest = await queries.LoadAsync(calendar.Today, calendar.Now, seen, cancellationToken);
            readAt = TimeProvider.System.GetTimestamp();
            MarkKnown(asked);
            return newest;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The newest board that was read, however old; for comparing versions.</summary>
    internal BoardSnapshot? Newest => newest;

    /// <summary>How long ago the database was last seen to hold what <see cref="Newest"/> shows.</summary>
    internal TimeSpan Age => TimeProvider.System.GetElapsedTime(Interlocked.Read(ref knownAt));

    /// <summary>The database held at that timestamp what <see cref="Newest"/> shows.</summary>
    internal void MarkKnown(long timestamp) => Interlocked.Exchange(ref knownAt, timestamp);

    public void Dispose() => gate.Dispose();

    private BoardSnapshot? Fresh(long wanted) =>
        newest is { } board && board.SeenChanges >= wanted && board.Today == calendar.Today ? board : null;
}
