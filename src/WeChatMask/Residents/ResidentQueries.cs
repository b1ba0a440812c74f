using System.Globalization;
using System.Text.Json.Serialization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Reads the persons of an account, masked.</summary>
public sealed class ResidentQueries(Database database, PersonalData personal, PolicyQueries policies, CityCalendar calendar)
{
    /// <summary>The persons an account looks after, in the order they were added. Without a policy it is not told from when they may book.</summary>
    /// <remarks>By the account's own bookings alone: by anybody's, whoever knows a number could watch what its owner does.</remarks>
    public async Task<List<ResidentView>> OfAsync(long accountId, Policy? policy, DateOnly today, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(
            """
            SELECT r.id, r.name, r.id_number, r.document_type, r.mobile, r.eligible, r.reason, r.registry_at,
                   (SELECT MAX(h.booked_on) FROM person_hold h JOIN booking b ON b.id = h.booking_id
                     WHERE h.person_hash = r.person_hash AND b.account_id = r.account_id) AS last_booked_on
              FROM resident r
             WHERE r.account_id = @accountId AND r.removed_at IS NULL
             ORDER BY r.id
            """,
            new { accountId },
            cancellationToken);
        var rules = policy is not null && rows.Exists(r => r.LastBookedOn is not null) ? await policies.TimelineAsync(cancellationToken) : new PolicyTimeline([]);
        return [.. rows.Select(r => View(r, policy, rules, today, personal.Decrypt))];
    }

    /// <summary>A person as <see cref="OfAsync"/> would tell of them, who has just been registered by an account that has never booked: all is known.</summary>
    internal ResidentView Fresh(long id, Person person, RegistryAnswer? answer, Policy policy) => View(
        new Row
        {
            Id = id, Name = person.Name.Value, IdNumber = person.IdNumber.Value, DocumentType = person.IdNumber.Type, Mobile = person.Mobile.Value,
            Eligible = answer?.Eligible ?? true, Reason = answer?.Reason, RegistryAt = ResidentStore.SpokenAt(answer, policy, calendar.Now),
        },
        policy, new PolicyTimeline([]), calendar.Today, plain => plain);

    private ResidentView View(Row r, Policy? policy, PolicyTimeline rules, DateOnly today, Func<string, string> read)
    {
        var isHeld = policy is not null && BookingRules.IsHeld(r.LastBookedOn, today, policy.CooldownDays);
        var free = isHeld ? BookingRules.BookableFrom(r.LastBookedOn!.Value, today, policy!.CooldownDays, rules) : null;
        var eligibility = policy is null ? default : EligibilityRules.Of(policy, r.Eligible, r.Reason, r.RegistryAt, calendar.Now);
        return new ResidentView(
            r.Id.ToString(CultureInfo.InvariantCulture),
            Masking.Name(read(r.Name)),
            Masking.Document(read(r.IdNumber)),
            Masking.Mobile(read(r.Mobile)),
            r.Eligible,
            r.Reason,
            free,
            eligibility.Provisional,
            r.DocumentType)
        {
            Refusal = eligibility.Refusal != Refusal.None ? eligibility.Refusal
                : r.LastBookedOn == today ? Refusal.AlreadyBooked
                : isHeld ? Refusal.Cooldown : Refusal.None,
        };
    }

    private sealed class Row
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
        public DocumentType DocumentType { get; init; }
        public string Mobile { get; init; } = "";
        public bool Eligible { get; init; }
        public string? Reason { get; init; }
        public DateTimeOffset RegistryAt { get; init; }
        public DateOnly? LastBookedOn { get; init; }
    }
}

/// <summary>A person as their account sees them; provisional while the registry has yet to answer.</summary>
public sealed record ResidentView(
    string Id, string Name, string IdNumber, string Mobile, bool Eligible, string? Reason, DateOnly? BookableFrom, bool Provisional, DocumentType DocumentType)
{
    /// <summary>Why the desk would turn this person away today, wherever there are places; none where it would not.</summary>
    [JsonIgnore]
    public Refusal Refusal { get; init; }

    [JsonIgnore]
    public bool MayBook => Refusal == Refusal.None;
}
