using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>The newest note, and the lines that stood in no tile yet when it was read.</summary>
internal sealed record LogTail(long First, IReadOnlyList<string> Lines, LogNote? Note)
{
    /// <summary>Of a log that has not begun.</summary>
    public static LogTail None { get; } = new(0, [], null);

    public long Size => First + Lines.Count;

    public bool Reaches(Tile tile)
    {
        var count = Size >> (8 * Math.Max(tile.Level, 0));
        // Asked first, since an index may be of any size.
        return tile.Index <= count / Tile.Full && (tile.Index * Tile.Full) + tile.Width <= count;
    }
}

/// <summary>The log's end, read once a second for all who ask, and sooner for one who has heard of more.</summary>
internal sealed class LogEnd(LogQueries queries)
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(20);

    private readonly SharedRead<Held> reading = new();
    private volatile Held? held;
    private long goneAt;

    /// <summary>The bytes of the newest note that was read.</summary>
    public byte[]? Note => held?.Note;

    /// <summary>The newest note's bytes, no older than two seconds. Null where there are none; and, once they are a second old, for one caller, who goes and reads while the others still get them.</summary>
    public byte[]? ReadyNote()
    {
        if (held is not { } known) return null;
        var age = Age(known.ReadAt);
        if (age < Life) return known.Note;
        if (age > LongestLife) return null;
        var gone = Interlocked.Read(ref goneAt);
        return Age(gone) < Life || Interlocked.CompareExchange(ref goneAt, TimeProvider.System.GetTimestamp(), gone) != gone ? known.Note : null;
    }

    /// <summary>The end as it was within the last second. It has that size at least where the log has reached it.</summary>
    public async ValueTask<LogTail> AtLeastAsync(long size, CancellationToken cancellationToken)
    {
        if (held is { } known && Age(known.ReadAt) < Life && known.Tail.Size >= size) return known.Tail;
        return (await reading.AskAsync(ReadAsync).WaitAsync(cancellationToken)).Tail;
    }

    private async Task<Held> ReadAsync()
    {
        // Whoever asks for what the log will never reach does not make it read without a pause.
        if (held is { } last && LeastPause - Age(last.ReadAt) is var rest && rest > TimeSpan.Zero) await Task.Delay(rest);
        var at = TimeProvider.System.GetTimestamp();
        var tail = await queries.TailAsync(held?.Tail ?? LogTail.None, CancellationToken.None);
        return held = new Held(tail, tail.Note is { } note ? Encoding.UTF8.GetBytes(note.Text) : null, at);
    }

    private static TimeSpan Age(long timestamp) => TimeProvider.System.GetElapsedTime(timestamp);

    private sealed record Held(LogTail Tail, byte[]? Note, long ReadAt);
}
