using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Stock;

/// <summary>Writes down what headquarters delivered to a pharmacy for a pickup day and what was lost of it, with all that follows from it.</summary>
public sealed class StockReportStore(Database database, StockQueries stock, ShortageStore shortage, CityCalendar calendar, Board board)
{
    /// <summary>Records a delivery, or only says what would follow. The same request again changes nothing and gets the same answer.</summary>
    public Task<DeliveryAnswer> DeliverAsync(Clerk clerk, StockReport report, bool tryOnly, CancellationToken cancellationToken) =>
        RunAsync(clerk, report, tryOnly, new Kind("delivery", "delivery.record", day => day with
        {
            Reported = (day.Reported ?? 0) + report.Units, MoreComing = report.MoreComing,
        }), cancellationToken);

    public Task<DeliveryAnswer> LoseAsync(Clerk clerk, StockReport report, bool tryOnly, CancellationToken cancellationToken) =>
        RunAsync(clerk, report, tryOnly, new Kind("stock_loss", "stock.lose", day => day with { Lost = day.Lost + report.Units }), cancellationToken);

    private async Task<DeliveryAnswer> RunAsync(Clerk clerk, StockReport report, bool tryOnly, Kind kind, CancellationToken cancellationToken)
    {
        var answer = tryOnly ? await TryAsync(clerk, report, kind, cancellationToken) : await database.WriteAsync(t => RecordAsync(t, clerk, report, kind), cancellationToken);
        if (!tryOnly && answer is { Refusal: Refusal.None, Repeated: false }) board.MarkChanged();
        return answer;
    }

    /// <summary>Does all of it in a transaction that is never committed.</summary>
    private async Task<DeliveryAnswer> TryAsync(Clerk clerk, StockReport report, Kind kind, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Engine.BeginWriteAsync(cancellationToken);
        return await RecordAsync(transaction, clerk, report, kind);
    }

    private async Task<DeliveryAnswer> RecordAsync(
        WriteTransaction transaction, Clerk clerk, StockReport report, Kind kind)
    {
        var (pharmacy, key) = (clerk.PharmacyId, FormattableString.Invariant($"{clerk.PharmacyId}:{report.RequestId}"));
        var round = await transaction.ScalarAsync<string>(
            """
            SELECT r.date FROM round r JOIN pharmacy_round t ON t.round_date = r.date AND t.pharmacy_id = @pharmacy
             WHERE r.pickup_date = @PickupDate
            """,
            new { pharmacy, report.PickupDate });
        if (round is null) return new DeliveryAnswer(Refusal.InvalidDate);
        // Two reports of one pharmacy and day wait for each other, so that each sum is what was stored.
        var until = Later(report.PickupDate, calendar.Today);
        await shortage.LockAsync(transaction, pharmacy, report.PickupDate, until);
        var earlier = await transaction.QueryOneAsync<Earlier>($"SELECT id, round_date, units FROM {kind.Table} WHERE request_key = @key", new { key });
        if (earlier is not null)
            return earlier.RoundDate.Column() == round && earlier.Units == report.Units ? await RepeatAsync(transaction, clerk, report, earlier, kind) : new DeliveryAnswer(Refusal.RequestUsed);

        var days = (await stock.DaysAsync(transaction.Connection, transaction.Transaction, pharmacy, until)).ToList();
        var at = days.FindIndex(d => d.PickupDate == report.PickupDate);
        days[at] = kind.Change(days[at]);
        // More has left the shelf than this would leave on it: one of the two figures is wrong, and people decide which.
        if (StockDay.Shelves(days).Skip(at).Any(s => !s.Holds)) return new DeliveryAnswer(Refusal.StockTooLow);
        var id = Ids.Next();
        await InsertAsync(transaction, id, key, clerk, report, days[at], kind);
        await shortage.PostDifferenceAsync(transaction, days[at], pharmacy, id);
        var moved = days[at].MoreComing ? default : await shortage.MoveShortAsync(transaction, days[^1].Round, pharmacy);
        return AnswerOf(days[at]) with { Moved = moved.Away, Returned = moved.Back };
    }

    /// <summary>What the first time was answered, as far as it is still known: up to that report, and with nobody moved anew.</summary>
    private async Task<DeliveryAnswer> RepeatAsync(WriteTransaction transaction, Clerk clerk, StockReport report, Earlier earlier, Kind kind)
    {
        var sum = await transaction.ScalarAsync<int>(
            $"SELECT SUM(units) FROM {kind.Table} WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId AND id <= @Id",
            new { earlier.RoundDate, clerk.PharmacyId, earlier.Id });
        var day = (await stock.DaysAsync(transaction.Connection, transaction.Transaction, clerk.PharmacyId, report.PickupDate))[^1];
        day = kind.Table == "delivery" ? day with { Reported = sum } : day with { Lost = sum };
        return AnswerOf(day) with { Repeated = true };
    }

    private async Task InsertAsync(WriteTransaction transaction, long id, string key, Clerk clerk, StockReport report, StockDay day, Kind kind)
    {
        var now = calendar.Now;
        // The newest report says whether more is coming.
        if (report.Reason is null)
            await transaction.ExecuteAsync("UPDATE delivery SET more_coming = 0 WHERE round_date = @Round AND pharmacy_id = @PharmacyId", new { day.Round, clerk.PharmacyId });
        var (column, value) = report.Reason is { } reason ? ("reason", (object)reason) : ("more_coming", report.MoreComing ? 1 : 0);
        await transaction.ExecuteAsync(
            $"""
            INSERT INTO {kind.Table} (id, request_key, round_date, pharmacy_id, units, staff_id, created_at, {column})
            VALUES (@id, @key, @Round, @PharmacyId, @Units, @StaffId, @now, @value)
            """,
            new { id, key, day.Round, clerk.PharmacyId, report.Units, StaffId = clerk.Staff.Id, now, value });
        await AuditStore.AddAsync(
            transaction, now, clerk.Staff.Username, kind.Action, report.PickupDate.Column(),
            report.Reason is null ? FormattableString.Invariant($"{report.Units}") : FormattableString.Invariant($"{report.Units} {report.Reason}"));
    }

    private static DeliveryAnswer AnswerOf(StockDay day) =>
        new(Refusal.None, false, day.Reported ?? 0, day.Planned) { Places = day.MoreComing ? 0 : day.DifferencePlaces, Lost = day.Lost };

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    private sealed record Kind(string Table, string Action, Func<StockDay, StockDay> Change);

    private sealed class Earlier
    {
        public long Id { get; init; }
        public DateOnly RoundDate { get; init; }
        public int Units { get; init; }
    }
}

/// <summary>What a clerk reports of a pickup day: a delivery, or a loss, which has a reason. While more is expected nothing follows yet.</summary>
public sealed record StockReport(DateOnly PickupDate, int Units, string RequestId, bool MoreComing = false, string? Reason = null);

/// <summary>What came of a report, which the same request may have made before: the day's units so far against its plan.</summary>
public sealed record DeliveryAnswer(Refusal Refusal, bool Repeated = false, int Delivered = 0, int Planned = 0)
{
    /// <summary>Places that the day's differences give the next round, or take from it.</summary>
    public int Places { get; init; }

    public int Lost { get; init; }

    /// <summary>Bookings that moved to the next day by this report.</summary>
    public int Moved { get; init; }

    /// <summary>Bookings that had moved to the next day and may be collected on their own day after all.</summary>
    public int Returned { get; init; }
}
