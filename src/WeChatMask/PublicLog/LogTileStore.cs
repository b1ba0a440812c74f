using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Puts lines into tiles of 256, which never change again, and takes their text out of the batches that added them.</summary>
public sealed class LogTileStore(Database database)
{
    // Some 700 KB, so that the transaction is short.
    private const int MostTiles = 32;

    // Of letters, a line of each kind being shorter than this much.
    private const int LongTile = Tile.Full * 128;

    /// <summary>Makes the next tiles that are full. Gives how many; 0 where none was left, or another node was quicker.</summary>
    public async Task<int> MakeAsync(CancellationToken cancellationToken)
    {
        var (size, known) = await database.QueryOneAsync<(long, long)>(
            "SELECT log_size, (SELECT COALESCE(MAX(number) + 1, 0) FROM log_tile) FROM board_version WHERE id = 1", cancellationToken: cancellationToken);
        var (from, end) = (known * Tile.Full, Math.Min(known + MostTiles, size / Tile.Full) * Tile.Full);
        if (end <= from) return 0;
        var batches = await database.QueryAsync<Batch>(
            $"SELECT id, first_index, body FROM log_batch WHERE {LogQueries.BatchesFrom} AND first_index < @end ORDER BY first_index", new { from, end }, cancellationToken);
        var tiles = new List<NewTile>(MostTiles);
        if (Cut(batches, from, end, tiles) is not { } covered) return 0;
        return await database.WriteAsync(transaction => SaveAsync(transaction, tiles, covered), cancellationToken);
    }

    /// <summary>Makes the tiles of a range and gives the batches that lie in it; null where another node has put some of their lines into tiles meanwhile.</summary>
    /// <remarks>A rush adds thousands of lines a second: none becomes a text of its own.</remarks>
    private static long[]? Cut(List<Batch> batches, long from, long end, List<NewTile> tiles)
    {
        var (next, text, tree) = (from, new StringBuilder(LongTile), new Frontier());
        List<long> covered = [];
        foreach (var batch in batches)
        {
            if (batch.Body is not { } body || batch.FirstIndex > next) continue;
            var index = batch.FirstIndex;
            foreach (var range in body.AsSpan().Split('\n'))
            {
                if (index++ < next) continue;
                if (next == end) break;
                var line = body.AsSpan()[range];
                if (tree.Size > 0) text.Append('\n');
                text.Append(line);
                tree.Add(MerkleTree.Leaf(line));
                next++;
                if (tree.Size < Tile.Full) continue;
                tiles.Add(new NewTile((next / Tile.Full) - 1, text.ToString(), tree.Root()));
                text.Clear();
                tree = new Frontier();
            }

            if (index <= end) covered.Add(batch.Id);
        }

        return next == end ? [.. covered] : null;
    }

    // Two nodes make the same: whoever comes second waits at the first one's rows, clashes, and comes again.
    private static async Task<int> SaveAsync(WriteTransaction transaction, List<NewTile> tiles, long[] covered)
    {
        var known = await transaction.ScalarAsync<long>("SELECT COALESCE(MAX(number) + 1, 0) FROM log_tile");
        var added = tiles.FindAll(t => t.Number >= known);
        await transaction.InsertManyAsync("log_tile", ["number", "body", "root"], [.. added.Select(t => new object?[] { t.Number, t.Body, t.Root.ToString() })]);
        await SpanAsync(transaction, known + added.Count);
        if (covered.Length > 0) await transaction.ExecuteAsync($"UPDATE log_batch SET body = NULL WHERE id {transaction.Engine.AnyOf("covered")}", new { covered });
        return added.Count;
    }

    /// <summary>Adds the root over 256 of a level wherever as many are there.</summary>
    private static async Task SpanAsync(WriteTransaction transaction, long tiles)
    {
        var below = tiles;
        for (var level = 2; below >= Tile.Full; level++)
        {
            var count = below / Tile.Full;
            for (var number = await transaction.ScalarAsync<long>("SELECT COALESCE(MAX(number) + 1, 0) FROM log_span WHERE level = @level", new { level }); number < count; number++)
            {
                var roots = await transaction.QueryAsync<string>(
                    level == 2
                        ? "SELECT root FROM log_tile WHERE number >= @first AND number < @end ORDER BY number"
                        : "SELECT root FROM log_span WHERE level = @under AND number >= @first AND number < @end ORDER BY number",
                    new { under = level - 1, first = number * Tile.Full, end = (number + 1) * Tile.Full });
                var root = MerkleTree.Root([.. roots.Select(LogQueries.ReadHash)]).ToString();
                await transaction.ExecuteAsync("INSERT INTO log_span (level, number, root) VALUES (@level, @number, @root)", new { level, number, root });
            }

            below = count;
        }
    }

    private sealed record NewTile(long Number, string Body, Hash Root);

    private sealed record Batch(long Id, long FirstIndex, string? Body);
}
