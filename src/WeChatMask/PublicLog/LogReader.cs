using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Reads the public log: lines, proofs, marks. What is asked of a size that has been reached never changes, and is kept.</summary>
public sealed class LogReader
{
    // Of a booking's line.
    private const int SerialField = 3;

    private readonly LogQueries queries;
    private volatile LogEnd end;
    private volatile LogTiles tiles;
    private int epoch;

    public LogReader(Database database)
    {
        queries = new LogQueries(database);
        end = new LogEnd(queries);
        tiles = new LogTiles(queries);
    }

    /// <summary>Counts how often it has forgotten; what others keep of the log belongs to one epoch.</summary>
    internal int Epoch => Volatile.Read(ref epoch);

    /// <summary>Forgets all that it keeps: for a node under which the database was put back, where what a size held is no longer what it was.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref epoch);
        (end, tiles) = (new LogEnd(queries), new LogTiles(queries));
    }

    /// <summary>The newest note that a commit has stored, read once a second for all who ask. Null where the log has not begun.</summary>
    public async Task<LogNote?> NewestAsync(CancellationToken cancellationToken) => (await end.AtLeastAsync(0, cancellationToken)).Note;

    /// <summary>Lines from an index on, as many as there are of them up to <paramref name="count"/>.</summary>
    public async Task<IReadOnlyList<string>> EntriesAsync(long first, int count, CancellationToken cancellationToken) =>
        await tiles.EntriesAsync(await end.AtLeastAsync(first + count, cancellationToken), first, count, cancellationToken);

    /// <summary>That a line stands at an index of the tree of a size, which must have been reached.</summary>
    public Task<IReadOnlyList<Hash>> InclusionAsync(long index, long size, CancellationToken cancellationToken) =>
        ProveAsync(size, subtree => MerkleTree.InclusionPath(index, size, subtree), cancellationToken);

    /// <summary>That the tree of a size begins with the tree of a smaller one.</summary>
    public Task<IReadOnlyList<Hash>> ConsistencyAsync(long from, long to, CancellationToken cancellationToken) =>
        ProveAsync(to, subtree => MerkleTree.ConsistencyPath(from, to, subtree), cancellationToken);

    /// <summary>The root at a size that has been reached.</summary>
    public Task<Hash> RootAsync(long size, CancellationToken cancellationToken) => ProveAsync(size, subtree => MerkleTree.Root(size, subtree), cancellationToken);

    /// <summary>The line by which a booking was made, with its batch's note; null where it has none, as one that is older than the log.</summary>
    /// <remarks>Its pharmacy and serial are those under which it was made, which may not be those it has now.</remarks>
    public async Task<LoggedLine?> OfBookingAsync(long booking, CancellationToken cancellationToken)
    {
        if (await queries.BookingAsync(booking, cancellationToken) is not { } made) return null;
        var lines = made.Body?.Split('\n') ?? await EntriesAsync(made.FirstIndex, made.Entries, cancellationToken);
        var beginning = string.Create(CultureInfo.InvariantCulture, $"book {made.RoundDate:O} {made.Code} ");
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].StartsWith(beginning, StringComparison.Ordinal) && IsOf(lines[i], made.Serial)) return new LoggedLine(made.FirstIndex + i, lines[i], LogNote.Of(made.Note));
        }

        return null;
    }

    /// <summary>The marks of a round in the order of their kinds.</summary>
    public async Task<IReadOnlyList<LogMark>> MarksAsync(DateOnly round, CancellationToken cancellationToken) => await queries.MarksAsync(round, cancellationToken);

    /// <summary>Marks of one kind, those of the latest rounds first.</summary>
    public async Task<IReadOnlyList<LogMark>> NewestMarksAsync(LogMarkKind kind, int count, CancellationToken cancellationToken) =>
        await queries.MarksAsync(kind, count, cancellationToken);

    /// <summary>Marks of all kinds, those of the latest rounds first.</summary>
    public async Task<IReadOnlyList<LogMark>> NewestMarksAsync(int count, CancellationToken cancellationToken) => await queries.MarksAsync(null, count, cancellationToken);

    /// <summary>A document that a line names by its hash.</summary>
    public Task<string?> DocumentAsync(Hash hash, CancellationToken cancellationToken) => queries.DocumentAsync(hash, cancellationToken);

    /// <summary>The newest note's bytes where they are at hand; null where the caller has to go the way that reads.</summary>
    internal byte[]? ReadyNote() => end.ReadyNote();

    /// <summary>The newest note's bytes; null where the log has not begun.</summary>
    internal async Task<byte[]?> NoteAsync(CancellationToken cancellationToken)
    {
        await end.AtLeastAsync(0, cancellationToken);
        return end.Note;
    }

    /// <summary>How many lines there are; read anew where fewer are known than the caller knows of.</summary>
    internal async Task<long> SizeAsync(long known, CancellationToken cancellationToken) => (await end.AtLeastAsync(known, cancellationToken)).Size;

    /// <summary>A tile as it is served; null where the log has not reached it.</summary>
    internal async Task<byte[]?> TileAsync(Tile tile, CancellationToken cancellationToken)
    {
        var tail = await end.AtLeastAsync(0, cancellationToken);
        // Another node may have shown more already.
        if (!tail.Reaches(tile)) tail = await end.AtLeastAsync(long.MaxValue, cancellationToken);
        return tail.Reaches(tile) ? await tiles.BytesAsync(tail, tile, cancellationToken) : null;
    }

    // The window is left out: a booking that went to another pharmacy may have another one now.
    private static bool IsOf(string line, int serial) => EntryFields.TryRead(line, out var fields) && fields.Number(SerialField) == serial;

    /// <summary>Runs a proof twice: to learn which tiles it needs, and with them.</summary>
    private async Task<T> ProveAsync<T>(long size, Func<Subtree, T> prove, CancellationToken cancellationToken)
    {
        var tail = await end.AtLeastAsync(size, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, tail.Size);
        var asked = new Dictionary<Tile, Hash[]>();
        prove((level, index) =>
        {
            asked.TryAdd(HashTiles.TileOf(size, level, index), []);
            return default;
        });
        foreach (var tile in asked.Keys.ToList()) asked[tile] = await tiles.HashesAsync(tail, tile, cancellationToken);
        return prove(new HashTiles(size, tile => asked[tile]).Subtree);
    }
}

/// <summary>A signed note and what it says.</summary>
public sealed record LogNote(string Text, Checkpoint Checkpoint)
{
    /// <summary>Reads one that the log has stored; its signature is not looked into.</summary>
    internal static LogNote Of(string text)
    {
        var cut = text.IndexOf("\n\n", StringComparison.Ordinal);
        return cut > 0 && Checkpoint.TryParse(text[..(cut + 1)]) is { } checkpoint
            ? new LogNote(text, checkpoint)
            : throw new InvalidDataException("What is stored as a note of the public log is none.");
    }
}

/// <summary>A line, where it stands, and the note of the commit that added it.</summary>
public sealed record LoggedLine(long Index, string Entry, LogNote Note);

/// <summary>A size of the log that has a name in a round.</summary>
public sealed record LogMark(DateOnly Round, LogMarkKind Kind, LogNote Note, DateTimeOffset At);
