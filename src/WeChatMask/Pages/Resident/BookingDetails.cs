using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Pages.Resident;

/// <summary>A booking with everything its pages say about it. The person's name is in full, for the own account alone, and null once the person was removed.</summary>
public sealed record BookingDetails(
    BookingRow Booking, RoundState Round, DirectoryLine Pharmacy, string? Person, bool MayCancel, DateTimeOffset CancelUntil, BookingStatus Status)
{
    public Policy Policy => Round.Policy;
}

/// <summary>Puts a booking of an account together for its pages.</summary>
public sealed class BookingDetailsReader(
    BookingQueries bookings, RoundQueries rounds, FamilyNames family, PublicQueries directory, CityCalendar calendar)
{
    /// <summary>The account's booking of a number, or none.</summary>
    public async Task<BookingDetails?> FindAsync(long accountId, string number, CancellationToken cancellationToken)
    {
        if (!BookingNumber.TryParse(number, out var exact)
            || await bookings.FindAsync(accountId, exact, cancellationToken) is not { } booking
            || await rounds.FindAsync(booking.RoundDate, cancellationToken) is not { } round
            || await directory.PharmacyAsync(booking.PharmacyCode, cancellationToken) is not { } pharmacy)
            return null;
        var names = await family.OfAsync(accountId, cancellationToken);
        var until = round.CancelUntil(booking.PickupDate, calendar);
        var mayCancel = BookingRules.Cancellation(booking.Status, until, calendar.Now) == Refusal.None;
        return new BookingDetails(booking, round, pharmacy, names.GetValueOrDefault(booking.ResidentId), mayCancel, until, RedemptionRules.StatusAt(booking.Status, booking.PickupUntil, calendar.Now));
    }
}
