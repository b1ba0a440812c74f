using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Who is to be asked about again, and what the registry said.</summary>
public sealed class EligibilityStore(Database database, PersonalData personal, CityCalendar calendar)
{
    /// <summary>Persons with a booking that waits for the registry, the longest waiting first.</summary>
    public Task<List<PersonToAsk>> WaitingAsync(int count, CancellationToken cancellationToken) => database.QueryAsync<PersonToAsk>(
        """
        SELECT p.id, p.name, p.id_number, p.document_type
          FROM provisional_booking v
          JOIN booking b  ON b.id = v.booking_id AND b.status = @booked
          JOIN resident p ON p.id = v.resident_id
         WHERE v.outcome = @waiting AND p.registry_at < b.created_at AND p.id_number <> ''
         ORDER BY v.booking_id
         LIMIT @count
        """,
        new { booked = BookingStatus.Booked, waiting = ProvisionalOutcome.Waiting, count },
        cancellationToken);

    /// <summary>Persons whose answer was given before an instant, the oldest first; not those who booked after a day and whom the cooldown keeps from booking anyway.</summary>
    /// <remarks>By the account's own bookings: an account sees when the registry was asked, and must not see by it what another has booked.</remarks>
    public Task<List<PersonToAsk>> StaleAsync(DateTimeOffset before, DateOnly heldSince, int count, CancellationToken cancellationToken) =>
        database.QueryAsync<PersonToAsk>(
            """
            SELECT p.id, p.name, p.id_number, p.document_type
              FROM resident p
             WHERE p.registry_at < @before AND p.removed_at IS NULL AND p.id_number <> ''
               AND NOT EXISTS (SELECT 1 FROM person_hold h JOIN booking o ON o.id = h.booking_id
                                WHERE h.person_hash = p.person_hash AND o.account_id = p.account_id AND h.booked_on > @heldSince)
             ORDER BY p.registry_at, p.id
             LIMIT @count
            """,
            new { before, heldSince, count },
            cancellationToken);

    public (string IdNumber, string Name) Read(PersonToAsk person) => (personal.Decrypt(person.IdNumber), personal.Decrypt(person.Name));

    /// <summary>Writes answers down. One for a name that was changed meanwhile is dropped: the registry compares names.</summary>
    public Task WriteAsync(IReadOnlyCollection<(PersonToAsk Person, RegistryAnswer Answer)> answers, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteManyAsync(
            "UPDATE resident SET eligible = @Eligible, reason = @Reason, checked_at = @now, registry_at = @now WHERE id = @Id AND name = @Name",
            [.. answers.Select(a => new { a.Answer.Eligible, a.Answer.Reason, now = calendar.Now, a.Person.Id, a.Person.Name })]),
        cancellationToken);
}

/// <summary>A person whom the registry is to be asked about, sealed as stored.</summary>
public sealed class PersonToAsk
{
    public long Id { get; init; }
    public string Name { get; init; } = "";
    public string IdNumber { get; init; } = "";
    public DocumentType DocumentType { get; init; }
}
