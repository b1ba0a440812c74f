using System.Globalization;
using WeChatMask.Bookings;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Reads everything that is kept about an account and its persons, in full, and until when it is kept.</summary>
public sealed class MyDataQueries(Database database, PersonalData personal, RetentionQueries retention, CaseQueries cases, CityCalendar calendar)
{
    /// <summary>An account's data, or none when the account itself is gone.</summary>
    public async Task<MyData?> OfAsync(long accountId, CancellationToken cancellationToken)
    {
        var account = await database.QueryOneAsync<AccountRow>(
            "SELECT open_id, kind, created_at FROM account WHERE id = @accountId", new { accountId }, cancellationToken);
        if (account is null) return null;
        var times = await retention.GetAsync(cancellationToken) ?? new RetentionTimes(0, 0);
        var persons = await PersonsAsync(accountId, cancellationToken);
        var bookings = await BookingsAsync(accountId, cancellationToken);
        return new MyData(
            calendar.Local(calendar.Now),
            Account(accountId, account, persons),
            [.. persons.Where(p => p.IdNumber.Length > 0).Select(p => Person(p, times))],
            [.. persons.Where(p => p.IdNumber.Length == 0).Select(p => Trace(p, times))],
            [.. bookings.Select(b => Booking(b, times))],
            await CasesAsync(accountId, times, cancellationToken));
    }

    private async Task<IReadOnlyList<MyCase>> CasesAsync(long accountId, RetentionTimes times, CancellationToken cancellationToken)
    {
        var own = new List<MyCase>();
        foreach (var one in await cases.OfAccountAsync(accountId, cancellationToken))
        {
            var told = one.ClosedAt is null ? null : (await cases.StepsAsync(one.Id, cancellationToken)).LastOrDefault(s => s.Act == CaseAct.Close)?.Words;
            own.Add(new MyCase(
                one.Number, one.Kind, one.Status, one.ClosedAt is null ? null : one.Outcome, one.Body, told, one.BookingNumber,
                one.HasPhoto ? $"/complaints/{one.Number}/photo.jpg" : null, calendar.Local(one.CreatedAt), calendar.Local(one.ClosedAt),
                one.ClosedAt is { } closed ? times.PersonalGone(calendar.DateOf(closed)) : null));
        }

        return own;
    }

    private Task<List<PersonRow>> PersonsAsync(long accountId, CancellationToken cancellationToken) => database.QueryAsync<PersonRow>(
        """
        SELECT p.id, p.name, p.called, p.id_number, p.document_type, p.mobile, p.eligible, p.reason, p.checked_at, p.registry_at, p.consent_version, p.consent_at, p.created_at, p.removed_at,
               (SELECT MAX(h.booked_on) FROM person_hold h JOIN booking o ON o.id = h.booking_id
                 WHERE h.person_hash = p.person_hash AND o.account_id = p.account_id) AS held_since,
               (SELECT MAX(b.pickup_date) FROM booking_pickup b WHERE b.account_id = p.account_id AND b.resident_id = p.id) AS last_pickup,
               (SELECT MAX(r.pickup_date) FROM booking b JOIN round r ON r.date = b.round_date
                 WHERE b.account_id = p.account_id AND b.resident_id = p.id AND r.ended_at IS NULL) AS running_pickup,
               (SELECT COUNT(*) FROM booking b WHERE b.account_id = p.account_id AND b.resident_id = p.id AND b.status = @booked) AS open_bookings
          FROM resident p
         WHERE p.account_id = @accountId
         ORDER BY p.id
        """,
        new { accountId, booked = BookingStatus.Booked },
        cancellationToken);

    private Task<List<MyBookingRow>> BookingsAsync(long accountId, CancellationToken cancellationToken) => database.QueryAsync<MyBookingRow>(
        """
        SELECT b.number, b.serial, b.round_date, b.pickup_date, p.code, p.name AS pharmacy, b.resident_id, b.units, b.unit_price_fen, b.status,
               b.slot_starts_at, b.slot_ends_at, b.created_at, b.settled_at, d.redeemed_at, v.outcome AS provisional,
               CASE WHEN d.proxy_name IS NULL THEN 0 ELSE 1 END AS by_proxy,
               (SELECT COUNT(*) FROM published_entry e
                 WHERE e.round_date = b.round_date AND e.pharmacy_id = b.pharmacy_id AND e.serial = b.serial) AS listed
          FROM booking_pickup b
          JOIN pharmacy p                 ON p.id = b.pharmacy_id
          LEFT JOIN redemption d          ON d.booking_id = b.id AND d.voided_at IS NULL
          LEFT JOIN provisional_booking v ON v.booking_id = b.id
         WHERE b.account_id = @accountId
         ORDER BY b.id DESC
        """,
        new { accountId },
        cancellationToken);

    private MyAccount Account(long id, AccountRow account, List<PersonRow> persons)
    {
        var byMobile = account.Kind == LoginWay.Mobile;
        var mobile = byMobile ? persons.Select(p => personal.Decrypt(p.Mobile)).FirstOrDefault(m => m.Length > 0 && IsLogIn(m, account)) : null;
        return new MyAccount(
            id.ToString(CultureInfo.InvariantCulture), account.Kind, byMobile ? null : account.OpenId, mobile,
            calendar.Local(account.CreatedAt));
    }

    private bool IsLogIn(string mobile, AccountRow account) =>
        LoginStore.PhoneOpenId(personal.KeyedHash(HashPurpose.LoginMobile, mobile)) == account.OpenId;

    private MyPerson Person(PersonRow p, RetentionTimes times)
    {
        var registered = calendar.DateOf(p.ConsentAt);
        var last = p.LastPickup is { } pickup && pickup > registered ? pickup : registered;
        return new MyPerson(
            p.Id.ToString(CultureInfo.InvariantCulture),
            personal.Decrypt(p.Name), p.Called is null ? null : personal.Decrypt(p.Called), p.DocumentType, personal.Decrypt(p.IdNumber), personal.Decrypt(p.Mobile),
            p.Eligible, p.Reason, calendar.Local(p.CheckedAt), p.RegistryAt > DateTimeOffset.UnixEpoch ? calendar.Local(p.RegistryAt) : null, p.ConsentVersion, calendar.Local(p.ConsentAt), calendar.Local(p.CreatedAt),
            calendar.Local(p.RemovedAt),
            p.OpenBookings > 0,
            p.RunningPickup,
            // Who was removed waits only for the round to end.
            p.RemovedAt is null ? times.PersonalGone(last) : (p.RunningPickup ?? calendar.Today).AddDays(1),
            p.HeldSince is { } since ? new MyHold(since, times.HoldGone(since)) : null);
    }

    private MyTrace Trace(PersonRow p, RetentionTimes times)
    {
        var removed = p.RemovedAt is { } at ? calendar.DateOf(at) : calendar.Today;
        var last = p.HeldSince is { } since && since > removed ? since : removed;
        return new MyTrace(calendar.Local(p.RemovedAt ?? p.ConsentAt), times.HoldGone(last));
    }

    private MyBooking Booking(MyBookingRow b, RetentionTimes times) => new(
        b.Number, b.Serial, b.RoundDate, b.PickupDate, b.Code, b.Pharmacy, b.ResidentId.ToString(CultureInfo.InvariantCulture),
        b.Units, Money.Yuan(b.UnitPriceFen), b.Status, calendar.Local(b.SlotStartsAt), calendar.Local(b.SlotEndsAt), calendar.Local(b.CreatedAt),
        calendar.Local(b.SettledAt), calendar.Local(b.RedeemedAt), b.ByProxy, b.Listed ? times.PersonalGone(b.PickupDate) : null, b.Provisional);

    private sealed class AccountRow
    {
        public string OpenId { get; init; } = "";
        public LoginWay Kind { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
    }

    private sealed class PersonRow
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
        public string? Called { get; init; }
        public string IdNumber { get; init; } = "";
        public DocumentType DocumentType { get; init; }
        public string Mobile { get; init; } = "";
        public bool Eligible { get; init; }
        public string? Reason { get; init; }
        public DateTimeOffset CheckedAt { get; init; }
        public DateTimeOffset RegistryAt { get; init; }
        public string ConsentVersion { get; init; } = "";
        public DateTimeOffset ConsentAt { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? RemovedAt { get; init; }
        public DateOnly? HeldSince { get; init; }
        public DateOnly? LastPickup { get; init; }
        public DateOnly? RunningPickup { get; init; }
        public int OpenBookings { get; init; }
    }

    private sealed class MyBookingRow
    {
        public string Number { get; init; } = "";
        public int Serial { get; init; }
        public DateOnly RoundDate { get; init; }
        public DateOnly PickupDate { get; init; }
        public string Code { get; init; } = "";
        public string Pharmacy { get; init; } = "";
        public long ResidentId { get; init; }
        public int Units { get; init; }
        public int UnitPriceFen { get; init; }
        public BookingStatus Status { get; init; }
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? SettledAt { get; init; }
        public DateTimeOffset? RedeemedAt { get; init; }
        public bool ByProxy { get; init; }
        public bool Listed { get; init; }
        public ProvisionalOutcome? Provisional { get; init; }
    }
}
