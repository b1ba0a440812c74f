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

        foreach (var posting in postings) PlaceBook.CarryIn(parts[posting.PharmacyId].Windows, posting.Places);
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
