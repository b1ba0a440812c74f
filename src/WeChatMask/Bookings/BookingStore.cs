using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;

namespace WeChatMask.Bookings;

/// <summary>The desk's statements: reads what a batch needs under its locks, and writes what it decided.</summary>
public sealed class BookingStore(RoundQueries rounds, RoundKeyStore keys, NoticeOutbox notices)
{
    internal const string SelectBooking = """
        SELECT b.id, b.number, b.request_id, b.round_date, b.pickup_date, b.is_moved, CASE WHEN b.is_moved = 1 THEN b.pickup_closes_at END AS moved_until,
               b.pickup_closes_at AS pickup_until, CASE WHEN b.round_annulled_at <= COALESCE(b.settled_at, b.round_annulled_at) THEN 1 ELSE 0 END AS ended_by_annulment,
               b.pharmacy_id, p.code AS pharmacy_code, b.window_index, b.serial,
               b.account_id, b.resident_id, COALESCE(b.person_hash, '') AS person_hash, b.policy_id, b.units, b.unit_price_fen, b.status,
               b.slot_starts_at, b.slot_ends_at, b.created_at, v.outcome
          FROM booking_pickup b
          JOIN pharmacy p                 ON p.id = b.pharmacy_id
          LEFT JOIN provisional_booking v ON v.booking_id = b.id
        """;

    private const string SelectResident = """
        SELECT r.id, r.account_id, r.person_hash, r.eligible, r.reason, r.registry_at, r.removed_at, h.booked_on, b.account_id AS held_by, r.proof
          FROM resident r
          LEFT JOIN person_hold h ON h.person_hash = r.person_hash
          LEFT JOIN booking b     ON b.id = h.booking_id
        """;

    private static readonly string[] BookingColumns =
    [
        "id", "number", "request_id", "round_date", "pharmacy_id", "window_index", "serial", "account_id", "resident_id", "person_hash",
        "policy_id", "units", "unit_price_fen", "status", "cancelled_late", "created_at", "log_batch",
    ];

    /// <summary>Reads everything a batch is decided by, the pharmacies' places under their locks.</summary>
    /// <param name="transaction">The one in which it will be written.</param>
    /// <param name="requests">In order of arrival.</param>
    /// <param name="today">The city's day.</param>
    /// <param name="now">The batch's instant.</param>
    /// <param name="isRepeated">Whether some of them were answered before, which nearly none was: then all are looked up.</param>
    public async Task<BookingBatch> LoadAsync(
        WriteTransaction transaction, IReadOnlyList<BookingRequest> requests, DateOnly today, DateTimeOffset now, bool isRepeated = false)
    {
        var pharmacies = await ByKeysAsync(
            transaction, "SELECT id, code, status FROM pharmacy", "code",
            // No code has a NUL, and a database that cannot hold one would refuse the whole batch for it.
            [.. requests.Select(r => r.PharmacyCode).Where(code => !code.Contains('\0', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)],
            row => new DeskPharmacy { Id = row.Number(0), Code = row.Text(1), Status = (PharmacyStatus)row.Number(2) });
        var parts = pharmacies.Count == 0
            ? []
            : await QuotaStore.LockAsync(transaction, today, [.. pharmacies.Select(p => p.Id).Order()]);
        // After the locks: a close that came before them is seen, one that comes after waits for this batch.
        var round = await rounds.FindAsync(transaction.Connection, transaction.Transaction, today);
        // So is a removal of a person, which holds the same locks.
        var residents = await ByKeysAsync(transaction, SelectResident, "r.id", [.. requests.Select(r => r.ResidentId).Distinct()], ReadResident, newestBy: "h.booked_on");
        // After the holds: whoever's hold was seen, their booking is seen too, and a repeated request finds it.
        var known = isRepeated ? await EarlierAsync(transaction, requests) : [];
        return new BookingBatch(round, now, known, pharmacies, residents, parts, await RulesAsync(transaction, round, residents));
    }

    /// <summary>Of some candidates for a booking number, those that are taken already.</summary>
    internal static Task<List<string>> TakenNumbersAsync(WriteTransaction transaction, IReadOnlyCollection<string> candidates) =>
        ByKeysAsync(transaction, "SELECT number FROM booking", "number", candidates, row => row.Text(0));

    /// <summary>The bookings that some requests have made before.</summary>
    public static async Task<List<BookingRow>> EarlierAsync(WriteTransaction transaction, IEnumerable<BookingRequest> requests)
    {
        var asked = requests.Select(r => (r.AccountId, r.RequestId)).ToHashSet();
        var made = await ByKeysAsync(
            transaction, "SELECT account_id, request_id, id FROM booking", "account_id", [.. asked.Select(r => r.AccountId).Distinct()],
            row => (Request: (row.Number(0), row.Text(1)), Id: row.Number(2)));
        // Nearly always none.
        return await transaction.SelectByKeysAsync<long, BookingRow>(SelectBooking, "b.id", [.. made.Where(m => asked.Contains(m.Request)).Select(m => m.Id)]);
    }

    // Only a refusal for its cooldown tells a later day, and in a rush nearly nobody gets one.
    private async Task<PolicyTimeline?> RulesAsync(WriteTransaction transaction, RoundState? round, IEnumerable<DeskResident> residents) =>
        round is not null && residents.Any(r => r.Hold is { } h && h.BookedOn != round.Date && h.BookedOn.AddDays(round.Policy.CooldownDays) > round.Date)
            ? await rounds.TimelineAsync(transaction.Connection, transaction.Transaction)
            : null;

    private static DeskResident ReadResident(IRow row) => new()
    {
        Id = row.Number(0),
        AccountId = row.Number(1),
        PersonHash = row.Text(2),
        Eligible = row.Number(3) != 0,
        Reason = row.IsNull(4) ? null : row.Text(4),
        RegistryAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(5)),
        RemovedAt = row.IsNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Number(6)),
        Proof = row.IsNull(9) || !Hash.TryParse(row.Text(9), out var proof) ? null : proof,
        Hold = row.IsNull(7) ? null : new DeskHold(row.Text(7).ToDay(), row.Number(8)),
    };

    private static Task<List<TRow>> ByKeysAsync<TKey, TRow>(
        WriteTransaction transaction, string select, string column, IReadOnlyCollection<TKey> keys, Func<IRow, TRow> read, string? newestBy = null)
        where TKey : notnull =>
        transaction.Engine.ReadByKeysAsync(transaction.Connection, transaction.Transaction, select, column, keys, read, transaction.Token, newestBy);

    /// <summary>Writes the batch's new bookings, holds, serials, places, notices and lines of the public log. Gives the salts of the lines; none where the round is not in the log.</summary>
    public async Task<IReadOnlyList<Hash>> SaveAsync(WriteTransaction transaction, BookingBatch batch)
    {
        var made = batch.Made;
        if (made.Count == 0 || batch.Round is not { } round) return [];
        var key = await keys.FindAsync(transaction.Connection, transaction.Transaction, round.Date);
        var logBatch = key is null ? (long?)null : transaction.LogBatch;
        var inserting = transaction.InsertManyAsync(
            "booking",
            BookingColumns,
            [
                // By the keys that are in no order, so that two writers who meet wait for each other and never in a circle.
                .. made.OrderBy(b => b.AccountId).ThenBy(b => b.RequestId, StringComparer.Ordinal).Select(b => new object?[]
                {
                    b.Id, b.Number, b.RequestId, b.RoundDate.Column(), b.PharmacyId, b.WindowIndex, b.Serial, b.AccountId, b.ResidentId,
                    b.PersonHash, b.PolicyId, b.Units, b.UnitPriceFen, (int)BookingStatus.Booked, 0, b.CreatedAt.Column(), logBatch,
                }),
            ]);
        // While a server takes the rows in. Not on the pool, where a rush's requests stand in line before it.
        var salts = key?.Salts(made.Select(b => b.Number)) ?? [];
        var lines = salts.Select((salt, i) => LineOf(made[i], salt, batch.ProofOf(made[i]))).ToList();
        await inserting;
        await transaction.InsertManyAsync(
            "person_hold",
            ["person_hash", "booked_on", "booking_id"],
            [.. made.OrderBy(b => b.PersonHash, StringComparer.Ordinal).Select(b => new object?[] { b.PersonHash, b.RoundDate.Column(), b.Id })]);
        await QuotaStore.SaveAsync(transaction, round.Date, batch.ChangedParts);
        await ProvisionalStore.AddAsync(transaction, round, [.. made.Where(b => b.Provisional)]);
        await notices.TellAsync(
            transaction, NoticeCause.Booked, round, [.. made.Select(b => new NoticeSubject(b.PharmacyId, b.Id) { IsProvisional = b.Provisional })], batch.Now);
        transaction.Log(lines);
        await QuotaStore.TouchBoardAsync(transaction);
        return salts;
    }

    private static LogEntry LineOf(BookingRow booking, in Hash salt, Hash? proof)
    {
        var who = proof is { } person ? Who.Of(salt, person) : Who.Of(salt);
        return LogEntry.Book(booking.RoundDate, booking.PharmacyCode, booking.WindowIndex, booking.Serial, booking.CreatedAt.ToUnixTimeSeconds(), who);
    }
}

public sealed class DeskPharmacy
{
    public long Id { get; init; }
    public string Code { get; init; } = "";
    public PharmacyStatus Status { get; init; }
}

public sealed class DeskResident
{
    public long Id { get; init; }
    public long AccountId { get; init; }
    public string PersonHash { get; init; } = "";
    public bool Eligible { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset RegistryAt { get; init; }
    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>The person's commitment; null where a node of an older build registered them.</summary>
    public Hash? Proof { get; init; }

    /// <summary>The person's newest; an engine may bring a row for each.</summary>
    public DeskHold? Hold { get; init; }
}

/// <summary>A day on which a person's booking counts, and the account through which it was made; 0 where that is not known.</summary>
public sealed record DeskHold(DateOnly BookedOn, long AccountId);
