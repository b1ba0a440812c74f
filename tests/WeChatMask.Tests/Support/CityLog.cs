using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.Tests.Support;

/// <summary>A city's public log as it lies in the database, read by a test without the product's reader.</summary>
internal sealed record CityLog(LogHead Head, IReadOnlyList<string> Entries)
{
    /// <summary>Reads all of it. Holds that it is dense: no line is missing, none stands twice.</summary>
    public static async Task<CityLog> ReadAsync(Database database)
    {
        var head = await database.ReadAsync(c => LogStore.HeadAsync(c, null), default);
        var lines = new SortedDictionary<long, string>();
        foreach (var (number, body) in await database.QueryAsync<(long, string)>("SELECT number, body FROM log_tile ORDER BY number"))
        {
            var entries = body.Split('\n');
            for (var i = 0; i < entries.Length; i++) lines.Add((number * Tile.Full) + i, entries[i]);
        }

        foreach (var (first, count, body) in await database.QueryAsync<(long, int, string?)>("SELECT first_index, entries, body FROM log_batch ORDER BY first_index"))
        {
            var entries = body?.Split('\n') ?? [];
            if (body is not null) Assert.Equal(count, entries.Length);
            for (var i = 0; i < entries.Length; i++)
            {
                if (lines.TryGetValue(first + i, out var known)) Assert.Equal(known, entries[i]);
                else lines.Add(first + i, entries[i]);
            }
        }

        Assert.Equal(Enumerable.Range(0, (int)head.Size).Select(i => (long)i), lines.Keys);
        return new CityLog(head, [.. lines.Values]);
    }

    /// <summary>Reads it as a stranger would, and holds that it ends with the root that the head has.</summary>
    public Replay Replay()
    {
        var replay = new Replay();
        foreach (var entry in Entries) replay.Add(entry);
        Assert.Equal(Head.Frontier.Root(), replay.Root());
        return replay;
    }

    /// <summary>Broken rules, each with its line.</summary>
    public IReadOnlyList<string> Faults() => [.. Replay().Findings.Where(f => f.Code.ToString()[0] == 'F').Select(f => $"{f.Code} {f.Line} {Entries[(int)f.Line]}")];
}
