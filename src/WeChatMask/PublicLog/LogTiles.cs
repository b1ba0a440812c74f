using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Tiles of the log, from which it is served and its proofs are made. What one holds never changes, so hashes that were asked for lately are kept.</summary>
internal sealed class LogTiles(LogQueries queries)
{
    // Some 8 KB each.
    private const int MostKept = 500;

    private readonly KeptReads<Tile, Hash[]> kept = new(MostKept);

    /// <summary>Lines from an index on, as many as the tail's size has of them.</summary>
    public async Task<List<string>> EntriesAsync(LogTail tail, long first, int count, CancellationToken cancellationToken)
    {
        var end = Math.Min(first + count, tail.Size);
        var lines = new List<string>(Math.Max(0, (int)(end - first)));
        var tiled = Math.Min(end, tail.First);
        if (first < tiled)
        {
            foreach (var (number, body) in await queries.TilesAsync(first / Tile.Full, (tiled - 1) / Tile.Full, cancellationToken))
            {
                var start = number * Tile.Full;
                var entries = body.Split('\n');
                lines.AddRange(entries[(int)Math.Max(0, first - start)..(int)Math.Min(entries.Length, tiled - start)]);
            }
        }

        for (var i = Math.Max(first, tail.First); i < end; i++) lines.Add(tail.Lines[(int)(i - tail.First)]);
        return lines;
    }

    /// <summary>A tile that the tail reaches, as it is served.</summary>
    public async Task<byte[]> BytesAsync(LogTail tail, Tile tile, CancellationToken cancellationToken)
    {
        if (tile.Level == Tile.Entries) return EntryBundle.Write(await EntriesAsync(tail, tile.Index * Tile.Full, tile.Width, cancellationToken));
        var hashes = await HashesAsync(tail, tile, cancellationToken);
        var bytes = new byte[hashes.Length * Hash.Size];
        for (var i = 0; i < hashes.Length; i++) hashes[i].CopyTo(bytes.AsSpan(i * Hash.Size));
        return bytes;
    }

    /// <summary>The hashes of a tile that the tail reaches.</summary>
    public async Task<Hash[]> HashesAsync(LogTail tail, Tile tile, CancellationToken cancellationToken)
    {
        // As wide as it is by now, so that all who want a part of it share it.
        var widest = tile with { Width = (int)Math.Min(Tile.Full, (tail.Size >> (8 * tile.Level)) - (tile.Index * Tile.Full)) };
        var hashes = await kept.GetAsync(widest, t => LoadAsync(tail, t)).WaitAsync(cancellationToken);
        return tile.Width == hashes.Length ? hashes : hashes[..tile.Width];
    }

    private async Task<Hash[]> LoadAsync(LogTail tail, Tile tile)
    {
        var first = tile.Index * Tile.Full;
        if (tile.Level == 0) return [.. (await EntriesAsync(tail, first, tile.Width, CancellationToken.None)).Select(l => MerkleTree.Leaf(l))];
        var hashes = await queries.RootsAsync(tile.Level, first, tile.Width, CancellationToken.None);
        // What is full below and was stored by nobody yet.
        while (hashes.Count < tile.Width) hashes.Add(MerkleTree.Root(await HashesAsync(tail, new Tile(tile.Level - 1, first + hashes.Count), CancellationToken.None)));
        return [.. hashes];
    }
}

/// <summary>Keeps what was read lately; all who want the same share one reading. Once as much again has come, what nobody wanted meanwhile goes.</summary>
internal sealed class KeptReads<TKey, TValue>(int most)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private Dictionary<TKey, Task<TValue>> newer = [];
    private Dictionary<TKey, Task<TValue>> older = [];

    public Task<TValue> GetAsync(TKey key, Func<TKey, Task<TValue>> read)
    {
        lock (gate)
        {
            if (newer.TryGetValue(key, out var known) && !HasFailed(known)) return known;
            if (!older.TryGetValue(key, out known) || HasFailed(known)) known = Task.Run(() => read(key));
            if (newer.Count >= most) (older, newer) = (newer, []);
            newer[key] = known;
            return known;
        }
    }

    private static bool HasFailed(Task task) => task.IsFaulted || task.IsCanceled;
}
