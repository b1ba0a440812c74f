using WeChatMask.Bookings;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>How far the person with a phone has come.</summary>
/// <param name="Now">The sandbox's time, so that one call keeps a page up to date.</param>
/// <param name="Following">Whether the phone follows the account.</param>
/// <param name="Registered">Whether it has a person.</param>
/// <param name="Booking">Its newest booking.</param>
public sealed record PhoneState(DateTimeOffset Now, bool Following, bool Registered, PhoneBooking? Booking);

/// <summary>A booking with what its counter asks for.</summary>
public sealed record PhoneBooking(
    string Number, BookingStatus Status, string LastFour, string PharmacyCode, string PharmacyName, string Clerk, DateTimeOffset PickupOpensAt);

/// <summary>Reads how far phones have come, from the product's own queries.</summary>
public sealed class PhoneStates(
    ActivityQueries accounts, BookingQueries bookings, ResidentQueries residents, RoundQueries rounds, Chats chats, CityFile city, CityCalendar calendar)
{
    private const int Ending = 4;

    /// <summary>The state of a phone; one nobody has logged in with has none of it.</summary>
    public async Task<PhoneState> ReadAsync(string openId, CancellationToken cancellationToken)
    {
        var now = calendar.Local(calendar.Now);
        var follows = chats.IsFollowing(openId);
        if (await accounts.AccountAsync(openId, cancellationToken) is not { } account) return new PhoneState(now, follows, false, null);
        var persons = await residents.OfAsync(account, null, calendar.Today, cancellationToken);
        var newest = (await bookings.OfAccountAsync(account, cancellationToken)).FirstOrDefault(b => b.Status != BookingStatus.Cancelled);
        return new PhoneState(now, follows, persons.Count > 0, newest is null ? null : await TellAsync(newest, persons, cancellationToken));
    }

    private async Task<PhoneBooking?> TellAsync(BookingRow booking, List<ResidentView> persons, CancellationToken cancellationToken)
    {
        if (await rounds.FindAsync(booking.RoundDate, cancellationToken) is not { } round) return null;
        var id = FormattableString.Invariant($"{booking.ResidentId}");
        var number = persons.Find(p => p.Id == id)?.IdNumber ?? "";
        return new PhoneBooking(
            booking.Number,
            booking.Status,
            number.Length > Ending ? number[^Ending..] : "",
            booking.PharmacyCode,
            city.Pharmacies.FirstOrDefault(p => p.Code == booking.PharmacyCode)?.Name ?? booking.PharmacyCode,
            DemoStaffStore.ClerkPrefix + booking.PharmacyCode.ToLowerInvariant(),
            calendar.Local(round.Times.PickupOpensAt));
    }
}
