using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>Plans rounds and moves them through their phases. Each move looks at what is stored, so twice is the same as once.</summary>
public sealed class RoundStore(Database database, RoundQueries rounds, PolicyQueries policies, RoundLogStore log, CityCalendar calendar, Board board)
{
    /// <summary>Makes the round of <paramref name="date"/> from its policy and the pharmacies that take part; nothing when it exists or no policy holds.</summary>
    public async Task<bool> PlanAsync(DateOnly date, CancellationToken cancellationToken)
    {
        var planned = await database.WriteAsync(
            async transaction =>
            {
                // A look without a lock: nearly always there is nothing to do.
                if (await HasRoundAsync(transaction, date) || await PlanDayStore.NoRoundAsync(transaction.Connection, transaction.Transaction, date) is not null) return false;
                if (await PolicyQueries.FindForAsync(transaction.Connection, transaction.Transaction, date) is null) return false;
                // Whoever changes the day's plan is done, or sees the round.
                if (await PlanDayStore.LockAsync(transaction, date) is not null || await HasRoundAsync(transaction, date)) return false;
                var policyId = await PolicyQueries.FindForAsync(transaction.Connection, transaction.Transaction, date) ?? throw new InvalidOperationException($"The rules of {date:O} are gone.");
                var policy = await policies.GetAsync(transaction.Connection, transaction.Transaction, policyId);
                var times = RoundTimes.Of(policy, date, calendar.Instant);
                await InsertRoundAsync(transaction, policyId, policy, times);
                await InsertQuotasAsync(transaction, policy, date);
                await log.PlannedAsync(transaction, date);
                await CarryOverStore.AttachWaitingAsync(transaction, policies, calendar.Now);
                await QuotaStore.TouchBoardAsync(transaction);
                return true;
            },
            cancellationToken);
        if (planned) board.MarkChanged();
        return planned;
    }

    /// <summary>Moves Announced to Open, rolls untaken places into the window that has opened, and moves Published to Handout, as the time says. Gives how many rounds changed.</summary>
    public async Task<int> AdvanceAsync(CancellationToken cancellationToken)
    {
        var changed = 0;
        foreach (var round in await rounds.UnfinishedAsync(cancellationToken))
        {
            var now = calendar.Now;
            var wanted = round.PhaseAt(now);
            var toOpen = round.Phase == RoundPhase.Announced && wanted == RoundPhase.Open;
            var toHandout = round.Phase == RoundPhase.Published && wanted == RoundPhase.Handout;
            if (toOpen || toHandout) changed += await MoveAsync(round, wanted, cancellationToken) ? 1 : 0;
            if (!round.IsClosed && round.Times.WindowAt(now) is { Index: > 1 } window)
                changed += await RollAsync(round, window.Index, cancellationToken) ? 1 : 0;
        }

        if (changed > 0) board.MarkChanged();
        return changed;
    }

    /// <summary>Closes every open round whose time is over or whose places are all taken. Gives how many.</summary>
    public async Task<int> CloseDueAsync(CancellationToken cancellationToken)
    {
        var closed = 0;
        foreach (var round in await rounds.UnfinishedAsync(cancellationToken))
        {
            if (round.IsClosed || calendar.Now < round.Times.OpensAt) continue;
            var over = calendar.Now >= round.Times.ClosesAt;
            if (!over && await LeftAsync(round.Date, cancellationToken) > 0) continue;
            closed += await CloseAsync(round.Date, over, cancellationToken) ? 1 : 0;
        }

        if (closed > 0) board.MarkChanged();
        return closed;
    }

    private static async Task<bool> HasRoundAsync(WriteTransaction transaction, DateOnly date) =>
        await transaction.ScalarAsync<int>("SELECT COUNT(*) FROM round WHERE date = @date", new { date }) > 0;

    private Task<bool> CloseAsync(DateOnly date, bool over, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            // Every pharmacy's lock is held, so no batch on any node stands between this look and the close.
            var parts = await QuotaStore.LockAsync(transaction, date);
            if (!over && parts.Sum(p => p.Left) > 0) return false;
            var rows = await transaction.ExecuteAsync(
                "UPDATE round SET closed_at = @now, phase = @closed WHERE date = @date AND closed_at IS NULL",
                new { now = calendar.Now, closed = RoundPhase.Closed, date });
            if (rows == 0) return false;
            transaction.Log(LogEntry.Close(date, over ? CloseReason.Time : CloseReason.Full, calendar.Now.ToUnixTimeSeconds()));
            await QuotaStore.TouchBoardAsync(transaction);
            return true;
        },
        cancellationToken);

    private Task<bool> MoveAsync(RoundState round, RoundPhase to, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var rows = await transaction.ExecuteAsync(
                "UPDATE round SET phase = @to WHERE date = @date AND phase = @from", new { to, date = round.Date, from = round.Phase });
            if (rows == 1) await QuotaStore.TouchBoardAsync(transaction);
            return rows == 1;
        },
        cancellationToken);

    private Task<bool> RollAsync(RoundState round, int window, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var parts = await QuotaStore.LockAsync(transaction, round.Date);
            var moved = parts.Where(p => QuotaLedger.RollUpTo(p.Windows, window)).ToList();
            if (moved.Count == 0) return false;
            await QuotaStore.SaveAsync(transaction, round.Date, moved);
            await QuotaStore.TouchBoardAsync(transaction);
            return true;
        },
        cancellationToken);

    private async Task<long> LeftAsync(DateOnly date, CancellationToken cancellationToken) => await database.ScalarAsync<long>(
        "SELECT SUM(planned + carried_in + rolled_in - rolled_out + moved_in - moved_out - taken) FROM quota WHERE round_date = @date", new { date }, cancellationToken);

    private static async Task InsertRoundAsync(
        WriteTransaction transaction, long policyId, Policy policy, RoundTimes times)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO round (date, pickup_date, policy_id, units_per_booking, phase, opens_at, closes_at, pickup_opens_at, pickup_closes_at, cancel_until)
            VALUES (@Date, @PickupDate, @policyId, @UnitsPerBooking, @phase, @OpensAt, @ClosesAt, @PickupOpensAt, @PickupClosesAt, @CancelUntil)
            """,
            new
            {
                times.Date, times.PickupDate, policyId, policy.UnitsPerBooking, phase = RoundPhase.Announced, times.OpensAt, times.ClosesAt,
                times.PickupOpensAt, times.PickupClosesAt, times.CancelUntil,
            });
        await InsertWindowsAsync(transaction, times);
    }

    internal static Task InsertWindowsAsync(WriteTransaction transaction, RoundTimes times) =>
        transaction.InsertManyAsync(
            "round_window",
            ["round_date", "window_index", "opens_at", "closes_at"],
            [.. times.Windows.Select(w => new object?[] { times.Date.Column(), w.Index, w.OpensAt.Column(), w.ClosesAt.Column() })]);

    private static async Task InsertQuotasAsync(WriteTransaction transaction, Policy policy, DateOnly date) =>
        await InsertPartsAsync(transaction, date, await PlanOfAsync(transaction, policy, date));

    /// <summary>The pharmacies that take part in a round, with the planned places of each window.</summary>
    internal static async Task<IReadOnlyList<(long Pharmacy, IReadOnlyList<int> Places)>> PlanOfAsync(
        WriteTransaction transaction, Policy policy, DateOnly date) =>
        [.. (await PlanQueries.OfAsync(transaction.Connection, transaction.Transaction, policy, date)).Select(p => (p.Id, p.Due))];

    /// <summary>Gives pharmacies a part in a round, with the planned places of each window.</summary>
    internal static async Task InsertPartsAsync(
        WriteTransaction transaction, DateOnly date, IReadOnlyCollection<(long Pharmacy, IReadOnlyList<int> Places)> parts)
    {
        await transaction.InsertManyAsync(
            "pharmacy_round",
            ["round_date", "pharmacy_id", "last_serial", "redeemed", "lapsed", "cancelled_late"],
            [.. parts.Select(p => new object?[] { date.Column(), p.Pharmacy, 0, 0, 0, 0 })]);
        await InsertPlacesAsync(transaction, date, parts);
    }

    /// <summary>Writes the planned places of pharmacies that have a part in a round.</summary>
    internal static Task InsertPlacesAsync(
        WriteTransaction transaction, DateOnly date, IReadOnlyCollection<(long Pharmacy, IReadOnlyList<int> Places)> parts) =>
        transaction.InsertManyAsync(
            "quota",
            ["round_date", "pharmacy_id", "window_index", "planned", "carried_in", "rolled_in", "rolled_out", "taken"],
            [
                .. parts.SelectMany(p => p.Places.Select(
                    (places, i) => new object?[] { date.Column(), p.Pharmacy, i + 1, places, 0, 0, 0, 0 })),
            ]);

    /// <summary>Makes an annulment due again at one pharmacy, because a hand-over there was taken back after it. Under the lock of the pharmacy's part.</summary>
    public static async Task ReopenAnnulmentAsync(WriteTransaction transaction, DateOnly round, long pharmacy)
    {
        await transaction.ExecuteAsync(
            "DELETE FROM lever_step WHERE pharmacy_id = @pharmacy AND lever_id IN (SELECT id FROM lever WHERE round_date = @round AND kind = @annul)",
            new { pharmacy, round, annul = LeverKind.Annul });
        await transaction.ExecuteAsync("UPDATE lever SET done_at = NULL WHERE round_date = @round AND kind = @annul", new { round, annul = LeverKind.Annul });
    }

    /// <summary>
    /// Makes a round's report due again, because something of it was settled after it. To be called by whatever changes the
    /// books of a round that may have ended, under the lock of the pharmacy's part in it.
    /// </summary>
    public static Task<int> ReopenReportAsync(WriteTransaction transaction, DateOnly round) =>
        transaction.ExecuteAsync("UPDATE round SET reported_at = NULL WHERE date = @round AND reported_at IS NOT NULL", new { round });
}
