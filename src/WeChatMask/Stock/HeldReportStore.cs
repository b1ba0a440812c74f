using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Stock;

/// <summary>Reports of stock that are too far from the plan to count on a pharmacy's own word: they wait for a supervisor.</summary>
public sealed class HeldReportStore(Database database, StockReportStore reports, CityCalendar calendar, Board board)
{
    private const string Select = """
        SELECT h.id, h.kind, h.request_key, h.round_date, h.pickup_date, h.pharmacy_id, h.units, h.more_coming, h.reason, h.planned, h.day_total,
               h.staff_id, h.created_at, h.outcome, h.decided_at, h.decided_by, h.decision_note,
               p.code AS pharmacy_code, p.name AS pharmacy_name, s.username AS clerk
          FROM held_stock_report h
          JOIN pharmacy p ON p.id = h.pharmacy_id
          JOIN staff s    ON s.id = h.staff_id
        """;

    /// <summary>Those that wait, oldest first.</summary>
    public Task<List<HeldReport>> WaitingAsync(int count, CancellationToken cancellationToken) => database.QueryAsync<HeldReport>(
        $"{Select} WHERE h.outcome = @waiting ORDER BY h.id LIMIT @count", new { waiting = HeldOutcome.Waiting, count }, cancellationToken);

    /// <summary>Those that a supervisor decided, newest first.</summary>
    public Task<List<HeldReport>> DecidedAsync(int count, CancellationToken cancellationToken) => database.QueryAsync<HeldReport>(
        $"{Select} WHERE h.outcome <> @waiting ORDER BY h.id DESC LIMIT @count", new { waiting = HeldOutcome.Waiting, count }, cancellationToken);

    /// <summary>A pharmacy's own newest ones, whatever became of them.</summary>
    public Task<List<HeldReport>> OfPharmacyAsync(long pharmacy, int count, CancellationToken cancellationToken) => database.QueryAsync<HeldReport>(
        $"{Select} WHERE h.pharmacy_id = @pharmacy ORDER BY h.id DESC LIMIT @count", new { pharmacy, count }, cancellationToken);

    public Task<long> CountAsync(CancellationToken cancellationToken) => database.ScalarAsync<long>(
        "SELECT COUNT(*) FROM held_stock_report WHERE outcome = @waiting", new { waiting = HeldOutcome.Waiting }, cancellationToken);

    /// <summary>Lets a report count after all, with all that follows from it now. What the shelf contradicts by now goes on waiting.</summary>
    public async Task<Refusal> AgreeAsync(string actor, long id, CancellationToken cancellationToken)
    {
        var refusal = await database.WriteAsync(t => DecideAsync(t, actor, id, HeldOutcome.Agreed, note: null), cancellationToken);
        if (refusal == Refusal.None) board.MarkChanged();
        return refusal;
    }

    public Task<Refusal> DeclineAsync(string actor, long id, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(t => DecideAsync(t, actor, id, HeldOutcome.Declined, reason), cancellationToken);

    internal static Task<HeldReport?> FindAsync(WriteTransaction transaction, StockReportKind kind, string key) => transaction.QueryOneAsync<HeldReport>(
        "SELECT id, round_date, units, planned, day_total, outcome FROM held_stock_report WHERE kind = @kind AND request_key = @key", new { kind, key });

    /// <summary>Whether a report of a pharmacy's day waits.</summary>
    internal static async Task<bool> WaitsAsync(WriteTransaction transaction, StockReportKind kind, DateOnly round, long pharmacy) => await transaction.ScalarAsync<long>(
        "SELECT COUNT(*) FROM held_stock_report WHERE kind = @kind AND round_date = @round AND pharmacy_id = @pharmacy AND outcome = @waiting",
        new { kind, round, pharmacy, waiting = HeldOutcome.Waiting }) > 0;

    internal static async Task AddAsync(
        WriteTransaction transaction, StockReportStore.Counted counted, StockReport report, StockDay before, DateTimeOffset now)
    {
        var total = StockReportStore.Total(before, counted.Kind) + report.Units;
        await transaction.ExecuteAsync(
            """
            INSERT INTO held_stock_report (id, kind, request_key, round_date, pickup_date, pharmacy_id, units, more_coming, reason, planned, day_total,
                                           staff_id, created_at, outcome)
            VALUES (@id, @Kind, @Key, @Round, @PickupDate, @Pharmacy, @Units, @MoreComing, @Reason, @Planned, @total, @Staff, @now, @waiting)
            """,
            new
            {
                id = Ids.Next(), counted.Kind, counted.Key, before.Round, report.PickupDate, counted.Pharmacy, report.Units, report.MoreComing, report.Reason,
                before.Planned, total, counted.Staff, now, waiting = HeldOutcome.Waiting,
            });
        await AuditStore.AddAsync(transaction, now, counted.Reporter, "stock.hold", report.PickupDate.Column(), report.Detail);
    }

    private async Task<Refusal> DecideAsync(WriteTransaction transaction, string actor, long id, HeldOutcome outcome, string? note)
    {
        if (await transaction.QueryOneAsync<HeldReport>($"{Select} WHERE h.id = @id", new { id }) is not { } held) return Refusal.UnknownReport;
        await reports.LockAsync(transaction, held.PharmacyId, held.PickupDate);
        var now = calendar.Now;
        var rows = await transaction.ExecuteAsync(
            """
            UPDATE held_stock_report SET outcome = @outcome, decided_at = @now, decided_by = @actor, decision_note = @note
             WHERE id = @id AND outcome = @waiting
            """,
            new { outcome, now, actor, note, id, waiting = HeldOutcome.Waiting });
        if (rows == 0) return Refusal.ReportDecided;
        var report = new StockReport(held.PickupDate, held.Units, "", held.MoreComing, held.Reason);
        if (outcome == HeldOutcome.Agreed)
        {
            var counted = new StockReportStore.Counted(held.Kind, held.RequestKey, held.StaffId, held.Clerk, held.PharmacyId, IsAgreed: true);
            var answer = await reports.CountAsync(transaction, counted, report);
            if (answer.Refusal != Refusal.None)
            {
                await transaction.ExecuteAsync(
                    "UPDATE held_stock_report SET outcome = @waiting, decided_at = NULL, decided_by = NULL, decision_note = NULL WHERE id = @id",
                    new { id, waiting = HeldOutcome.Waiting });
                return answer.Refusal;
            }
        }

        await AuditStore.AddAsync(
            transaction, now, actor, outcome == HeldOutcome.Agreed ? "stock.agree" : "stock.decline", $"{held.PharmacyCode} {held.PickupDate.Column()}",
            note is null ? report.Detail : $"{report.Detail}: {note}");
        return Refusal.None;
    }
}

/// <summary>What became of a report that waited; the numbers are stored.</summary>
public enum HeldOutcome
{
    Waiting = 0,
    Agreed = 1,
    Declined = 2,
}

/// <summary>A report that waits, or waited, for a supervisor.</summary>
public sealed class HeldReport
{
    public long Id { get; init; }
    public StockReportKind Kind { get; init; }
    public string RequestKey { get; init; } = "";
    public DateOnly RoundDate { get; init; }
    public DateOnly PickupDate { get; init; }
    public long PharmacyId { get; init; }
    public string PharmacyCode { get; init; } = "";
    public string PharmacyName { get; init; } = "";
    public int Units { get; init; }
    public bool MoreComing { get; init; }
    public string? Reason { get; init; }
    public int Planned { get; init; }

    /// <summary>The day's units with this report, as they stood when it came.</summary>
    public int DayTotal { get; init; }

    public long StaffId { get; init; }
    public string Clerk { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public HeldOutcome Outcome { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public string? DecidedBy { get; init; }
    public string? DecisionNote { get; init; }

    /// <summary>The day's units without it.</summary>
    public int Before => DayTotal - Units;

    /// <summary>How far the day would be from its plan; of a loss, all that is lost.</summary>
    public int Difference => Kind == StockReportKind.Loss ? DayTotal : DayTotal - Planned;
}
