using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Pharmacies;
using WeChatMask.Redemptions;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>The pharmacy's list of one round, to read or to print.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
public sealed class ListModel(PharmacyLists lists, Refused refused) : PageModel
{
    /// <summary>The list, or null.</summary>
    public PharmacyList? List { get; private set; }

    /// <summary>Why there is no list.</summary>
    public string? Message { get; private set; }

    /// <summary>Column headings, the same as in the files.</summary>
    public IReadOnlyList<string> Headings => lists.Headings;

    /// <summary>Shows it.</summary>
    public async Task OnGetAsync(string date, CancellationToken cancellationToken)
    {
        var counter = Counter.Of(User.Staff());
        var (refusal, list) = await lists.ReadAsync(counter.Staff, counter.PharmacyId, date, "page", cancellationToken);
        List = list;
        if (list is not null) return;
        Response.StatusCode = Refused.Status(refusal);
        Message = refused.Sentence(refusal);
    }
}
