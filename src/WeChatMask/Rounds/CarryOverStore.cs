using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>Posts places that were not used back to the same pharmacy's next round that has not opened, as a named carry-over.</summary>
public static class CarryOverStore
{
    /// <summary>Cause of the one posting at the end of a round's pickup.</summary>
    public const string EndOfPickup = "end-of-pickup";

    /// <summary>Writes postings and gives the places to the next round; where none is planned yet they wait for it.</summary>
    public static async Task PostAsync(
        WriteTransaction transaction, DateOnly from, IReadOnlyCollection<Posting> postings, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await transaction.Engine.InsertManyAsync(
            transaction,
            "carry_over",
            ["id", "from_round", "to_round", "pharmacy_id", "left_over", "lapsed", "cancelled", "cause", "created_at"],
            [
                .. postings.Select(p => new object?[]
                {
                    Ids.Next(), from.Column(), null, p.Pharmacy, p.Left, p.Lapsed, p.Cancelled, p.Cause, now.Column(),
                }),
            ],
            cancellationToken);
        await AttachWaitingAsync(transaction, now, cancellationToken);
    }

    /// <summary>
    /// Takes back one place that a round sent on as lapsed: it was handed over in time and only heard of now. The round
    /// that got it loses a free place; where it has ended too, so does the one after it, and so on.
    /// </summary>
    /// <param name="transaction">The transaction that settles the hand-over; it holds the lock of the pharmacy's part in <paramref name="from"/>.</param>
    /// <param name="from">The ended round.</param>
    /// <param name="posting">One place, as what it was posted: <c>Left</c> or <c>Lapsed</c> is 1.</param>
    /// <param name="now">When it is taken back.</param>
    /// <returns>The round in which every place is held already, so that one is short; none when a free place went.</returns>
    public static async Task<DateOnly?> TakeBackAsync(WriteTransaction transaction, DateOnly from, Posting posting, DateTimeOffset now)
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
        await transaction.ExecuteAsync(
            """
            INSERT INTO carry_over (id, from_round, to_round, pharmacy_id, left_over, lapsed, cancelled, cause, created_at)
            VALUES (@id, @from, @target, @Pharmacy, @left, @lapsed, 0, @Cause, @now)
            """,
            new { id = Ids.Next(), from, target, posting.Pharmacy, left = -posting.Left, lapsed = -posting.Lapsed, posting.Cause, now });
        if (target is not { } next) return null;

        var part = (await QuotaStore.LockAsync(transaction, next, [posting.Pharmacy]))[0];
        var free = PlaceBook.TakeBack(part.Windows);
        foreach (var w in part.Windows)
        {
            await transaction.ExecuteAsync(
                """
                UPDATE quota SET planned = @Planned, carried_in = @CarriedIn, rolled_in = @RolledIn, rolled_out = @RolledOut
                 WHERE round_date = @next AND pharmacy_id = @Pharmacy AND window_index = @Window
                """,
                new { w.Planned, w.CarriedIn, w.RolledIn, w.RolledOut, next, posting.Pharmacy, w.Window });
        }

        if (!free) return next;
        var ended = await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM round WHERE date = @next AND ended_at IS NOT NULL", new { next });
        return ended == 0 ? null : await TakeBackAsync(transaction, next, posting with { Left = 1, Lapsed = 0 }, now);
    }

    /// <summary>Gives waiting postings to the next round that has not opened, if there is one.</summary>
    internal static async Task AttachWaitingAsync(WriteTransaction transaction, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Held, so that two nodes cannot both give the same posting.
        var waiting = await transaction.QueryAsync<Waiting>(
            $"""
             SELECT id, from_round, pharmacy_id, left_over + lapsed + cancelled AS places
               FROM carry_over
              WHERE to_round IS NULL
              ORDER BY id{transaction.Engine.ForUpdate}
             """);
        if (waiting.Count == 0) return;
        var next = await transaction.QueryAsync<DateOnly>(
            "SELECT date FROM round WHERE opens_at > @now AND closed_at IS NULL ORDER BY date", new { now });
        foreach (var group in waiting.GroupBy(w => next.FirstOrDefault(d => d > w.FromRound)))
        {
            if (group.Key != default) await GiveAsync(transaction, group.Key, [.. group], cancellationToken);
        }
    }

    private static async Task GiveAsync(
        WriteTransaction transaction, DateOnly round, IReadOnlyCollection<Waiting> postings, CancellationToken cancellationToken)
    {
        var parts = (await QuotaStore.LockAsync(transaction, round)).ToDictionary(p => p.PharmacyId);
        var missing = postings.Select(p => p.PharmacyId).Distinct().Where(id => !parts.ContainsKey(id)).ToList();
        if (missing.Count > 0)
        {
            // A pharmacy without places of its own in that round still gets back what it has.
            var windows = await transaction.ScalarAsync<int>("SELECT COUNT(*) FROM round_window WHERE round_date = @round", new { round });
            await RoundStore.InsertPartsAsync(
                transaction, round, [.. missing.Select(id => (id, (IReadOnlyList<int>)new int[windows]))], cancellationToken);
            foreach (var part in await QuotaStore.LockAsync(transaction, round, missing)) parts.Add(part.PharmacyId, part);
        }

        // In one sum, since one of them may take away what another brings.
        foreach (var own in postings.GroupBy(p => p.PharmacyId)) PlaceBook.CarryIn(parts[own.Key].Windows, own.Sum(p => p.Places));
        await transaction.Engine.ExecuteManyAsync(
            transaction,
            "UPDATE quota SET carried_in = @CarriedIn WHERE round_date = @round AND pharmacy_id = @PharmacyId AND window_index = @Window",
            [
                .. postings.Select(p => p.PharmacyId).Distinct().SelectMany(id => parts[id].Windows.Select(
                    w => new { w.CarriedIn, round, PharmacyId = id, w.Window })),
            ],
            cancellationToken);
        await transaction.Engine.ExecuteManyAsync(
            transaction,
            "UPDATE carry_over SET to_round = @round WHERE id = @Id AND to_round IS NULL",
            [.. postings.Select(p => new { round, p.Id })],
            cancellationToken);
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
    }
}

/// <summary>Places of one pharmacy that go on to its next round, by reason.</summary>
/// <param name="Pharmacy">Whose.</param>
/// <param name="Left">Nobody took them.</param>
/// <param name="Lapsed">Not collected.</param>
/// <param name="Cancelled">Given back after the close.</param>
/// <param name="Cause">Names the posting; one pharmacy, round and cause post once.</param>
public sealed record Posting(long Pharmacy, int Left, int Lapsed, int Cancelled, string Cause);
