using Microsoft.Extensions.Caching.Memory;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>Puts together what a counter's phone needs to hand over without a network: today's own bookings, masked, and the public keys.</summary>
public sealed class OfflineBundles(
    Database database, Vouchers vouchers, CounterQueries queries, PharmacyLists lists, RoundQueries rounds, PersonalData personal, CityCalendar calendar, IMemoryCache audited)
{
    private const int Ending = 4;
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>The day of a counter as of now.</summary>
    /// <param name="clerk">Whose.</param>
    /// <param name="key">The log-in's key, under which the phone keeps it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<OfflineBundle> ReadAsync(Clerk clerk, string? key, CancellationToken cancellationToken)
    {
        var pharmacy = (await queries.PharmacyAsync(clerk.PharmacyId, cancellationToken))!;
        var round = await rounds.FindByPickupAsync(calendar.Today, cancellationToken);
        if (round is not null) await AuditAsync(clerk, $"{pharmacy.Code} {round.Date.Column()}", key, cancellationToken);
        List<ListRow> rows = round is null
            ? []
            :
            [
                .. await queries.ServedTooAsync(calendar.Today, calendar.Now, clerk.PharmacyId, cancellationToken),
                .. await queries.ListAsync(round.Date, clerk.PharmacyId, cancellationToken),
            ];
        return new OfflineBundle(
            key, calendar.Local(calendar.Now), pharmacy.Code, pharmacy.Name, calendar.Today,
            round is null ? null : calendar.Local(round.Times.PickupOpensAt),
            round is null ? null : calendar.Local(round.Times.PickupClosesAt),
            round?.Policy.Goods.Unit ?? "",
            vouchers.PublicKeys(),
            [.. rows.Select(r => BookingOf(r, round!))]);
    }

    private OfflineBooking BookingOf(ListRow row, RoundState round)
    {
        var number = personal.Decrypt(row.IdNumber);
        return new OfflineBooking(
            row.Number, row.Serial, Masking.Name(personal.Decrypt(row.Name)), number.Length > Ending ? number[^Ending..] : "",
            row.Units, row.UnitPriceFen, lists.SlotText(row.SlotStartsAt, row.SlotEndsAt, round), row.Status);
    }

    // The phone asks again every few minutes; one line a log-in and day says who took the list along.
    private async Task AuditAsync(Clerk clerk, string subject, string? key, CancellationToken cancellationToken)
    {
        var mark = (nameof(OfflineBundles), clerk.Staff.Id, subject, key);
        if (audited.TryGetValue(mark, out _)) return;
        await database.WriteAsync(
            async transaction =>
            {
                await AuditStore.AddAsync(transaction, calendar.Now, clerk.Staff.Username, "list.read", subject, "offline");
                return true;
            },
            cancellationToken);
        audited.Set(mark, true, OneDay);
    }
}

/// <summary>What a counter's phone takes along.</summary>
/// <param name="Key">AES-256 key of this log-in in base64, or none for a log-in that has none.</param>
/// <param name="Now">Our clock, by which the phone counts while it hears nothing.</param>
/// <param name="PharmacyCode">As on vouchers.</param>
/// <param name="PharmacyName">Its name.</param>
/// <param name="Date">Today in the city.</param>
/// <param name="PickupOpensAt">Start of today's pickup hours; none when nothing is handed out.</param>
/// <param name="PickupClosesAt">End of today's pickup hours.</param>
/// <param name="Unit">Measure word of the goods.</param>
/// <param name="VoucherKeys">Public keys by id, SubjectPublicKeyInfo in base64.</param>
/// <param name="Bookings">Today's own bookings in serial order.</param>
public sealed record OfflineBundle(
    string? Key, DateTimeOffset Now, string PharmacyCode, string PharmacyName, DateOnly Date, DateTimeOffset? PickupOpensAt, DateTimeOffset? PickupClosesAt,
    string Unit, IReadOnlyDictionary<string, byte[]> VoucherKeys, IReadOnlyList<OfflineBooking> Bookings);

/// <summary>A booking as the counter needs it without a network.</summary>
/// <param name="Number">The booking number.</param>
/// <param name="Serial">Its serial.</param>
/// <param name="Name">Masked.</param>
/// <param name="IdEnding">Last four of the identity number.</param>
/// <param name="Units">Units booked.</param>
/// <param name="UnitPriceFen">Price of one unit in fen.</param>
/// <param name="Slot">As people read it.</param>
/// <param name="Status">State as of now.</param>
public sealed record OfflineBooking(
    string Number, int Serial, string Name, string IdEnding, int Units, int UnitPriceFen, string Slot, BookingStatus Status);
