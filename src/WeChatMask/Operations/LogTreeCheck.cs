using System.Globalization;
using System.Runtime.InteropServices;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Reads the whole log as it lies in its tables, and holds lines, roots, notes and marks against each other.</summary>
/// <remarks>The batches say which lines there are; those that stand in tiles are read there.</remarks>
internal sealed class LogTreeCheck(LogCheckQueries queries, LogFindings findings, LogDetailsReader reader, LogHead head, SeenSize? seen)
{
    private const int BatchesAtOnce = 500;

    private readonly Replay replay = reader.Replay;
    private readonly Hash[] leaves = new Hash[Tile.Full];
    private readonly Queue<MarkRow> marks = new();
    private readonly LogTileCursor tiles = new(queries, findings);
    private readonly LogSpans spans = new();
    private VerifierKey[] keys = [];

    /// <summary>Reads it to its end.</summary>
    /// <param name="trusted">Up to which size notes are known to be signed; their text is looked at all the same.</param>
    /// <param name="atClose">Called when a round closes, after which it has no more bookings.</param>
    /// <returns>False where lines are missing: then nothing can be held against them.</returns>
    public async Task<bool> ReadAsync(long trusted, Func<DateOnly, Task> atClose)
    {
        keys = [.. (await queries.KeysAsync()).Select(k => k.Of(head.LogOrigin!)).OfType<VerifierKey>()];
        foreach (var mark in await queries.MarksAsync()) marks.Enqueue(mark);
        await tiles.BeginAsync();
        var next = long.MinValue;
        while (await queries.BatchesAsync(next, BatchesAtOnce) is { Count: > 0 } batches)
        {
            foreach (var batch in batches)
                if (!await ReadAsync(batch, trusted, atClose)) return false;
            next = batches[^1].FirstIndex + 1;
        }

        await EndAsync();
        return true;
    }

    private async Task<bool> ReadAsync(BatchRow batch, long trusted, Func<DateOnly, Task> atClose)
    {
        var id = batch.Id.ToString(CultureInfo.InvariantCulture);
        if (batch.FirstIndex != replay.Size)
        {
            findings.Add("log_batch", id, "first_index", batch.FirstIndex, $"that {replay.Size} lines come before");
            return false;
        }

        var body = batch.Body?.Split('\n');
        if (body is not null && body.Length != batch.Entries)
        {
            findings.Add("log_batch", id, "entries", batch.Entries, $"{body.Length} lines");
            return false;
        }

        for (var i = 0; i < batch.Entries; i++)
        {
            var line = body?[i];
            if (replay.Size < tiles.End && (tiles.Holds(replay.Size) || await tiles.LoadAsync(replay.Size)))
            {
                var told = tiles.Line(replay.Size);
                if (line is not null && line != told) findings.Add("log_batch", id, "body", line, told);
                line = told;
            }

            if (line is null)
            {
                findings.Add("log_batch", id, "body", null, $"line {replay.Size}, which is in no tile that can be read");
                return false;
            }

            if (Add(line, batch.Id) is { } closed) await atClose(closed);
        }

        if (NoteFault(batch.Note, isTrusted: replay.Size <= trusted) is { } fault) findings.Add("log_batch", id, "note", fault, Said());
        return true;
    }

    /// <summary>Gives the round that the line closes.</summary>
    private DateOnly? Add(string line, long batch)
    {
        var leaf = reader.Add(line, batch, out var closed);
        leaves[(replay.Size - 1) % Tile.Full] = leaf;
        if (replay.Size % Tile.Full == 0 && replay.Size <= tiles.End)
        {
            var root = MerkleTree.Root(leaves);
            if (tiles.Holds(replay.Size - 1)) findings.Hold("log_tile", Text(tiles.Number), "root", tiles.Root, root.ToString());
            spans.Add(root);
        }

        while (marks.TryPeek(out var mark) && mark.Size <= replay.Size) LookAt(marks.Dequeue());
        if (seen?.Size == replay.Size && seen.Root != replay.Root()) findings.Add("Log:SeenPath", Text(seen.Size), "root", seen.Root, replay.Root());
        return closed;
    }

    private void LookAt(MarkRow mark)
    {
        if (mark.Size != replay.Size) findings.Add("log_mark", KeyOf(mark), "size", mark.Size, "nothing of such a size");
        else if (SignedNote.TryVerify(mark.Note, keys) is { Checkpoint: { Size: var said } } && said != mark.Size) findings.Add("log_mark", KeyOf(mark), "size or note", mark.Size, $"{said}, in the note that is there");
        else if (NoteFault(mark.Note, isTrusted: false) is { } fault) findings.Add("log_mark", KeyOf(mark), "note", fault, Said());
    }

    /// <summary>What a note says instead of the present size and root, or that it is not signed; null where it is as it should be.</summary>
    private string? NoteFault(string note, bool isTrusted)
    {
        if (!note.StartsWith($"{Expected.Text}\n", StringComparison.Ordinal)) return Shown(note);
        // That no key is known is told by itself.
        return isTrusted || keys.Length == 0 || SignedNote.TryVerify(note, keys) is not null ? null : "without a signature of the log's key";
    }

    private Checkpoint Expected => new(head.LogOrigin!, replay.Size, replay.Root());

    private string Said() => Shown(Expected.Text);

    private static string Shown(string note) => string.Join(' ', note.Split('\n').Take(3));

    private async Task EndAsync()
    {
        if (tiles.End > replay.Size) findings.Add("log_tile", Text((tiles.End / Tile.Full) - 1), LogFinding.WholeRow, "there", $"{replay.Size} lines");
        foreach (var (level, number, root) in await queries.SpansAsync())
            findings.Hold("log_span", string.Create(CultureInfo.InvariantCulture, $"{level} {number}"), "root", root, spans.Take(level, number)?.ToString());
        foreach (var ((level, number), root) in spans.Left)
            findings.Add("log_span", string.Create(CultureInfo.InvariantCulture, $"{level} {number}"), LogFinding.WholeRow, "missing", root);
        foreach (var mark in marks) findings.Add("log_mark", KeyOf(mark), "size", mark.Size, $"{replay.Size} lines");
        findings.Hold("board_version", "1", "log_size", head.LogSize, replay.Size);
        if (head.LogSize == replay.Size) findings.Hold("board_version", "1", "log_frontier", Frontier.TryParse(head.LogSize, head.LogFrontier)?.Root(), replay.Root());
        if (seen?.Size > replay.Size) findings.Add("board_version", "1", "log_size", replay.Size, $"{seen.Size} lines, by the file of Log:SeenPath");
    }

    private static string KeyOf(MarkRow mark) => $"{mark.RoundDate} {mark.Kind}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The tiles in their order, some at a time.</summary>
internal sealed class LogTileCursor(LogCheckQueries queries, LogFindings findings)
{
    private const int AtOnce = 64;

    private readonly Queue<TileRow> read = new();
    private string[] lines = [];

    // The last one that was tried.
    private long tried = -1;

    /// <summary>How many lines stand in tiles.</summary>
    public long End { get; private set; }

    public long Number { get; private set; } = -1;

    /// <summary>Of the tile at hand.</summary>
    public string Root { get; private set; } = "";

    public async Task BeginAsync() => End = await queries.TilesAsync() * Tile.Full;

    public bool Holds(long index) => index / Tile.Full == Number;

    public string Line(long index) => lines[index % Tile.Full];

    /// <summary>False where the tile is missing, or is none; then its lines may still be in batches.</summary>
    public async Task<bool> LoadAsync(long index)
    {
        var number = index / Tile.Full;
        if (number == tried) return false;
        tried = number;
        if (read.Count == 0)
            foreach (var row in await queries.TilesAsync(number, AtOnce)) read.Enqueue(row);
        if (!read.TryPeek(out var tile) || tile.Number != number)
        {
            findings.Add("log_tile", number.ToString(CultureInfo.InvariantCulture), LogFinding.WholeRow, "missing", $"lines from {index} on");
            return false;
        }

        read.Dequeue();
        var split = tile.Body.Split('\n');
        if (split.Length != Tile.Full)
        {
            findings.Add("log_tile", number.ToString(CultureInfo.InvariantCulture), "body", $"{split.Length} lines", $"{Tile.Full} lines");
            return false;
        }

        (Number, lines, Root) = (number, split, tile.Root);
        return true;
    }
}

/// <summary>The roots over 256 tiles, over 256 of these, and so on, as they should be stored.</summary>
internal sealed class LogSpans
{
    private readonly List<List<Hash>> below = [];
    private readonly Dictionary<(int Level, long Number), Hash> left = [];

    /// <summary>Those that nobody has taken.</summary>
    public IReadOnlyDictionary<(int Level, long Number), Hash> Left => left;

    public Hash? Take(int level, long number) => left.Remove((level, number), out var root) ? root : null;

    /// <summary>Adds the root of the next tile.</summary>
    public void Add(Hash root)
    {
        for (var i = 0; ; i++)
        {
            if (i == below.Count) below.Add([]);
            below[i].Add(root);
            if (below[i].Count % Tile.Full != 0) return;
            root = MerkleTree.Root(CollectionsMarshal.AsSpan(below[i])[^Tile.Full..]);
            left.Add((i + 2, (below[i].Count / Tile.Full) - 1), root);
        }
    }
}
