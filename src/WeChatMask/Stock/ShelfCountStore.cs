using System.Globalization;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Stock;

/// <summary>
/// What a clerk counted on the shelf, beside what the books say. It changes no book: what is missing is written down as a loss, what is too
/// much as a delivery, by people who know which. A recount supersedes; what was counted before stays.
/// </summary>
public sealed class ShelfCountStore(Database database, StockQueries stock, StockReportStore reports, CityCalendar calendar)
{
    private const string Select = """
        SELECT c.id, c.round_date, r.pickup_date, c.pharmacy_id, c.opening, c.delivered, c.handed_over, c.lost, c.counted, c.reason, c.staff, c.created_at
          FROM shelf_count c
          JOIN round r ON r.date = c.round_date
        """;

    /// <summary>A pharmacy's newest counts, superseded ones too, newest first.</summary>
    public Task<List<ShelfCount>> NewestAsync(long pharmacy, int count, CancellationToken cancellationToken) => database.QueryAsync<ShelfCount>(
        $"{Select} WHERE c.pharmacy_id = @pharmacy ORDER BY c.id DESC LIMIT @count", new { pharmacy, count }, cancellationToken);

    /// <summary>The count that holds of each pharmacy that counted for a round's pickup day.</summary>
    public async Task<IReadOnlyDictionary<long, ShelfCount>> OfRoundAsync(DateOnly round, CancellationToken cancellationToken) => (await database.QueryAsync<ShelfCount>(
        $"""
        {Select}
          JOIN (SELECT MAX(id) AS id FROM shelf_count WHERE round_date = @round GROUP BY pharmacy_id) newest ON newest.id = c.id
        """,
        new { round },
        cancellationToken)).ToDictionary(c => c.PharmacyId);

    /// <summary>Writes down a count, or says why not: a difference needs a reason. The same request again changes nothing.</summary>
    public Task<ShelfCountAnswer> CountAsync(Clerk clerk, ShelfCountOrder order, CancellationToken cancellationToken) =>
        database.WriteAsync(t => CountAsync(t, clerk, order), cancellationToken);

    private async Task<ShelfCountAnswer> CountAsync(WriteTransaction transaction, Clerk clerk, ShelfCountOrder order)
    {
        var (pharmacy, key) = (clerk.PharmacyId, FormattableString.Invariant($"{clerk.PharmacyId}:{order.RequestId}"));
        if (order.PickupDate > calendar.Today) return new ShelfCountAnswer(Refusal.InvalidDate);
        // No hand-over and no delivery stands between the books' figure and the row beside the counted one.
        await reports.LockAsync(transaction, pharmacy, order.PickupDate);
        var earlier = await transaction.QueryOneAsync<ShelfCount>($"{Select} WHERE c.request_key = @key", new { key });
        if (earlier is not null)
            return earlier.PickupDate == order.PickupDate && earlier.Counted == order.Counted ? new ShelfCountAnswer(Refusal.None, earlier, Repeated: true) : new ShelfCountAnswer(Refusal.RequestUsed);
        var days = await stock.DaysAsync(transaction.Connection, transaction.Transaction, pharmacy, order.PickupDate);
        if (days.Count == 0 || days[^1].PickupDate != order.PickupDate) return new ShelfCountAnswer(Refusal.InvalidDate);
        var shelf = StockDay.Shelves(days)[^1];
        var count = new ShelfCount
        {
            Id = Ids.Next(), RoundDate = days[^1].Round, PickupDate = order.PickupDate, PharmacyId = pharmacy, Opening = shelf.Opening, Delivered = shelf.Delivered,
            HandedOver = shelf.HandedOver, Lost = shelf.Lost, Counted = order.Counted, Reason = order.Counted == shelf.Closing ? null : order.Reason,
            Staff = clerk.Staff.Username, CreatedAt = calendar.Now,
        };
        if (count.Difference != 0 && count.Reason is null) return new ShelfCountAnswer(Refusal.InvalidReason, count);
        await transaction.ExecuteAsync(
            """
            INSERT INTO shelf_count (id, request_key, round_date, pharmacy_id, opening, delivered, handed_over, lost, counted, reason, staff, created_at)
            VALUES (@Id, @key, @RoundDate, @PharmacyId, @Opening, @Delivered, @HandedOver, @Lost, @Counted, @Reason, @Staff, @CreatedAt)
            """,
            new
            {
                count.Id, key, count.RoundDate, count.PharmacyId, count.Opening, count.Delivered, count.HandedOver, count.Lost, count.Counted, count.Reason, count.Staff, count.CreatedAt,
            });
        await AuditStore.AddAsync(transaction, count.CreatedAt, count.Staff, "shelf.count", order.PickupDate.Column(), count.Detail);
        return new ShelfCountAnswer(Refusal.None, count);
    }
}

/// <summary>What a clerk counted for a pickup day.</summary>
public sealed record ShelfCountOrder(DateOnly PickupDate, int Counted, string? Reason, string RequestId);

/// <summary>What came of a count. Where it is refused for want of a reason, the count as it would be.</summary>
public sealed record ShelfCountAnswer(Refusal Refusal, ShelfCount? Count = null, bool Repeated = false);

/// <summary>A count of a shelf, with the books of that instant, in units.</summary>
public sealed record ShelfCount
{
    public long Id { get; init; }
    public DateOnly RoundDate { get; init; }
    public DateOnly PickupDate { get; init; }
    public long PharmacyId { get; init; }
    public int Opening { get; init; }
    public int Delivered { get; init; }
    public int HandedOver { get; init; }
    public int Lost { get; init; }
    public int Counted { get; init; }
    public string? Reason { get; init; }
    public string Staff { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }

    public int Expected => Opening + Delivered - HandedOver - Lost;

    public int Difference => Counted - Expected;

    /// <summary>What the audit says of it.</summary>
    internal string Detail => string.Create(CultureInfo.InvariantCulture, $"{Expected} -> {Counted}: {Reason}");
}
