using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>The rules in force, and from when on which of them were changed and why.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 2)]
public sealed class RulesHistoryModel(PolicyQueries current, PolicyChangeQueries policies, PolicyFormatter words, CityCalendar calendar) : PageModel
{
    private const int ChangesShown = 100;

    public IReadOnlyList<RuleLine> Rules { get; private set; } = [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<PolicyNotice> Changes { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Changes = await policies.NoticesAsync(ChangesShown, cancellationToken);
        if (await current.TodayAsync(cancellationToken) is { } policy)
            Rules = words.Of(policy, calendar.Today, await current.TimelineAsync(cancellationToken));
    }
}
