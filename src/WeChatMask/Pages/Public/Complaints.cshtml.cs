using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Cases;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>Whom to call and where to write when something is not right; whoever is logged in sees what became of what they wrote.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 60)]
public sealed class ComplaintsModel(PolicyQueries policies, CaseQueries cases, PublicQueries open) : PageModel
{
    /// <summary>The city's numbers.</summary>
    public IReadOnlyList<string> Numbers { get; private set; } = [];

    /// <summary>What the public may count; kinds of which there was none are left out.</summary>
    public IReadOnlyList<ComplaintCount> Counts { get; private set; } = [];

    public IReadOnlyList<Case> Own { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Numbers = (await policies.TodayAsync(cancellationToken))?.Complaints ?? [];
        Counts = [.. (await open.ComplaintsAsync(cancellationToken)).Kinds.Where(k => k.Total > 0)];
        if (await Sessions.ResidentAsync(HttpContext) is not { } account) return;
        CacheablePageAttribute.MakePersonal(HttpContext);
        Own = await cases.OfAccountAsync(account, cancellationToken);
    }
}
