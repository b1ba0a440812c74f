using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pharmacies;

/// <summary>Writes down what headquarters delivered to a pharmacy for a pickup day, and how far that is from the plan.</summary>
public sealed class DeliveryStore(Database database, PolicyBook policies, CityCalendar calendar)
{
    /// <summary>Records a delivery; the same request again changes nothing and gets the same answer.</summary>
    public Task<DeliveryAnswer> RecordAsync(
        StaffMember staff, long pharmacyId, DateOnly pickupDate, int units, string requestId, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var key = FormattableString.Invariant($"{pharmacyId}:{requestId}");
            var plan = await transaction.QueryOneAsync<Plan>(
                """
                SELECT r.date, r.policy_id, SUM(q.planned) AS places
                  FROM round r
                  JOIN quota q ON q.round_date = r.date AND q.pharmacy_id = @pharmacyId
                 WHERE r.pickup_date = @pickupDate
                 GROUP BY r.date, r.policy_id
                """,
                new { pharmacyId, pickupDate });
            if (plan is null) return new DeliveryAnswer(Refusal.InvalidDate);
            // Two deliveries of one pharmacy and day wait for each other, so that each sum is what was stored.
            await QuotaStore.LockAsync(transaction, plan.Date, [pharmacyId]);
            var earlier = await transaction.QueryOneAsync<Earlier>(
                "SELECT id, round_date, units FROM delivery WHERE request_key = @key", new { key });
            if (earlier is not null && (earlier.RoundDate != plan.Date || earlier.Units != units)) return new DeliveryAnswer(Refusal.RequestUsed);
            var id = earlier?.Id ?? Ids.Next();
            if (earlier is null) await InsertAsync(transaction, id, key, plan.Date, pharmacyId, units, staff, pickupDate);
            // Up to this one, so that a repeated request hears what it heard the first time.
            var delivered = await transaction.ScalarAsync<int>(
                "SELECT SUM(units) FROM delivery WHERE round_date = @Date AND pharmacy_id = @pharmacyId AND id <= @id", new { plan.Date, pharmacyId, id });
            var policy = await policies.GetAsync(transaction.Connection, transaction.Transaction, plan.PolicyId);
            return new DeliveryAnswer(Refusal.None, earlier is not null, delivered, plan.Places * policy.UnitsPerBooking);
        },
        cancellationToken);

    private async Task InsertAsync(
        WriteTransaction transaction, long id, string key, DateOnly round, long pharmacyId, int units, StaffMember staff, DateOnly pickupDate)
    {
        var now = calendar.Now;
        await transaction.ExecuteAsync(
            """
            INSERT INTO delivery (id, request_key, round_date, pharmacy_id, units, staff_id, created_at)
            VALUES (@id, @key, @round, @pharmacyId, @units, @staffId, @now)
            """,
            new { id, key, round, pharmacyId, units, staffId = staff.Id, now });
        await AuditStore.AddAsync(
            transaction, now, staff.Username, "delivery.record", pickupDate.Column(), FormattableString.Invariant($"{units}"));
    }

    private sealed class Plan
    {
        public DateOnly Date { get; init; }

        public long PolicyId { get; init; }

        public int Places { get; init; }
    }

    private sealed class Earlier
    {
        public long Id { get; init; }

        public DateOnly RoundDate { get; init; }

        public int Units { get; init; }
    }
}

/// <summary>What came of recording a delivery.</summary>
/// <param name="Refusal">Why not, or <see cref="Refusal.None"/>.</param>
/// <param name="Repeated">Whether the same request had recorded it before.</param>
/// <param name="Delivered">Units delivered for the day so far.</param>
/// <param name="Planned">Units the plan gives the pharmacy for the day.</param>
public sealed record DeliveryAnswer(Refusal Refusal, bool Repeated = false, int Delivered = 0, int Planned = 0);
