using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>The persons that accounts look after.</summary>
public sealed class ResidentStore(Database database, PersonalData personal, CityCalendar calendar)
{
    /// <summary>The text version a person agrees to at registration. A new text gets a new version.</summary>
    public const string ConsentVersion = "2020-02-01";

    /// <summary>
    /// Registers a person under an account, or brings an earlier registration of the same person up to date. The registry's word is
    /// null where it was not asked or did not answer; then a known "no" stays.
    /// </summary>
    public Task<RegistrationOutcome> AddAsync(
        long accountId, Person person, RegistryAnswer? answer, Policy policy, CancellationToken cancellationToken)
    {
        var hash = personal.PersonHash(person.IdNumber.Key);
        var sealedPerson = new
        {
            accountId,
            hash,
            name = personal.Encrypt(person.Name.Value),
            idNumber = personal.Encrypt(person.IdNumber.Value),
            documentType = person.IdNumber.Type,
            mobile = personal.Encrypt(person.Mobile.Value),
            eligible = answer?.Eligible ?? true,
            reason = answer?.Reason,
            registryAt = SpokenAt(answer, policy, calendar.Now),
            keepsNo = answer is null && policy.Eligibility == EligibilityCheck.Registry,
            now = calendar.Now,
            consent = ConsentVersion,
        };
        var fresh = PersonProof.New(personal, person.IdNumber.Value, person.Name.Value);
        return database.WriteAsync(
            async transaction =>
            {
                // A log-in lasts longer than an account on which nothing hangs any more.
                // Held, so that two registrations at once cannot both find room for one person more.
                var account = await transaction.QueryOneAsync<Holder>(
                    $"SELECT id, (SELECT MIN(id) FROM booking WHERE account_id = account.id) AS booking FROM account WHERE id = @accountId{transaction.Engine.ForUpdate}", new { accountId });
                if (account is null) return new RegistrationOutcome(Refusal.LoginEnded);
                // Held too: the purge, which may be about to destroy what is left of one of them, looks again when this has ended.
                var persons = await transaction.QueryAsync<Known>(
                    $"SELECT id, person_hash, removed_at, proof_salt FROM resident WHERE account_id = @accountId ORDER BY id{transaction.Engine.ForUpdate}", new { accountId });
                var same = persons.Find(p => p.PersonHash == hash);
                // A removed person counts until their time is over: adding and deleting must not go round the limit.
                var since = calendar.Now.AddDays(-policy.CooldownDays);
                var counted = persons.Count(p => p != same && (p.RemovedAt is null || p.RemovedAt > since));
                if (counted >= policy.ResidentsPerAccount) return new RegistrationOutcome(Refusal.TooManyResidents);
                var id = same?.Id ?? Ids.Next();
                var args = new DynamicParameters(sealedPerson);
                args.Add("id", id);
                // The salt stays as long as the row has one: earlier lines of the log were made with it.
                var proof = same?.ProofSalt is { } salt ? PersonProof.Of(personal, salt, person.IdNumber.Value, person.Name.Value) : fresh;
                args.Add("proofSalt", proof.Salt);
                args.Add("proof", proof.Commitment);
                if (same is not null)
                {
                    await transaction.ExecuteAsync(
                        """
                        UPDATE resident SET name = @name, id_number = @idNumber, mobile = @mobile, registry_at = @registryAt,
                               eligible = CASE WHEN @keepsNo = 1 THEN eligible ELSE @eligible END,
                               reason = CASE WHEN @keepsNo = 1 THEN reason ELSE @reason END,
                               proof_salt = @proofSalt, proof = @proof, checked_at = @now, consent_version = @consent, consent_at = @now, removed_at = NULL
                         WHERE id = @id
                        """,
                        args);
                    return new RegistrationOutcome(Refusal.None, id);
                }

                await transaction.ExecuteAsync(
                    """
                    INSERT INTO resident (id, account_id, person_hash, name, id_number, document_type, mobile, eligible, reason, checked_at,
                                          registry_at, consent_version, consent_at, created_at, proof_salt, proof)
                    VALUES (@id, @accountId, @hash, @name, @idNumber, @documentType, @mobile, @eligible, @reason, @now, @registryAt, @consent, @now, @now, @proofSalt, @proof)
                    """,
                    args);
                return new RegistrationOutcome(Refusal.None, id) { IsFresh = account.Booking is null };
            },
            cancellationToken);
    }

    /// <summary>When the registry is taken to have spoken; one that nobody asked has given no word that could be kept.</summary>
    internal static DateTimeOffset SpokenAt(RegistryAnswer? answer, Policy policy, DateTimeOffset now) =>
        answer is not null && policy.Eligibility == EligibilityCheck.Registry ? now : DateTimeOffset.UnixEpoch;

    /// <summary>Removes a person from an account and destroys the particulars, at once or when the round they take part in has ended.</summary>
    public Task<Refusal> RemoveAsync(long accountId, long residentId, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await ErasureStore.HoldDeskAsync(transaction);
            var open = await transaction.ScalarAsync<int>(
                "SELECT COUNT(*) FROM booking WHERE resident_id = @residentId AND status = @booked AND account_id = @accountId",
                new { residentId, booked = BookingStatus.Booked, accountId });
            if (open > 0) return Refusal.HasOpenBooking;
            var rows = await transaction.ExecuteAsync(
                "UPDATE resident SET removed_at = @now WHERE id = @residentId AND account_id = @accountId AND removed_at IS NULL",
                new { now = calendar.Now, residentId, accountId });
            await transaction.ExecuteAsync($"{ErasureStore.DestroyRemoved} AND id = @residentId AND account_id = @accountId", new { residentId, accountId });
            return rows == 1 ? Refusal.None : Refusal.UnknownResident;
        },
        cancellationToken);

    private sealed class Holder
    {
        public long Id { get; init; }
        public long? Booking { get; init; }
    }

    private sealed class Known
    {
        public long Id { get; init; }
        public string PersonHash { get; init; } = "";
        public DateTimeOffset? RemovedAt { get; init; }
        public string? ProofSalt { get; init; }
    }
}

/// <summary>A person's particulars, each well formed.</summary>
public sealed record Person(PersonName Name, IdentityNumber IdNumber, MobileNumber Mobile);

/// <summary>What came of a registration, and the person's id where it was done.</summary>
public sealed record RegistrationOutcome(Refusal Refusal, long Id = 0)
{
    /// <summary>Whether the account had not known this person and has never booked: no earlier booking can say anything of them.</summary>
    public bool IsFresh { get; init; }

    /// <summary>The person as the account sees them; null where it has to be read.</summary>
    public ResidentView? View { get; init; }

    /// <summary>The rules it was done by, where there are any.</summary>
    public Policy? Policy { get; init; }
}
