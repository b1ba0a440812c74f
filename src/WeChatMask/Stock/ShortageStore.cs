using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Stock;

/// <summary>
/// Draws the consequences of what a pharmacy got or lost: the difference from the plan goes to its next round as places, and
/// bookings that cannot be served move to the next day. Call it under the lock of the pharmacy's part in the round.
/// </summary>
public sealed class ShortageStore(StockQueries queries, MovedPickupStore moved, PolicyQueries policies, RoundQueries rounds, CityCalendar calendar)
{
    // Goods that come later than this before the pickup ends help nobody that day: people must read of it and come.
    private static readonly TimeSpan LastCall = TimeSpan.FromHours(1);

    /// <summary>Posts what the difference of a day has changed by since it was posted last; the cause is the id of the delivery or loss.</summary>
    public async Task PostDifferenceAsync(WriteTransaction transaction, StockDay day, long pharmacy, long cause)
    {
        if (day.MoreComing) return;
        var posted = await transaction.ScalarAsync<int?>(
            "SELECT SUM(difference) FROM carry_over WHERE from_round = @Round AND pharmacy_id = @pharmacy AND cause LIKE @causes",
            new { day.Round, pharmacy, causes = CarryOverStore.StockCause + "%" }) ?? 0;
        var change = day.DifferencePlaces - posted;
        if (change == 0) return;
        await CarryOverStore.PostAsync(
            transaction,
            policies,
            day.Round,
            [new CarryOver(pharmacy, 0, 0, 0, FormattableString.Invariant($"{CarryOverStore.StockCause}{cause}"), change)],
            calendar.Now);
        await QuotaStore.TouchBoardAsync(transaction);
    }

    /// <summary>
    /// Moves the latest serials to the next day where the shelf of a published round's pickup day cannot serve all; where it can,
    /// and has units left, those that had to leave the day may collect on it after all.
    /// </summary>
    public async Task<ShelfMoves> MoveShortAsync(WriteTransaction transaction, DateOnly round, long pharmacy)
    {
        if (await rounds.FindAsync(transaction.Connection, transaction.Transaction, round) is not { } state) return default;
        if (state.PublishedAt is null || calendar.Now >= state.Times.PickupClosesAt) return default;
        await moved.LockAsync(transaction, pharmacy, state.PickupDate, state.PickupDate);
        var days = await queries.DaysAsync(transaction.Connection, transaction.Transaction, pharmacy, state.PickupDate);
        if (days.Count == 0) return default;
        var shelf = StockDay.Shelves(days)[^1].Closing - await MovedPickupStore.OwedBeforeAsync(transaction, state.PickupDate, pharmacy);
        var waiting = await MovedPickupStore.WaitingAsync(transaction, round, pharmacy);
        var moving = StockRules.Moving([.. waiting.Select(w => new StockClaim(w.Id, w.Units))], shelf).Select(c => c.Id).ToHashSet();
        await moved.MoveAsync(transaction, pharmacy, state.PickupDate, [.. waiting.Where(w => moving.Contains(w.Id))]);
        var back = moving.Count > 0 || await MovedPickupStore.IsDayMovedAsync(transaction, round, pharmacy) || calendar.Now > state.Times.PickupClosesAt - LastCall
            ? []
            : await MovedPickupStore.ReturningAsync(transaction, state.PickupDate, pharmacy, shelf - waiting.Sum(w => w.Units));
        await moved.ReturnAsync(transaction, pharmacy, state.PickupDate, back);
        if (moving.Count + back.Count > 0) await QuotaStore.TouchBoardAsync(transaction);
        return new ShelfMoves(moving.Count, back.Count);
    }

    /// <summary>When a round is published: whoever was told of a delivery before then has its bookings looked at now. Call <see cref="LockBeforeAsync"/> before the round is locked.</summary>
    public async Task MoveShortAsync(WriteTransaction transaction, DateOnly round)
    {
        var reported = await transaction.QueryAsync<long>(
            "SELECT pharmacy_id FROM delivery WHERE round_date = @round UNION SELECT pharmacy_id FROM stock_loss WHERE round_date = @round ORDER BY 1", new { round });
        foreach (var pharmacy in reported) await MoveShortAsync(transaction, round, pharmacy);
    }

    /// <inheritdoc cref="MovedPickupStore.LockBeforeAsync" />
    public Task LockBeforeAsync(WriteTransaction transaction, RoundState round) => moved.LockBeforeAsync(transaction, round);

    /// <inheritdoc cref="MovedPickupStore.LockAsync" />
    public Task LockAsync(WriteTransaction transaction, long pharmacy, DateOnly reported, DateOnly until) => moved.LockAsync(transaction, pharmacy, reported, until);

    /// <summary>When the pickup is over: what was still expected has not come.</summary>
    public async Task PostExpectedAsync(WriteTransaction transaction, RoundState round)
    {
        var expecting = await transaction.QueryAsync<Expected>(
            """
            SELECT pharmacy_id, MAX(id) AS id FROM delivery
             WHERE round_date = @Date AND more_coming = @expected
             GROUP BY pharmacy_id
             ORDER BY pharmacy_id
            """,
            new { round.Date, expected = true });
        if (expecting.Count == 0) return;
        await transaction.ExecuteAsync("UPDATE delivery SET more_coming = @expected WHERE round_date = @Date", new { round.Date, expected = false });
        foreach (var e in expecting)
        {
            var days = await queries.DaysAsync(transaction.Connection, transaction.Transaction, e.PharmacyId, round.PickupDate);
            await PostDifferenceAsync(transaction, days[^1], e.PharmacyId, e.Id);
        }
    }

    private sealed class Expected
    {
        public long PharmacyId { get; init; }
        public long Id { get; init; }
    }
}

/// <summary>Pickups that a report of stock moved: away to the next day, since the shelf cannot serve them, or back from it to their own.</summary>
public readonly record struct ShelfMoves(int Away, int Back);
