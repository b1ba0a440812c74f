using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>The pharmacy's list of one round, to read or to print.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[PersonalPage]
public sealed class ListModel(PharmacyLists lists, RefusalResults refusals) : PageModel
{
    public PharmacyList? List { get; private set; }

    public string? Message { get; private set; }

    /// <summary>Column headings, the same as in the files.</summary>
    public IReadOnlyList<string> Headings => lists.Headings;

    /// <summary>Bookings that stand and are collected on the list's day.</summary>
    public int Live => List?.Lines.Count(l => l.State != BookingStatus.Cancelled && !l.IsElsewhere) ?? 0;

    public int Units => List?.Lines.Where(l => l.State != BookingStatus.Cancelled && !l.IsElsewhere).Sum(l => l.Units) ?? 0;

    public async Task OnGetAsync(string date, CancellationToken cancellationToken)
    {
        var (refusal, list) = await lists.ReadAsync(Clerk.Of(User.Staff()), date, "page", cancellationToken);
        List = list;
        if (list is not null) return;
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = refusals.Sentence(refusal);
    }
}
