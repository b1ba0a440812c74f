using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>The log as it lies in the tables: read whole, and written anew by somebody who has the database and the key.</summary>
public sealed class LogTablesStore(LogKeys keys)
{
    /// <summary>All lines.</summary>
    public static async Task<List<string>> LinesAsync(DbConnection connection, DbTransaction? transaction)
    {
        var lines = new List<string>();
        foreach (var body in await connection.QueryAsync<string>("SELECT body FROM log_tile ORDER BY number", transaction: transaction)) lines.AddRange(body.Split('\n'));
        var batches = await connection.QueryAsync<(long First, string Body)>(
            "SELECT first_index, body FROM log_batch WHERE first_index + entries > @tiled ORDER BY first_index", new { tiled = lines.Count }, transaction);
        foreach (var (first, body) in batches) lines.AddRange(body.Split('\n').Skip((int)(lines.Count - first)));
        return lines;
    }

    /// <summary>Whether lines wait to be added.</summary>
    public static async Task<bool> HasPendingAsync(DbConnection connection) => await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM log_pending") > 0;

    /// <summary>The marks of a round in the order of their kinds.</summary>
    public static async Task<List<StoredMark>> MarksAsync(DbConnection connection, DateOnly round) =>
        (await connection.QueryAsync<StoredMark>("SELECT round_date, kind, size, note FROM log_mark WHERE round_date = @round ORDER BY kind", new { round })).AsList();

    /// <summary>Writes lines over the old ones: the old ones with one more among them. Whatever was signed from there on is signed anew. Gives how many notes that were.</summary>
    public async Task<int> InsertAsync(WriteTransaction transaction, IReadOnlyList<string> lines, int at)
    {
        var head = await LogStore.LockAsync(transaction);
        var batches = await transaction.QueryAsync<StoredBatch>(
            "SELECT id, first_index, entries, CASE WHEN body IS NULL THEN 0 ELSE 1 END AS has_body FROM log_batch WHERE first_index + entries > @at ORDER BY first_index", new { at });
        var marks = await transaction.QueryAsync<StoredMark>("SELECT round_date, kind, size, note FROM log_mark WHERE size > @at", new { at });
        var ends = batches.Select(b => b.FirstIndex + b.Entries + 1).Concat(marks.Select(m => m.Size + 1)).ToHashSet();
        var (roots, frontier) = RootsOf(lines, ends);

        var tiled = await TilesAsync(transaction, lines, at);
        await transaction.ExecuteAsync("DELETE FROM log_batch WHERE first_index + entries > @at", new { at });
        await transaction.InsertManyAsync("log_batch", ["id", "first_index", "entries", "body", "note"], [.. batches.Select(Row)]);
        foreach (var mark in marks)
            await transaction.ExecuteAsync(
                "UPDATE log_mark SET size = @size, note = @note WHERE round_date = @RoundDate AND kind = @Kind",
                new { size = mark.Size + 1, note = NoteAt(mark.Size + 1), mark.RoundDate, mark.Kind });
        await transaction.ExecuteAsync(
            "UPDATE board_version SET log_size = @Size, log_frontier = @text WHERE id = 1", new { frontier.Size, text = frontier.ToString() });
        return batches.Count + marks.Count;

        string NoteAt(long size) => keys.Sign(new Checkpoint(head.LogOrigin!, size, roots[size]));

        object?[] Row(StoredBatch batch)
        {
            // The one that held the place grows by the line; those behind it move on.
            var grows = batch.FirstIndex <= at ? 1 : 0;
            var first = batch.FirstIndex + 1 - grows;
            var count = batch.Entries + grows;
            var isNeeded = batch.HasBody || first + count > tiled;
            return [batch.Id, first, count, isNeeded ? string.Join('\n', lines.Skip((int)first).Take(count)) : null, NoteAt(first + count)];
        }
    }

    private static (Dictionary<long, Hash> Roots, Frontier Frontier) RootsOf(IReadOnlyList<string> lines, HashSet<long> sizes)
    {
        var roots = new Dictionary<long, Hash>();
        var frontier = new Frontier();
        foreach (var line in lines)
        {
            frontier.Add(MerkleTree.Leaf(line));
            if (sizes.Contains(frontier.Size)) roots.Add(frontier.Size, frontier.Root());
        }

        return (roots, frontier);
    }

    /// <summary>Cuts the tiles anew that hold the place or come after it. Gives how many lines stand in tiles.</summary>
    private static async Task<long> TilesAsync(WriteTransaction transaction, IReadOnlyList<string> lines, int at)
    {
        var tiles = await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM log_tile");
        for (var number = (long)at / Tile.Full; number < tiles; number++)
        {
            var entries = lines.Skip((int)(number * Tile.Full)).Take(Tile.Full).ToList();
            await transaction.ExecuteAsync(
                "UPDATE log_tile SET body = @body, root = @root WHERE number = @number",
                new { body = string.Join('\n', entries), root = RootOf(entries), number });
        }

        foreach (var (level, number) in await transaction.QueryAsync<(int, long)>("SELECT level, number FROM log_span"))
        {
            var width = 1L << (8 * level);
            if ((number + 1) * width <= at) continue;
            await transaction.ExecuteAsync(
                "UPDATE log_span SET root = @root WHERE level = @level AND number = @number",
                new { root = RootOf(lines.Skip((int)(number * width)).Take((int)width)), level, number });
        }

        return tiles * Tile.Full;
    }

    private static string RootOf(IEnumerable<string> entries) => MerkleTree.Root([.. entries.Select(e => MerkleTree.Leaf(e))]).ToString();

    private sealed class StoredBatch
    {
        public long Id { get; init; }
        public long FirstIndex { get; init; }
        public int Entries { get; init; }
        public bool HasBody { get; init; }
    }
}

/// <summary>A mark as its row has it.</summary>
public sealed class StoredMark
{
    public DateOnly RoundDate { get; init; }
    public LogMarkKind Kind { get; init; }
    public long Size { get; init; }
    public string Note { get; init; } = "";
}
