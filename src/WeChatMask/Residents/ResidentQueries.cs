using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Reads the persons of an account, masked.</summary>
public sealed class ResidentQueries(Database database, PersonalData personal, CityCalendar calendar)
{
    /// <summary>The persons an account looks after, in the order they were added. Without a policy it is not told from when they may book.</summary>
    public async Task<List<ResidentView>> OfAsync(long accountId, Policy? policy, DateOnly today, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(
            """
            SELECT r.id, r.name, r.id_number, r.mobile, r.eligible, r.reason, r.registry_at,
                   (SELECT MAX(h.booked_on) FROM person_hold h WHERE h.person_hash = r.person_hash) AS last_booked_on
              FROM resident r
             WHERE r.account_id = @accountId AND r.removed_at IS NULL
             ORDER BY r.id
            """,
            new { accountId },
            cancellationToken);
        return [.. rows.Select(r => View(r, policy, today))];
    }

    private ResidentView View(Row r, Policy? policy, DateOnly today)
    {
        var free = BookingRules.BookableFrom(r.LastBookedOn, policy?.CooldownDays ?? 0);
        return new ResidentView(
            r.Id.ToString(CultureInfo.InvariantCulture),
            Masking.Name(personal.Decrypt(r.Name)),
            Masking.IdentityNumber(personal.Decrypt(r.IdNumber)),
            Masking.Mobile(personal.Decrypt(r.Mobile)),
            r.Eligible,
            r.Reason,
            free > today ? free : null,
            policy is not null && EligibilityRules.Of(policy, r.Eligible, r.Reason, r.RegistryAt, calendar.Now).Provisional);
    }

    private sealed class Row
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
        public string Mobile { get; init; } = "";
        public bool Eligible { get; init; }
        public string? Reason { get; init; }
        public DateTimeOffset RegistryAt { get; init; }
        public DateOnly? LastBookedOn { get; init; }
    }
}

/// <summary>A person as their account sees them; provisional while the registry has yet to answer.</summary>
public sealed record ResidentView(
    string Id, string Name, string IdNumber, string Mobile, bool Eligible, string? Reason, DateOnly? BookableFrom, bool Provisional);
