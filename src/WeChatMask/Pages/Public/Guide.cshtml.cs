using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>The guide in six steps, with pictures.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 60)]
public sealed class GuideModel(PolicyQueries policies, PolicyFormatter words, IStringLocalizer<Text.Pages> text) : PageModel
{
    /// <summary>The steps, in order; empty while the city has no rules.</summary>
    public IReadOnlyList<RuleLine> Steps { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        if (await policies.TodayAsync(cancellationToken) is not { } policy) return;
        Steps =
        [
            new(text["Guide_1_Title"], text["Guide_1"]),
            new(text["Guide_2_Title"], text["Guide_2", policy.ResidentsPerAccount]),
            new(text["Guide_3_Title"], words.When(policy) + text["Guide_3"]),
            new(text["Guide_4_Title"], text[$"Guide_4_{policy.ResidentNotice}"]),
            new(text["Guide_5_Title"], words.Pickup(policy)),
            new(text["Guide_6_Title"], words.Bring(policy) + text["Guide_6", PolicyFormatter.Total(policy)]),
        ];
    }
}
