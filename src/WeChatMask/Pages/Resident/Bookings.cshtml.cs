using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Bookings;
using WeChatMask.OpenData;
using WeChatMask.Residents;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>The account's bookings, newest first.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[PersonalPage]
public sealed class BookingsModel(BookingQueries bookings, ResidentQueries persons, PublicQueries directory, CityCalendar calendar) : PageModel
{
    public IReadOnlyList<BookingLine> Lines { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var rows = await bookings.OfAccountAsync(User.AccountId(), cancellationToken);
        if (rows.Count == 0) return;
        var names = (await persons.OfAsync(User.AccountId(), null, calendar.Today, cancellationToken))
            .ToDictionary(r => r.Id, r => r.Name, StringComparer.Ordinal);
        var pharmacies = (await directory.PharmaciesAsync(cancellationToken)).Pharmacies
            .ToDictionary(p => p.Code, p => p.Name, StringComparer.Ordinal);
        Lines =
        [
            .. rows.Select(b => new BookingLine(
                b, names.GetValueOrDefault(b.ResidentId.ToString(CultureInfo.InvariantCulture)), pharmacies[b.PharmacyCode])),
        ];
    }
}

/// <summary>One booking in the list.</summary>
public sealed record BookingLine(BookingRow Booking, string? Person, string Pharmacy);
