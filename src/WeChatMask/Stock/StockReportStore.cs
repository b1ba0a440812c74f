using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Stock;

/// <summary>Writes down what headquarters delivered to a pharmacy for a pickup day and what was lost of it, with all that follows from it.</summary>
public sealed class StockReportStore(Database database, StockQueries stock, ShortageStore shortage, CityCalendar calendar, Board board)
{
    /// <summary>Records a delivery, or only says what would follow. The same request again changes nothing and gets the same answer.</summary>
    public Task<DeliveryAnswer> DeliverAsync(Clerk clerk, StockReport report, bool tryOnly, CancellationToken cancellationToken) =>
        RunAsync(clerk, report, tryOnly, StockReportKind.Delivery, cancellationToken);

    public Task<DeliveryAnswer> LoseAsync(Clerk clerk, StockReport report, bool tryOnly, CancellationToken cancellationToken) =>
        RunAsync(clerk, report, tryOnly, StockReportKind.Loss, cancellationToken);

    private async Task<DeliveryAnswer> RunAsync(Clerk clerk, StockReport report, bool tryOnly, StockReportKind kind, CancellationToken cancellationToken)
    {
        var answer = tryOnly ? await TryAsync(clerk, report, kind, cancellationToken) : await database.WriteAsync(t => RecordAsync(t, clerk, report, kind), cancellationToken);
        if (!tryOnly && answer is { Refusal: Refusal.None, Repeated: false, Waits: false }) board.MarkChanged();
        return answer;
    }

    /// <summary>Does all of it in a transaction that is never committed.</summary>
    private async Task<DeliveryAnswer> TryAsync(Clerk clerk, StockReport report, StockReportKind kind, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Engine.BeginWriteAsync(cancellationToken);
        return await RecordAsync(transaction, clerk, report, kind);
    }

    private async Task<DeliveryAnswer> RecordAsync(
        WriteTransaction transaction, Clerk clerk, StockReport report, StockReportKind kind)
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
        await LockAsync(transaction, pharmacy, report.PickupDate);
        var earlier = await transaction.QueryOneAsync<Earlier>($"SELECT id, round_date, units FROM {Table(kind)} WHERE request_key = @key", new { key });
        if (earlier is not null)
            return earlier.RoundDate.Column() == round && report.Says(earlier.Units) ? await RepeatAsync(transaction, clerk, report, earlier, kind) : new DeliveryAnswer(Refusal.RequestUsed);
        if (await HeldReportStore.FindAsync(transaction, kind, key) is { } held)
        {
            if (held.RoundDate.Column() != round || held.Units != report.Units) return new DeliveryAnswer(Refusal.RequestUsed);
            return held.Outcome == HeldOutcome.Declined
                ? new DeliveryAnswer(Refusal.ReportDeclined)
                : new DeliveryAnswer(Refusal.None, Repeated: true, held.Before, held.Planned) { Waits = true, Lost = held.Before };
        }

        if (report.AsPlanned)
        {
            if (await PlannedAsync(transaction, pharmacy, report) is not { } planned) return new DeliveryAnswer(Refusal.DeliveryNotAsPlanned);
            report = report with { Units = planned };
        }

        return await CountAsync(transaction, new Counted(kind, key, clerk.Staff.Id, clerk.Staff.Username, pharmacy, IsAgreed: false), report);
    }

    /// <summary>Locks the pharmacy's part in every day that a report of a pickup day may change.</summary>
    internal Task LockAsync(WriteTransaction transaction, long pharmacy, DateOnly pickupDate) =>
        shortage.LockAsync(transaction, pharmacy, pickupDate, Later(pickupDate, calendar.Today));

    /// <summary>Lets a report count, or has it wait for a supervisor who has not agreed to it. Needs the locks of <see cref="LockAsync"/>.</summary>
    internal async Task<DeliveryAnswer> CountAsync(WriteTransaction transaction, Counted counted, StockReport report)
    {
        var (kind, pharmacy) = (counted.Kind, counted.Pharmacy);
        var days = (await stock.DaysAsync(transaction.Connection, transaction.Transaction, pharmacy, Later(report.PickupDate, calendar.Today))).ToList();
        var at = days.FindIndex(d => d.PickupDate == report.PickupDate);
        var before = days[at];
        if (Total(before, kind) + (long)report.Units > int.MaxValue) return new DeliveryAnswer(Refusal.InvalidUnits);
        days[at] = kind == StockReportKind.Loss
            ? before with { Lost = before.Lost + report.Units }
            : before with { Reported = (before.Reported ?? 0) + report.Units, MoreComing = report.MoreComing };
        // More has left the shelf than this would leave on it: one of the two figures is wrong, and people decide which.
        if (StockDay.Shelves(days).Skip(at).Any(s => !s.Holds)) return new DeliveryAnswer(Refusal.StockTooLow);
        if (!counted.IsAgreed && !IsPlausible(days[at], kind))
        {
            await HeldReportStore.AddAsync(transaction, counted, report, before, calendar.Now);
            return new DeliveryAnswer(Refusal.None, Repeated: false, before.Reported ?? 0, before.Planned) { Waits = true, Lost = before.Lost };
        }

        var id = Ids.Next();
        await InsertAsync(transaction, id, counted, report, days[at]);
        await shortage.PostDifferenceAsync(transaction, days[at], pharmacy, id);
        var moved = days[at].MoreComing ? default : await shortage.MoveShortAsync(transaction, days[^1].Round, pharmacy);
        if (kind == StockReportKind.Delivery && !days[at].MoreComing) await CounterTroubleStore.DeliveredAsync(transaction, counted.Reporter, pharmacy, report.PickupDate, calendar.Now);
        return AnswerOf(days[at]) with { Moved = moved.Away, Returned = moved.Back };
    }

    /// <summary>The units of a day's plan, or null when something was reported already or the plan is not what the clerk saw.</summary>
    private async Task<int?> PlannedAsync(WriteTransaction transaction, long pharmacy, StockReport report)
    {
        var day = (await stock.DaysAsync(transaction.Connection, transaction.Transaction, pharmacy, report.PickupDate))[^1];
        var free = day.Reported is null && report.Says(day.Planned) && !await HeldReportStore.WaitsAsync(transaction, StockReportKind.Delivery, day.Round, pharmacy);
        return free ? day.Planned : null;
    }

    private static bool IsPlausible(StockDay day, StockReportKind kind) => kind == StockReportKind.Loss
        ? StockRules.IsPlausibleLoss(day.Lost, day.Planned, day.MarginPercent)
        : StockRules.IsPlausibleDelivery(day.Reported ?? 0, day.Planned, day.MarginPercent);

    internal static int Total(StockDay day, StockReportKind kind) => kind == StockReportKind.Loss ? day.Lost : day.Reported ?? 0;

    /// <summary>What the first time was answered, as far as it is still known: up to that report, and with nobody moved anew.</summary>
    private async Task<DeliveryAnswer> RepeatAsync(WriteTransaction transaction, Clerk clerk, StockReport report, Earlier earlier, StockReportKind kind)
    {
        var sum = await transaction.ScalarAsync<int>(
            $"SELECT SUM(units) FROM {Table(kind)} WHERE round_date = @RoundDate AND pharmacy_id = @PharmacyId AND id <= @Id",
            new { earlier.RoundDate, clerk.PharmacyId, earlier.Id });
        var day = (await stock.DaysAsync(transaction.Connection, transaction.Transaction, clerk.PharmacyId, report.PickupDate))[^1];
        day = kind == StockReportKind.Delivery ? day with { Reported = sum } : day with { Lost = sum };
        return AnswerOf(day) with { Repeated = true };
    }

    private async Task InsertAsync(WriteTransaction transaction, long id, Counted counted, StockReport report, StockDay day)
    {
        var now = calendar.Now;
        // The newest report says whether more is coming.
        if (report.Reason is null)
            await transaction.ExecuteAsync("UPDATE delivery SET more_coming = 0 WHERE round_date = @Round AND pharmacy_id = @PharmacyId", new { day.Round, PharmacyId = counted.Pharmacy });
        var (column, value) = report.Reason is { } reason ? ("reason", (object)reason) : ("more_coming", report.MoreComing ? 1 : 0);
        await transaction.ExecuteAsync(
            $"""
            INSERT INTO {Table(counted.Kind)} (id, request_key, round_date, pharmacy_id, units, staff_id, created_at, {column})
            VALUES (@id, @Key, @Round, @PharmacyId, @Units, @StaffId, @now, @value)
            """,
            new { id, counted.Key, day.Round, PharmacyId = counted.Pharmacy, report.Units, StaffId = counted.Staff, now, value });
        if (counted.Kind == StockReportKind.Delivery)
        {
            var code = await transaction.ScalarAsync<string>("SELECT code FROM pharmacy WHERE id = @Pharmacy", new { counted.Pharmacy });
            await LogPendingStore.AddAsync(transaction, [LogEntry.Deliver(day.Round, code!, report.Units)]);
        }

        await AuditStore.AddAsync(
            transaction, now, counted.Reporter, counted.Kind == StockReportKind.Loss ? "stock.lose" : "delivery.record", report.PickupDate.Column(), report.Detail);
    }

    private static DeliveryAnswer AnswerOf(StockDay day) =>
        new(Refusal.None, false, day.Reported ?? 0, day.Planned) { Places = day.MoreComing ? 0 : day.DifferencePlaces, Lost = day.Lost };

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    private static string Table(StockReportKind kind) => kind == StockReportKind.Loss ? "stock_loss" : "delivery";

    /// <summary>Whose report it is, under which key, and whether a supervisor has agreed to it already.</summary>
    internal sealed record Counted(StockReportKind Kind, string Key, long Staff, string Reporter, long Pharmacy, bool IsAgreed);

    private sealed class Earlier
    {
        public long Id { get; init; }
        public DateOnly RoundDate { get; init; }
        public int Units { get; init; }
    }
}

/// <summary>What a clerk reports of a pickup day: a delivery, or a loss, which has a reason. While more is expected nothing follows yet.</summary>
public sealed record StockReport(DateOnly PickupDate, int Units, string RequestId, bool MoreComing = false, string? Reason = null)
{
    /// <summary>Exactly what was planned, as the first word on the day. No units then mean as many as that is.</summary>
    public bool AsPlanned { get; init; }

    /// <summary>Whether the report means so many units.</summary>
    internal bool Says(int units) => Units == units || (AsPlanned && Units == 0);

    /// <summary>What the audit says of it.</summary>
    internal string Detail => Reason is null ? FormattableString.Invariant($"{Units}") : FormattableString.Invariant($"{Units} {Reason}");
}

/// <summary>What is reported; the numbers are stored.</summary>
public enum StockReportKind
{
    Delivery = 0,
    Loss = 1,
}

/// <summary>What came of a report, which the same request may have made before: the day's units so far against its plan.</summary>
public sealed record DeliveryAnswer(Refusal Refusal, bool Repeated = false, int Delivered = 0, int Planned = 0)
{
    /// <summary>Places that the day's differences give the next round, or take from it.</summary>
    public int Places { get; init; }

    public int Lost { get; init; }

    /// <summary>Whether it waits for a supervisor and nothing has followed yet.</summary>
    public bool Waits { get; init; }

    /// <summary>Bookings that moved to the next day by this report.</summary>
    public int Moved { get; init; }

    /// <summary>Bookings that had moved to the next day and may be collected on their own day after all.</summary>
    public int Returned { get; init; }
}
