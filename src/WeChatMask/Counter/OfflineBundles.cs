using Microsoft.Extensions.Caching.Memory;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>Puts together what a counter's phone needs to hand over without a network: the bookings of today's list, masked, and the public keys.</summary>
public sealed class OfflineBundles(
    Database database, Vouchers vouchers, CounterQueries queries, PharmacyLists lists, RoundQueries rounds, PersonalData personal, CityCalendar calendar, MachineClock machine, IMemoryCache audited)
{
    private const int Ending = 4;
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>The counter's day as of now. The phone keeps it under the log-in's key.</summary>
    public async Task<OfflineBundle> ReadAsync(Clerk clerk, string? key, DateTimeOffset loginEndsAt, CancellationToken cancellationToken)
    {
        var pharmacy = (await queries.PharmacyAsync(clerk.PharmacyId, cancellationToken))!;
        var round = await rounds.FindByPickupAsync(calendar.Today, cancellationToken);
        if (round is not null) await AuditAsync(clerk, $"{pharmacy.Code} {round.Date.Column()}", key, cancellationToken);
        List<ListRow> rows = round is null
            ? []
            :
            [
                .. await queries.MovedElsewhereAsync(round.Date, calendar.Today, calendar.Now, clerk.PharmacyId, cancellationToken),
                .. await queries.ListAsync(round.Date, clerk.PharmacyId, cancellationToken),
            ];
        return new OfflineBundle(
            key, calendar.Local(calendar.Now), pharmacy.Code, pharmacy.Name, calendar.Today,
            calendar.Local(round?.Times.PickupOpensAt),
            calendar.Local(round?.Times.PickupClosesAt),
            round?.Policy.Goods.Unit ?? "",
            vouchers.PublicKeys(),
            [.. rows.Select(r => BookingOf(r, round!))],
            (int)(loginEndsAt - machine.Time.GetUtcNow()).TotalSeconds)
        {
            Gone = round is null ? [] : await queries.GoneAsync(round.Date, clerk.PharmacyId, cancellationToken),
        };
    }

    private OfflineBooking BookingOf(ListRow row, RoundState round)
    {
        var number = personal.Decrypt(row.IdNumber);
        return new OfflineBooking(
            row.Number, row.Serial, Masking.Name(personal.Decrypt(row.Name)), number.Length > Ending ? number[^Ending..] : "",
            row.Units, row.UnitPriceFen, lists.SlotOf(row, round), row.Status, calendar.Local(row.PickupOpensAt), calendar.Local(row.PickupClosesAt));
    }

    // The phone asks again every few minutes; one line a log-in and day says who took the list along.
    private async Task AuditAsync(Clerk clerk, string subject, string? key, CancellationToken cancellationToken)
    {
        var mark = (nameof(OfflineBundles), clerk.Staff.Id, subject, key);
        if (audited.TryGetValue(mark, out _)) return;
        await database.WriteAsync(
            t => AuditStore.AddAsync(t, calendar.Now, clerk.Staff.Username, "list.read", subject, "offline"), cancellationToken);
        audited.Set(mark, true, OneDay);
    }
}

/// <summary>
/// What a counter's phone takes along: an AES-256 key of the log-in in base64, or none for a log-in that has none; our clock, by
/// which the phone counts while it hears nothing; no hours when nothing is handed out today; public keys by id, as
/// SubjectPublicKeyInfo in base64.
/// </summary>
public sealed record OfflineBundle(
    string? Key, DateTimeOffset Now, string PharmacyCode, string PharmacyName, DateOnly Date, DateTimeOffset? PickupOpensAt, DateTimeOffset? PickupClosesAt,
    string Unit, IReadOnlyDictionary<string, byte[]> VoucherKeys, IReadOnlyList<OfflineBooking> Bookings,
    int KeySeconds)
{
    /// <summary>Numbers of bookings of this pharmacy that are another's now.</summary>
    public IReadOnlyList<string> Gone { get; init; } = [];
}

/// <summary>
/// A booking as the counter needs it without a network: the name masked, of the identity number the last four, the price in fen,
/// and its own hours, which are of another day than the list's when its pickup has moved.
/// </summary>
public sealed record OfflineBooking(
    string Number, int Serial, string Name, string IdEnding, int Units, int UnitPriceFen, string Slot, BookingStatus Status,
    DateTimeOffset PickupOpensAt, DateTimeOffset PickupClosesAt);
