using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Bookings;

/// <summary>Finds what was booked in somebody's name, through whichever account. Each look leaves a line in the audit, also where nothing is found.</summary>
public sealed class PersonBookingQueries(Database database, PersonalData personal, CityCalendar calendar)
{
    private const int MostShown = 20;

    internal const string Select = """
        SELECT b.id, b.number, b.serial, b.round_date, b.pickup_date, b.status, b.units, b.created_at, b.pharmacy_id, f.code AS pharmacy_code, f.name AS pharmacy,
               b.slot_starts_at, b.slot_ends_at, b.pickup_opens_at, b.pickup_closes_at, p.name, p.id_number, r.closed_at, COALESCE(a.kind, 0) AS login_way,
               (SELECT COUNT(*) FROM person_hold h WHERE h.person_hash = b.person_hash AND h.booked_on = b.round_date AND h.booking_id = b.id) AS held,
               (SELECT COUNT(*) FROM resident o
                 WHERE o.person_hash = b.person_hash AND o.account_id <> b.account_id AND o.removed_at IS NULL) AS others
          FROM booking_pickup b
          JOIN resident p     ON p.id = b.resident_id AND p.account_id = b.account_id
          JOIN pharmacy f     ON f.id = b.pharmacy_id
          JOIN round r        ON r.date = b.round_date
          LEFT JOIN account a ON a.id = b.account_id
        """;

    /// <summary>A person's bookings by the keyed hash of the number on their card, newest first.</summary>
    public Task<IReadOnlyList<PersonBooking>> OfPersonAsync(string actor, string action, string person, CancellationToken cancellationToken) =>
        FindAsync(actor, action, AuditStore.Nobody, "p.person_hash = @sought", person, cancellationToken);

    /// <summary>The booking of a number.</summary>
    public Task<IReadOnlyList<PersonBooking>> OfNumberAsync(string actor, string action, string number, CancellationToken cancellationToken) =>
        FindAsync(actor, action, number, "b.number = @sought", number, cancellationToken);

    private Task<IReadOnlyList<PersonBooking>> FindAsync(
        string actor, string action, string subject, string where, string sought, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<PersonBooking>>(
        async transaction =>
        {
            var rows = await transaction.QueryAsync<PersonBooking>($"{Select} WHERE {where} ORDER BY b.id DESC LIMIT {MostShown}", new { sought });
            await AuditStore.AddAsync(
                transaction, calendar.Now, actor, action, rows.Count == 1 ? rows[0].Number : subject, FormattableString.Invariant($"{rows.Count} found"));
            foreach (var row in rows) (row.Name, row.IdNumber) = (Masking.Name(personal.Decrypt(row.Name)), Masking.IdentityNumber(personal.Decrypt(row.IdNumber)));
            return rows;
        },
        cancellationToken);
}

/// <summary>A booking as those see it who help the person it is for; the person masked.</summary>
public sealed class PersonBooking
{
    public long Id { get; init; }
    public string Number { get; init; } = "";
    public int Serial { get; init; }
    public DateOnly RoundDate { get; init; }
    public DateOnly PickupDate { get; init; }
    public BookingStatus Status { get; init; }
    public int Units { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public long PharmacyId { get; init; }
    public string PharmacyCode { get; init; } = "";
    public string Pharmacy { get; init; } = "";
    public DateTimeOffset? SlotStartsAt { get; init; }
    public DateTimeOffset? SlotEndsAt { get; init; }
    public DateTimeOffset PickupOpensAt { get; init; }
    public DateTimeOffset PickupClosesAt { get; init; }
    public string Name { get; set; } = "";
    public string IdNumber { get; set; } = "";
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>How the booking's account logs in.</summary>
    public LoginWay LoginWay { get; init; }

    /// <summary>Whether it counts for the person's cooldown.</summary>
    public bool Held { get; init; }

    /// <summary>Accounts beside the booker's that look after the person.</summary>
    public int Others { get; init; }

    /// <summary>Whether a supervisor may annul it: it is live, or still keeps its person from booking. Not what was handed over.</summary>
    public bool MayAnnul => Status == BookingStatus.Booked || (Status != BookingStatus.Redeemed && Held);
}
