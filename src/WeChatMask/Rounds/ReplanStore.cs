using System.Data.Common;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>Plans announced rounds anew when a policy was added that is newer than the one they were planned by. A round that has opened keeps its rules.</summary>
public sealed class ReplanStore(Database database, RoundQueries rounds, PolicyQueries policies, RoundLogStore log, CityCalendar calendar, Board board)
{
    /// <summary>Looks for such rounds and plans them anew. Returns how many.</summary>
    public async Task<int> ReplanAsync(CancellationToken cancellationToken)
    {
        // A look without locks: nearly always there is nothing to do.
        if ((await database.ReadAsync(c => StaleAsync(c, null), cancellationToken)).Count == 0) return 0;
        var replanned = await database.WriteAsync(t => ReplanAsync(t), cancellationToken);
        if (replanned.Count > 0) board.MarkChanged();
        return replanned.Count;
    }

    /// <summary>The same in the transaction that added the policy. Gives the rounds that were planned anew.</summary>
    public async Task<IReadOnlyList<DateOnly>> ReplanAsync(WriteTransaction transaction)
    {
        var seen = await StaleAsync(transaction.Connection, transaction.Transaction);
        if (seen.Count == 0) return [];
        var later = await HoldAsync(transaction, seen.Min(r => r.Round.Date));
        // Read again under the locks: another node may have been first, or the round has opened meanwhile.
        var stale = await StaleAsync(transaction.Connection, transaction.Transaction);
        if (stale.Count == 0) return [];
        await TakeBackAsync(transaction, later);
        foreach (var (round, policyId, policy) in stale) await ReplanAsync(transaction, round.Date, policyId, policy);
        await CarryOverStore.AttachWaitingAsync(transaction, policies, calendar.Now);
        await QuotaStore.TouchBoardAsync(transaction);
        return [.. stale.Select(s => s.Round.Date)];
    }

    /// <summary>Gives an announced round the places of its plan, in the transaction that changed it; its rules and times stay. The board is the caller's to touch.</summary>
    public async Task ReplanPlacesAsync(WriteTransaction transaction, RoundState round)
    {
        await TakeBackAsync(transaction, await HoldAsync(transaction, round.Date));
        var before = await PlannedAsync(transaction, round.Date);
        await PutPlacesAsync(transaction, round.Policy, round.Date);
        var changed = (await PlannedAsync(transaction, round.Date)).Except(before).Select(p => p.Pharmacy).Distinct();
        await RoundLogStore.PlacesAsync(transaction, round.Date, [.. changed]);
        await CarryOverStore.AttachWaitingAsync(transaction, policies, calendar.Now);
    }

    // What one of them could not take on went to the next, so all from the first on give back what they were given.
    private async Task<IReadOnlyList<DateOnly>> HoldAsync(WriteTransaction transaction, DateOnly first)
    {
        var later = await transaction.QueryAsync<DateOnly>(
            "SELECT date FROM round WHERE date >= @first AND opens_at > @now AND closed_at IS NULL ORDER BY date", new { first, now = calendar.Now });
        foreach (var date in later) await QuotaStore.LockAsync(transaction, date);
        return later;
    }

    private static async Task TakeBackAsync(WriteTransaction transaction, IReadOnlyList<DateOnly> later)
    {
        await CarryOverStore.DetachAsync(transaction, later);
        var given = await transaction.QueryAsync<(DateOnly Round, long Pharmacy)>(
            $"SELECT DISTINCT round_date, pharmacy_id FROM quota WHERE carried_in <> 0 AND round_date {transaction.Engine.AnyOf("days")}", new { days = later.Select(d => d.Column()).ToArray() });
        await transaction.ExecuteAsync(
            $"UPDATE quota SET carried_in = 0 WHERE round_date {transaction.Engine.AnyOf("days")}", new { days = later.Select(d => d.Column()).ToArray() });
        foreach (var round in given.GroupBy(g => g.Round)) await RoundLogStore.PlacesAsync(transaction, round.Key, [.. round.Select(g => g.Pharmacy)]);
    }

    private static Task<List<(long Pharmacy, int Window, int Places)>> PlannedAsync(WriteTransaction transaction, DateOnly round) =>
        transaction.QueryAsync<(long, int, int)>("SELECT pharmacy_id, window_index, planned FROM quota WHERE round_date = @round", new { round });

    private async Task ReplanAsync(WriteTransaction transaction, DateOnly date, long policyId, Policy policy)
    {
        var times = RoundTimes.Of(policy, date, calendar.Instant);
        await transaction.ExecuteAsync(
            """
            UPDATE round SET policy_id = @policyId, units_per_booking = @UnitsPerBooking, opens_at = @OpensAt, closes_at = @ClosesAt,
                   pickup_opens_at = @PickupOpensAt, pickup_closes_at = @PickupClosesAt, cancel_until = @CancelUntil
             WHERE date = @Date
            """,
            new
            {
                policyId, policy.UnitsPerBooking, times.OpensAt, times.ClosesAt, times.PickupOpensAt, times.PickupClosesAt, times.CancelUntil, times.Date,
            });
        await transaction.ExecuteAsync("DELETE FROM round_window WHERE round_date = @date", new { date });
        await RoundStore.InsertWindowsAsync(transaction, times);
        await PutPlacesAsync(transaction, policy, date);
        await log.PlannedAsync(transaction, date);
    }

    private static async Task PutPlacesAsync(WriteTransaction transaction, Policy policy, DateOnly date)
    {
        await transaction.ExecuteAsync("DELETE FROM quota WHERE round_date = @date", new { date });
        var plan = (await RoundStore.PlanOfAsync(transaction, policy, date)).ToDictionary(p => p.Pharmacy, p => p.Places);
        var parts = await transaction.QueryAsync<long>("SELECT pharmacy_id FROM pharmacy_round WHERE round_date = @date ORDER BY pharmacy_id", new { date });
        // Who has a part without places of its own, for what came back to it, keeps it.
        await RoundStore.InsertPlacesAsync(
            transaction, date, [.. parts.Select(id => (id, plan.GetValueOrDefault(id) ?? new int[policy.Windows.Count]))]);
        await RoundStore.InsertPartsAsync(
            transaction, date, [.. plan.Where(p => !parts.Contains(p.Key)).Select(p => (p.Key, p.Value))]);
    }

    /// <summary>Announced rounds with the newer policy that they should have. One whose new hours have begun already stays as it is.</summary>
    private async Task<List<(RoundState Round, long PolicyId, Policy Policy)>> StaleAsync(DbConnection connection, DbTransaction? transaction)
    {
        var stale = new List<(RoundState, long, Policy)>();
        foreach (var round in await rounds.AnnouncedAsync(connection, transaction, calendar.Now))
        {
            if (await PolicyQueries.FindForAsync(connection, transaction, round.Date) is not { } id || id == round.PolicyId) continue;
            var policy = await policies.GetAsync(connection, transaction, id);
            if (RoundTimes.Of(policy, round.Date, calendar.Instant).OpensAt > calendar.Now) stale.Add((round, id, policy));
        }

        return stale;
    }
}
