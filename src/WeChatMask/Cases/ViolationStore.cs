using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Cases;

/// <summary>What supervisors record against pharmacies. A suspension pauses the pharmacy from the first round on that had not opened; what is booked stays.</summary>
public sealed class ViolationStore(Database database, CityCalendar calendar, Board board)
{
    private const int MostShown = 100;

    private const string Select = """
        SELECT v.id, v.kind, v.reason, v.staff, v.created_at, v.effect_on, v.applied_at, v.lifted_at, v.lifted_by, v.lift_reason,
               p.code AS pharmacy_code, p.name AS pharmacy_name, c.number AS case_number
          FROM violation v
          JOIN pharmacy p       ON p.id = v.pharmacy_id
          LEFT JOIN complaint c ON c.id = v.complaint_id
        """;

    // Of the pharmacy, one more that holds: lifting this one does not open it.
    private const string OtherHolds = """
        SELECT COUNT(*) FROM violation WHERE pharmacy_id = @PharmacyId AND id <> @id AND kind = @suspension AND applied_at IS NOT NULL AND lifted_at IS NULL
        """;

    /// <summary>The newest, of one pharmacy by its code or of all.</summary>
    public Task<List<Violation>> NewestAsync(string? pharmacy, CancellationToken cancellationToken) => database.QueryAsync<Violation>(
        $"{Select} {(pharmacy is null ? "" : "WHERE p.code = @pharmacy")} ORDER BY v.id DESC LIMIT {MostShown}", new { pharmacy }, cancellationToken);

    /// <summary>The newest of a pharmacy that its lead is shown.</summary>
    public Task<List<Violation>> OfPharmacyAsync(long pharmacy, CancellationToken cancellationToken) => database.QueryAsync<Violation>(
        $"{Select} WHERE v.pharmacy_id = @pharmacy ORDER BY v.id DESC LIMIT {MostShown}", new { pharmacy }, cancellationToken);

    /// <summary>The first round that a suspension recorded now holds for: today's while it has not opened, else tomorrow's.</summary>
    public Task<DateOnly> NextEffectAsync(CancellationToken cancellationToken) => database.WriteAsync(EffectAsync, cancellationToken);

    /// <summary>Records a violation. The same request again changes nothing.</summary>
    public async Task<Refusal> RecordAsync(
        StaffMember staff, string pharmacyCode, string? caseNumber, ViolationKind kind, string reason, string requestId, CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(requestId)) return Refusal.InvalidRequestId;
        if (kind is not (ViolationKind.Warning or ViolationKind.Suspension)) return Refusal.InvalidRequest;
        var refusal = await database.WriteAsync(
            async transaction =>
            {
                var key = CaseStore.KeyOf(staff, requestId);
                if (await transaction.ScalarAsync<long?>("SELECT id FROM violation WHERE request_key = @key", new { key }) is not null) return Refusal.None;
                if (await CaseStore.PharmacyAsync(transaction, pharmacyCode) is not { } pharmacy) return Refusal.UnknownPharmacy;
                var complaint = await transaction.ScalarAsync<long?>("SELECT id FROM complaint WHERE number = @caseNumber", new { caseNumber });
                if (caseNumber is not null && complaint is null) return Refusal.UnknownCase;
                var now = calendar.Now;
                DateOnly? effect = kind == ViolationKind.Suspension ? await EffectAsync(transaction) : null;
                var id = Ids.Next();
                await transaction.ExecuteAsync(
                    """
                    INSERT INTO violation (id, request_key, pharmacy_id, complaint_id, kind, reason, staff, created_at, effect_on)
                    VALUES (@id, @key, @pharmacy, @complaint, @kind, @reason, @Username, @now, @effect)
                    """,
                    new { id, key, pharmacy, complaint, kind, reason, staff.Username, now, effect = effect?.Column() });
                await AuditStore.AddAsync(
                    transaction, now, staff.Username, kind == ViolationKind.Warning ? "violation.warn" : "violation.suspend", await CodeAsync(transaction, pharmacy), reason);
                if (effect == calendar.Today) await ApplyAsync(transaction, id, now);
                return Refusal.None;
            },
            cancellationToken);
        if (refusal == Refusal.None && kind == ViolationKind.Suspension) board.MarkChanged();
        return refusal;
    }

    /// <summary>Lifts one, with a reason: a pharmacy that it paused is open again, unless another one holds. Lifted before, it stays so.</summary>
    public async Task<Refusal> LiftAsync(StaffMember staff, long id, string reason, CancellationToken cancellationToken)
    {
        var refusal = await database.WriteAsync(
            async transaction =>
            {
                var now = calendar.Now;
                var held = await transaction.QueryOneAsync<Held>(
                    $"SELECT pharmacy_id, kind, applied_at, lifted_at FROM violation WHERE id = @id{transaction.Engine.ForUpdate}", new { id });
                if (held is null) return Refusal.UnknownViolation;
                if (held.LiftedAt is not null) return Refusal.None;
                await transaction.ExecuteAsync(
                    "UPDATE violation SET lifted_at = @now, lifted_by = @Username, lift_reason = @reason WHERE id = @id", new { now, staff.Username, reason, id });
                await AuditStore.AddAsync(transaction, now, staff.Username, "violation.lift", await CodeAsync(transaction, held.PharmacyId), reason);
                if (held.Kind != ViolationKind.Suspension || held.AppliedAt is null) return Refusal.None;
                if (await transaction.ScalarAsync<long>(OtherHolds, new { held.PharmacyId, id, suspension = ViolationKind.Suspension }) > 0) return Refusal.None;
                await PharmacyStatusStore.ChangeAsync(transaction, held.PharmacyId, PharmacyStatus.Paused, PharmacyStatus.Open);
                return Refusal.None;
            },
            cancellationToken);
        if (refusal == Refusal.None) board.MarkChanged();
        return refusal;
    }

    /// <summary>Pauses the pharmacies whose suspension begins today. Returns how many.</summary>
    public async Task<int> ApplyDueAsync(CancellationToken cancellationToken)
    {
        var due = await database.QueryAsync<long>(
            "SELECT id FROM violation WHERE kind = @suspension AND applied_at IS NULL AND lifted_at IS NULL AND effect_on <= @today ORDER BY id",
            new { suspension = ViolationKind.Suspension, today = calendar.Today }, cancellationToken);
        foreach (var id in due) await database.WriteAsync(transaction => ApplyAsync(transaction, id, calendar.Now), cancellationToken);
        if (due.Count > 0) board.MarkChanged();
        return due.Count;
    }

    private static async Task ApplyAsync(WriteTransaction transaction, long id, DateTimeOffset now)
    {
        // Asked again: another node may have been first, or it was lifted meanwhile.
        if (await transaction.ExecuteAsync("UPDATE violation SET applied_at = @now WHERE id = @id AND applied_at IS NULL AND lifted_at IS NULL", new { now, id }) == 0) return;
        var pharmacy = await transaction.ScalarAsync<long>("SELECT pharmacy_id FROM violation WHERE id = @id", new { id });
        await PharmacyStatusStore.ChangeAsync(transaction, pharmacy, PharmacyStatus.Open, PharmacyStatus.Paused);
    }

    private async Task<DateOnly> EffectAsync(WriteTransaction transaction)
    {
        var (today, now) = (calendar.Today, calendar.Now);
        return await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM round WHERE date = @today AND opens_at <= @now", new { today, now }) == 0 ? today : today.AddDays(1);
    }

    private static async Task<string> CodeAsync(WriteTransaction transaction, long pharmacy) =>
        (await transaction.ScalarAsync<string>("SELECT code FROM pharmacy WHERE id = @pharmacy", new { pharmacy }))!;

    private sealed class Held
    {
        public long PharmacyId { get; init; }
        public ViolationKind Kind { get; init; }
        public DateTimeOffset? AppliedAt { get; init; }
        public DateTimeOffset? LiftedAt { get; init; }
    }
}

/// <summary>What was recorded against a pharmacy.</summary>
public sealed class Violation
{
    public long Id { get; init; }
    public ViolationKind Kind { get; init; }
    public string Reason { get; init; } = "";
    public string Staff { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The first round that a suspension holds for; null of a warning.</summary>
    public DateOnly? EffectOn { get; init; }

    public DateTimeOffset? AppliedAt { get; init; }
    public DateTimeOffset? LiftedAt { get; init; }
    public string? LiftedBy { get; init; }
    public string? LiftReason { get; init; }
    public string PharmacyCode { get; init; } = "";
    public string PharmacyName { get; init; } = "";
    public string? CaseNumber { get; init; }
}
