using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Bookings;
using WeChatMask.OpenData;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>The account's bookings, newest first.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[PersonalPage]
public sealed class BookingsModel(BookingQueries bookings, FamilyNames family, PublicQueries directory) : PageModel
{
    public IReadOnlyList<BookingLine> Lines { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var rows = await bookings.OfAccountAsync(User.AccountId(), cancellationToken);
        if (rows.Count == 0) return;
        var names = await family.OfAsync(User.AccountId(), cancellationToken);
        var pharmacies = (await directory.PharmaciesAsync(cancellationToken)).Pharmacies
            .ToDictionary(p => p.Code, p => p.Name, StringComparer.Ordinal);
        Lines =
        [
            .. rows.Select(b => new BookingLine(b, names.GetValueOrDefault(b.ResidentId), pharmacies[b.PharmacyCode])),
        ];
    }
}

/// <summary>One booking in the list.</summary>
public sealed record BookingLine(BookingRow Booking, string? Person, string Pharmacy);
