using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>Posts places that were not used, and what deliveries had more or less, to the same pharmacy's next round that has not opened, as a named carry-over.</summary>
public static class CarryOverStore
{
    /// <summary>Cause of the one posting at the end of a round's pickup.</summary>
    public const string EndOfPickup = "end-of-pickup";

    /// <summary>How the causes of postings begin that settle deliveries and losses; the row that made them necessary follows.</summary>
    public const string StockCause = "stock:";

    private const string RestCause = "rest:";

    private static readonly string[] Columns =
        ["id", "from_round", "to_round", "pharmacy_id", "left_over", "lapsed", "cancelled", "difference", "converted", "cause", "created_at"];

    /// <summary>Writes postings and gives the places to the next round; where none is planned yet they wait for it.</summary>
    public static async Task PostAsync(
        WriteTransaction transaction, PolicyQueries policies, DateOnly from, IReadOnlyCollection<CarryOver> postings, DateTimeOffset now)
    {
        await InsertAsync(transaction, from, postings, now);
        await AttachWaitingAsync(transaction, policies, now);
    }

    /// <summary>Takes what was given to some rounds back, so that it can be given anew after they were planned again. None of them may have opened.</summary>
    internal static async Task DetachAsync(WriteTransaction transaction, IReadOnlyCollection<DateOnly> rounds)
    {
        transaction.Log((await RoundLogStore.SentAsync(transaction, rounds)).Select(s => s.Entry(-1)));
        var days = rounds.Select(r => r.Column()).ToArray();
        // What did not fit into one of them went on under its own cause; it is worked out again too.
        await transaction.ExecuteAsync(
            $"DELETE FROM carry_over WHERE from_round {transaction.Engine.AnyOf("days")} AND cause LIKE '{RestCause}%'", new { days });
        await transaction.ExecuteAsync(
            $"UPDATE carry_over SET to_round = NULL, converted = 0 WHERE to_round {transaction.Engine.AnyOf("days")}", new { days });
    }

    /// <summary>
    /// Takes back one place that a round sent on as lapsed: it was handed over in time and only heard of now. The round
    /// that got it loses a free place; where it has ended too, so does the one after it, and so on.
    /// </summary>
    /// <remarks>
    /// Under the lock of the pharmacy's part in the ended round <paramref name="from"/>. The posting is one place, as what it was
    /// posted: <c>Left</c> or <c>Lapsed</c> is 1. Gives the round in which every place is held already, so that one is short; none
    /// when a free place went.
    /// </remarks>
    public static async Task<DateOnly?> TakeBackAsync(WriteTransaction transaction, DateOnly from, CarryOver posting, DateTimeOffset now)
    {
        // Newest first: that is the round most likely to have a free place, or the posting that still waits for one.
        var sent = await transaction.QueryAsync<Sent>(
            """
            SELECT to_round, SUM(left_over + lapsed + cancelled) AS places
              FROM carry_over
             WHERE from_round = @from AND pharmacy_id = @Pharmacy
             GROUP BY to_round
            """,
            new { from, posting.Pharmacy });
        var target = sent.Where(s => s.Places > 0).OrderByDescending(s => s.ToRound ?? DateOnly.MaxValue).First().ToRound;
        var id = Ids.Next();
        await transaction.ExecuteAsync(
            """
            INSERT INTO carry_over (id, from_round, to_round, pharmacy_id, left_over, lapsed, cancelled, cause, created_at)
            VALUES (@id, @from, @target, @Pharmacy, @left, @lapsed, 0, @Cause, @now)
            """,
            new { id, from, target, posting.Pharmacy, left = -posting.Left, lapsed = -posting.Lapsed, posting.Cause, now });
        if (target is not { } next) return null;
        transaction.Log((await RoundLogStore.SentAsync(transaction, [next], [id])).Select(s => s.Entry(1)));

        var part = (await QuotaStore.LockAsync(transaction, next, [posting.Pharmacy]))[0];
        var free = QuotaLedger.TakeBack(part.Windows);
        foreach (var w in part.Windows)
        {
            await transaction.ExecuteAsync(
                """
                UPDATE quota SET planned = @Planned, carried_in = @CarriedIn, rolled_in = @RolledIn, rolled_out = @RolledOut
                 WHERE round_date = @next AND pharmacy_id = @Pharmacy AND window_index = @Window
                """,
                new { w.Planned, w.CarriedIn, w.RolledIn, w.RolledOut, next, posting.Pharmacy, w.Window });
        }

        await RoundLogStore.PlacesAsync(transaction, next, [posting.Pharmacy]);
        await RoundStore.ReopenReportAsync(transaction, next);
        if (!free) return next;
        var ended = await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM round WHERE date = @next AND ended_at IS NOT NULL", new { next });
        return ended == 0 ? null : await TakeBackAsync(transaction, next, posting with { Left = 1, Lapsed = 0 }, now);
    }

    /// <summary>Gives waiting postings to the next round that has not opened, if there is one.</summary>
    internal static async Task AttachWaitingAsync(
        WriteTransaction transaction, PolicyQueries policies, DateTimeOffset now)
    {
        var tried = new HashSet<DateOnly>();
        // What a round cannot take on goes to the one after it, so there may be something waiting again.
        while (await AttachOnceAsync(transaction, policies, now, tried))
        {
        }
    }

    private static async Task<bool> AttachOnceAsync(
        WriteTransaction transaction, PolicyQueries policies, DateTimeOffset now, HashSet<DateOnly> tried)
    {
        // Held, so that two nodes cannot both give the same posting.
        var waiting = await transaction.QueryAsync<Waiting>(
            $"""
             SELECT id, from_round, pharmacy_id, left_over + lapsed + cancelled + difference AS places
               FROM carry_over
              WHERE to_round IS NULL
              ORDER BY id{transaction.Engine.ForUpdate}
             """);
        if (waiting.Count == 0) return false;
        var next = await transaction.QueryAsync<DateOnly>(
            "SELECT date FROM round WHERE opens_at > @now AND closed_at IS NULL ORDER BY date", new { now });
        var given = false;
        foreach (var group in waiting.GroupBy(w => next.FirstOrDefault(d => d > w.FromRound)).OrderBy(g => g.Key))
        {
            if (group.Key == default || !tried.Add(group.Key)) continue;
            await GiveAsync(transaction, policies, group.Key, [.. group], now);
            given = true;
        }

        return given;
    }

    private static async Task GiveAsync(
        WriteTransaction transaction, PolicyQueries policies, DateOnly round, IReadOnlyCollection<Waiting> postings, DateTimeOffset now)
    {
        var parts = await PartsAsync(transaction, round, [.. postings.Select(p => p.PharmacyId).Distinct().Order()]);
        var units = new UnitsOfRounds(transaction, policies);
        var own = await units.OfAsync(round);
        foreach (var posting in postings)
            posting.Given = StockRules.PlacesOf(posting.Places * await units.OfAsync(posting.FromRound), own);

        var rests = new List<CarryOver>();
        foreach (var group in postings.GroupBy(p => p.PharmacyId))
        {
            var windows = parts[group.Key].Windows;
            var total = windows.Sum(w => w.CarriedIn) + group.Sum(p => p.Given);
            var missing = Math.Max(0, -(windows.Sum(w => w.Planned) + total));
            rests.AddRange(Shrink(group, missing));
            QuotaLedger.SpreadCarried(windows, total + missing);
        }

        await SaveAsync(transaction, round, postings, parts);
        if (rests.Count > 0) await InsertAsync(transaction, round, rests, now);
    }

    /// <summary>A round cannot give up more places than it has: the newest postings take fewer, and the rest waits for the round after.</summary>
    private static IEnumerable<CarryOver> Shrink(IEnumerable<Waiting> postings, int missing)
    {
        foreach (var posting in postings.Reverse().Where(p => p.Given < 0))
        {
            var less = Math.Min(missing, -posting.Given);
            if (less == 0) yield break;
            missing -= less;
            posting.Given += less;
            yield return new CarryOver(posting.PharmacyId, 0, 0, 0, FormattableString.Invariant($"{RestCause}{posting.Id}"), -less);
        }
    }

    private static async Task<Dictionary<long, PharmacyRound>> PartsAsync(
        WriteTransaction transaction, DateOnly round, IReadOnlyCollection<long> pharmacies)
    {
        var parts = (await QuotaStore.LockAsync(transaction, round, pharmacies)).ToDictionary(p => p.PharmacyId);
        var missing = pharmacies.Where(id => !parts.ContainsKey(id)).ToList();
        if (missing.Count == 0) return parts;
        // A pharmacy without places of its own in that round still gets back what it has.
        var windows = await transaction.ScalarAsync<int>("SELECT COUNT(*) FROM round_window WHERE round_date = @round", new { round });
        await RoundStore.InsertPartsAsync(
            transaction, round, [.. missing.Select(id => (id, (IReadOnlyList<int>)new int[windows]))]);
        foreach (var part in await QuotaStore.LockAsync(transaction, round, missing)) parts.Add(part.PharmacyId, part);
        return parts;
    }

    private static async Task SaveAsync(
        WriteTransaction transaction, DateOnly round, IReadOnlyCollection<Waiting> postings, Dictionary<long, PharmacyRound> parts)
    {
        await transaction.ExecuteManyAsync(
            "UPDATE quota SET carried_in = @CarriedIn WHERE round_date = @round AND pharmacy_id = @PharmacyId AND window_index = @Window",
            [
                .. parts.Values.SelectMany(p => p.Windows.Select(w => new { w.CarriedIn, round, p.PharmacyId, w.Window })),
            ]);
        await transaction.ExecuteManyAsync(
            "UPDATE carry_over SET to_round = @round, converted = @Converted WHERE id = @Id AND to_round IS NULL",
            [.. postings.Select(p => new { round, Converted = p.Given - p.Places, p.Id })]);
        transaction.Log((await RoundLogStore.SentAsync(transaction, [round], [.. postings.Select(p => p.Id)])).Select(s => s.Entry(1)));
        await RoundLogStore.PlacesAsync(transaction, round, parts.Keys);
    }

    private static Task InsertAsync(
        WriteTransaction transaction, DateOnly from, IReadOnlyCollection<CarryOver> postings, DateTimeOffset now) =>
        transaction.InsertManyAsync(
            "carry_over",
            Columns,
            [
                .. postings.Select(p => new object?[]
                {
                    Ids.Next(), from.Column(), null, p.Pharmacy, p.Left, p.Lapsed, p.Cancelled, p.Difference, 0, p.Cause, now.Column(),
                }),
            ]);

    /// <summary>A place holds the units of its round's rules; a posting keeps its units when it goes on to a round with other rules.</summary>
    private sealed class UnitsOfRounds(WriteTransaction transaction, PolicyQueries policies)
    {
        private readonly Dictionary<DateOnly, int> known = [];

        public async Task<int> OfAsync(DateOnly round)
        {
            if (known.TryGetValue(round, out var units)) return units;
            var id = await transaction.ScalarAsync<long>("SELECT policy_id FROM round WHERE date = @round", new { round });
            return known[round] = (await policies.GetAsync(transaction.Connection, transaction.Transaction, id)).UnitsPerBooking;
        }
    }

    private sealed class Sent
    {
        public DateOnly? ToRound { get; init; }
        public int Places { get; init; }
    }

    private sealed class Waiting
    {
        public long Id { get; init; }
        public DateOnly FromRound { get; init; }
        public long PharmacyId { get; init; }
        public int Places { get; init; }

        /// <summary>Places that the next round gets of it.</summary>
        public int Given { get; set; }
    }
}

/// <summary>Places of one pharmacy that go on to its next round, by reason.</summary>
/// <remarks>
/// Cancelled is what was given back after the close; the difference is what a delivery or a loss gave more, or below zero fewer, than
/// planned. The cause names the posting: one pharmacy, round and cause post once.
/// </remarks>
public sealed record CarryOver(long Pharmacy, int Left, int Lapsed, int Cancelled, string Cause, int Difference = 0);
