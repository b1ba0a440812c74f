using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>The account's bookings, newest first; those still to be collected stand before the others.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[PersonalPage]
public sealed class BookingsModel(BookingQueries bookings, RoundQueries rounds, FamilyNames family, PublicQueries directory, PickupFormatter pickup, PageFormatter format, CityCalendar calendar) : PageModel
{
    public IReadOnlyList<BookingLine> Lines { get; private set; } = [];

    public IReadOnlyList<BookingLine> Open => [.. Lines.Where(l => l.Status == BookingStatus.Booked)];

    public IReadOnlyList<BookingLine> Past => [.. Lines.Where(l => l.Status != BookingStatus.Booked)];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var rows = await bookings.OfAccountAsync(User.AccountId(), cancellationToken);
        if (rows.Count == 0) return;
        var names = await family.OfAsync(User.AccountId(), cancellationToken);
        var pharmacies = (await directory.PharmaciesAsync(cancellationToken)).Pharmacies
            .ToDictionary(p => p.Code, p => p.Name, StringComparer.Ordinal);
        var open = new Dictionary<DateOnly, RoundState>();
        foreach (var date in rows.Where(b => b.Status == BookingStatus.Booked).Select(b => b.RoundDate).Distinct())
            if (await rounds.FindAsync(date, cancellationToken) is { } round) open[date] = round;
        Lines = [.. rows.Select(b => Line(b, open.GetValueOrDefault(b.RoundDate), names.GetValueOrDefault(b.ResidentId), pharmacies[b.PharmacyCode]))];
    }

    private BookingLine Line(BookingRow b, RoundState? round, string? person, string pharmacy)
    {
        var now = b.Status == BookingStatus.Booked && round is not null ? pickup.Of(b, round) : null;
        var status = round is null ? b.Status : RedemptionRules.StatusAt(b.Status, b.PickupUntil, calendar.Now);
        var hours = b.Slot is { } slot ? format.Span(slot.StartsAt, slot.EndsAt) : round is null ? "" : format.Span(round.Policy.Pickup.Opens, round.Policy.Pickup.Closes);
        return new BookingLine(b, status, person, pharmacy, now, hours);
    }
}

/// <summary>One booking in the list with what became of it; one still to be collected with what has to be known of it now.</summary>
public sealed record BookingLine(BookingRow Booking, BookingStatus Status, string? Person, string Pharmacy, string? Now, string Hours);
