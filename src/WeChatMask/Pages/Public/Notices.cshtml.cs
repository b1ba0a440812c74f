using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.OpenData;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>All rounds, newest first: the way to each day's books and lists.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 2)]
public sealed class NoticesModel(PublicQueries queries, PolicyChangeQueries policies, PlanChangeQueries plans) : PageModel
{
    private const int ChangesShown = 10;

    public IReadOnlyList<RoundLine> Rounds { get; private set; } = [];

    /// <summary>Changes of the rules, newest first.</summary>
    public IReadOnlyList<PolicyNotice> Changes { get; private set; } = [];

    /// <summary>Changes of the plans of days that are not over, newest first.</summary>
    public IReadOnlyList<PlanNotice> Plans { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Rounds = (await queries.RoundsAsync(cancellationToken)).Rounds;
        Plans = await plans.NoticesAsync(ChangesShown, ofDaysToCome: true, cancellationToken);
        Changes = await policies.NoticesAsync(ChangesShown, cancellationToken);
    }
}
