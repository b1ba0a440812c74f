using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Operations;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>Whoever changes the log itself is found: by its roots and signatures, and, who has its key too, by what was shown before.</summary>
public sealed class VerifyLogTests(LoggedDay day) : IClassFixture<LoggedDay>
{
    [Theory]
    [InlineData("log_tile", "root", "0", "UPDATE log_tile SET body = REPLACE(body, 'close 2020-02-10 time', 'close 2020-02-10 full')")]
    [InlineData("log_tile", "body", "0", "UPDATE log_tile SET body = body || CHAR(10) || 'audit x 1 47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'")]
    [InlineData("log_tile", "root", "0", "UPDATE log_tile SET root = 'x'")]
    [InlineData("log_tile", "row", "0", "UPDATE log_tile SET number = 1")]
    [InlineData("log_batch", "body", null, "DELETE FROM log_tile")]
    [InlineData("log_tile", "row", "9", "INSERT INTO log_tile (number, body, root) SELECT 9, body, root FROM log_tile")]
    [InlineData("log_span", "root", "2 0", "INSERT INTO log_span (level, number, root) VALUES (2, 0, 'x')")]
    [InlineData("log_batch", "note", null, "UPDATE log_batch SET note = (SELECT note FROM log_batch b WHERE b.first_index > log_batch.first_index ORDER BY b.first_index LIMIT 1) WHERE first_index = 0")]
    [InlineData("log_batch", "note", null, "UPDATE log_batch SET note = SUBSTR(note, 1, LENGTH(note) - 8) || 'AAAAAA==' || CHAR(10) WHERE first_index = 0")]
    [InlineData("log_batch", "first_index", null, "UPDATE log_batch SET first_index = first_index + 1 WHERE first_index = (SELECT MAX(first_index) FROM log_batch)")]
    [InlineData("log_batch", "first_index", null, "DELETE FROM log_batch WHERE first_index = 0")]
    [InlineData("log_batch", "entries", null, "UPDATE log_batch SET entries = entries + 1 WHERE first_index = (SELECT MAX(first_index) FROM log_batch)")]
    [InlineData("board_version", "log_size", "1", "DELETE FROM log_batch WHERE first_index = (SELECT MAX(first_index) FROM log_batch)")]
    [InlineData("board_version", "log_size", "1", "UPDATE board_version SET log_size = log_size + 1")]
    [InlineData("board_version", "log_frontier", "1", "UPDATE board_version SET log_frontier = (SELECT root FROM log_tile)")]
    [InlineData("log_mark", "size or note", "2020-02-10 Published", "UPDATE log_mark SET size = size + 1 WHERE round_date = '2020-02-10' AND kind = 2")]
    [InlineData("log_mark", "size", "2020-02-10 Published", "UPDATE log_mark SET size = 10000 WHERE round_date = '2020-02-10' AND kind = 2")]
    [InlineData("log_mark", "size or note", "2020-02-10 Published", "UPDATE log_mark SET note = (SELECT m.note FROM log_mark m WHERE m.round_date = '2020-02-11' AND m.kind = 2) WHERE round_date = '2020-02-10' AND kind = 2")]
    [InlineData("log_mark", "note", "2020-02-10 Published", "UPDATE log_mark SET note = SUBSTR(note, 1, LENGTH(note) - 8) || 'AAAAAA==' || CHAR(10) WHERE round_date = '2020-02-10' AND kind = 2")]
    public async Task A_part_of_the_log_that_was_changed_is_found(string table, string column, string? key, string sql)
    {
        await using var copy = day.Copy();
        await copy.ChangeAsync(sql);

        var found = (await copy.CheckAsync()).Findings;

        Assert.True(
            found.Any(f => f.Table == table && f.Column == column && (key is null || f.Key == key)),
            $"{table} {key} {column} is not among: {string.Join(" / ", found.Take(10).Select(f => f.Sentence))}");
    }

    [Fact]
    public async Task A_tail_that_was_cut_off_with_everything_of_it_is_found_by_its_rows_and_marks_and_by_what_the_node_noted()
    {
        await using var copy = day.Copy();
        await NoteAsync(copy);
        await RewriteAsync(copy, lines => [.. lines.Take(lines.Count - 30)], null);

        var found = (await copy.CheckAsync()).Findings;

        Assert.Contains(found, f => f is { Table: "board_version", Column: "log_size" } && f.Log.EndsWith("by the file of Log:SeenPath", StringComparison.Ordinal));
        Assert.Contains(found, f => f is { Table: "log_mark", Key: "2020-02-11 Published", Column: "size" });
        Assert.Contains(found, f => f is { Table: "round", Key: "2020-02-11", Column: "published_at" });
    }

    [Fact]
    public async Task A_log_that_was_worked_out_anew_without_the_key_is_found_by_its_signatures()
    {
        await using var copy = day.Copy();
        await RewriteAsync(copy, Lie, null);

        var found = (await copy.CheckAsync()).Findings;

        Assert.Contains(found, f => f is { Table: "log_batch", Column: "note", Row: "without a signature of the log's key" });
    }

    [Fact]
    public async Task A_log_that_was_worked_out_anew_with_the_key_has_another_root_than_its_marks_and_than_the_node_noted()
    {
        await using var copy = day.Copy();
        await NoteAsync(copy);
        await RewriteAsync(copy, Lie, day.Keys);

        var found = (await copy.CheckAsync()).Findings;

        Assert.All(found, f => Assert.Contains(f.Table, (string[])["log_mark", "Log:SeenPath"]));
        // Those that were made before the line was changed still fit.
        Assert.Equal(["2020-02-10 Ended", "2020-02-11 Ready", "2020-02-11 Closed", "2020-02-11 Published"], found.Where(f => f is { Table: "log_mark", Column: "note" }).Select(f => f.Key));
        Assert.Contains(found, f => f is { Table: "Log:SeenPath", Column: "root" });
    }

    [Fact]
    public async Task A_line_that_breaks_a_rule_is_found_where_even_marks_and_rows_were_made_to_fit()
    {
        await using var copy = day.Copy();
        await RewriteAsync(copy, lines => [.. lines, "give 2020-02-10 LD01 3 6"], day.Keys);

        var found = (await copy.CheckAsync()).Findings;

        Assert.Contains(found, f => f is { Table: "log", Column: "entry", Row: "give 2020-02-10 LD01 3 6", Log: "that it breaks rule F25" });
    }

    [Fact]
    public async Task Notes_up_to_a_size_that_was_looked_at_before_are_not_verified_again()
    {
        await using var copy = day.Copy();
        await copy.ChangeAsync("UPDATE log_batch SET note = SUBSTR(note, 1, LENGTH(note) - 8) || 'AAAAAA==' || CHAR(10) WHERE first_index = 0");

        Assert.Empty((await copy.CheckAsync(new LogCheckScope(Trusted: 100))).Findings);
    }

    // What nobody's row would tell.
    private static IReadOnlyList<string> Lie(IReadOnlyList<string> lines) => [.. lines.Select(l => l == "deliver 2020-02-10 LD01 15" ? "deliver 2020-02-10 LD01 16" : l)];

    private static async Task NoteAsync(CopyOfDay copy)
    {
        var head = (await CityLog.ReadAsync(copy.Database)).Head;
        new SeenLog(Options.Create(new PublicLogSettings { SeenPath = copy.SeenPath })).Write(new SeenSize(head.Size, head.Frontier.Root(), head.LogOrigin!));
    }

    /// <summary>Writes the whole log anew as somebody would who knows its form; without the key with the old signatures.</summary>
    private static async Task RewriteAsync(CopyOfDay copy, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, LogKeys? keys)
    {
        var before = await CityLog.ReadAsync(copy.Database);
        var lines = change(before.Entries);
        Assert.NotEqual(before.Entries, lines);
        var batches = await copy.Database.QueryAsync<(long Id, long First, int Entries, string Note)>("SELECT id, first_index, entries, note FROM log_batch ORDER BY first_index");
        await copy.Database.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync("DELETE FROM log_tile");
                var tree = new Frontier();
                foreach (var (id, first, entries, note) in batches)
                {
                    // A longer log has its last lines in the last batch.
                    var count = id == batches[^1].Id ? lines.Count - (int)first : Math.Min(entries, lines.Count - (int)first);
                    if (count <= 0)
                    {
                        await transaction.ExecuteAsync("DELETE FROM log_batch WHERE id = @id", new { id });
                        continue;
                    }

                    var added = lines.Skip((int)first).Take(count).ToList();
                    foreach (var line in added) tree.Add(MerkleTree.Leaf(line));
                    var checkpoint = new Checkpoint("sandbox/log", tree.Size, tree.Root());
                    var signed = keys?.Sign(checkpoint) ?? $"{checkpoint.Text}{note[note.IndexOf("\n\n", StringComparison.Ordinal)..][1..]}";
                    await transaction.ExecuteAsync(
                        "UPDATE log_batch SET entries = @count, body = @body, note = @signed WHERE id = @id", new { count, body = string.Join('\n', added), signed, id });
                }

                await transaction.ExecuteAsync("UPDATE board_version SET log_size = @Size, log_frontier = @text", new { tree.Size, text = tree.ToString() });
            },
            CancellationToken.None);
    }
}
