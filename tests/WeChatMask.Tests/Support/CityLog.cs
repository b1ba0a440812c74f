using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Operations;
using WeChatMask.PublicLog;

namespace WeChatMask.Tests.Support;

/// <summary>A city's public log as it lies in the database, read by a test without the product's reader.</summary>
internal sealed record CityLog(LogHead Head, IReadOnlyList<string> Entries, IReadOnlyList<string> Pending)
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
        return new CityLog(head, [.. lines.Values], await database.QueryAsync<string>("SELECT entry FROM log_pending ORDER BY id"));
    }

    /// <summary>Holds that a stranger who reads the log finds no broken rule, and the figures that the city's books have; and that every row is what the log says.</summary>
    public static async Task HoldsAsync(Database database)
    {
        Assert.Empty(await DifferencesAsync(database));
        var log = await ReadAsync(database);
        Assert.Empty(log.Faults());
        var told = log.Replay(withPending: true).Figures();
        foreach (var row in await database.QueryAsync<Books>(
            """
            SELECT t.round_date, p.code, t.redeemed, t.lapsed, t.cancelled_late, t.last_serial,
                   SUM(q.planned + q.carried_in + q.moved_in - q.moved_out) AS places, SUM(q.taken) AS taken
              FROM pharmacy_round t
              JOIN quota q    ON q.round_date = t.round_date AND q.pharmacy_id = t.pharmacy_id
              JOIN pharmacy p ON p.id = t.pharmacy_id
             WHERE t.round_date >= @from
             GROUP BY t.round_date, p.code, t.redeemed, t.lapsed, t.cancelled_late, t.last_serial
             ORDER BY t.round_date, p.code
            """,
            new { from = log.Head.LogFrom }))
        {
            var figures = told[row.RoundDate][row.Code];
            var books = new PharmacyFigures(
                row.Places, row.Places - row.Taken, (int)row.Taken - row.Redeemed - row.Lapsed - row.CancelledLate, row.Redeemed, row.Lapsed, figures.CancelledEarly, row.CancelledLate, row.LastSerial);
            Assert.True(figures.AreTold(books) && figures.Serials == row.LastSerial, $"{row.RoundDate:O} {row.Code}: the books have {books}, the log {figures}");
        }
    }

    /// <summary>Where the city's own check finds that rows and log do not agree, as it says it. Without the city's keys nobody is told from others.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(Database database, PersonalData? personal = null) =>
        [.. (await new LogVerifier(database, new SeenLog(Options.Create(new PublicLogSettings())), personal).RunAsync(new LogCheckScope(), CancellationToken.None)).Findings.Select(f => f.Sentence)];

    /// <summary>Reads it as a stranger would, and holds that it ends with the root that the head has.</summary>
    public Replay Replay(bool withPending = false)
    {
        var replay = new Replay();
        foreach (var entry in Entries) replay.Add(entry);
        Assert.Equal(Head.Frontier.Root(), replay.Root());
        foreach (var entry in withPending ? Pending : []) replay.Add(entry);
        return replay;
    }

    /// <summary>Its root at each size, from none to all of its lines.</summary>
    public IReadOnlyList<Hash> Roots()
    {
        var frontier = new Frontier();
        List<Hash> roots = [frontier.Root()];
        foreach (var entry in Entries)
        {
            frontier.Add(MerkleTree.Leaf(entry));
            roots.Add(frontier.Root());
        }

        return roots;
    }

    /// <summary>Broken rules, each with its line.</summary>
    public IReadOnlyList<string> Faults() => [.. Replay().Findings.Where(f => f.Code.ToString()[0] == 'F').Select(f => $"{f.Code} {f.Line} {Entries[(int)f.Line]}")];

    private sealed class Books
    {
        public DateOnly RoundDate { get; init; }
        public string Code { get; init; } = "";
        public int Redeemed { get; init; }
        public int Lapsed { get; init; }
        public int CancelledLate { get; init; }
        public int LastSerial { get; init; }
        public long Places { get; init; }
        public long Taken { get; init; }
    }
}
