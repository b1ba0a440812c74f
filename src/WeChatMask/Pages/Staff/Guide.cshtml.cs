using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Staff;

/// <summary>The clerks' guide in six steps, with pictures. Anybody may read it: a clerk learns before the first log-in.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 60, NoIndex = true)]
public sealed class GuideModel(PolicyQueries policies, IStringLocalizer<Text.Guides> text) : PageModel
{
    private const int Count = 6;

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<RuleLine> Steps { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var goods = (await policies.TodayAsync(cancellationToken))?.Goods.Name ?? "";
        Steps = [.. Enumerable.Range(1, Count).Select(i => new RuleLine(text[$"Clerk_{i}_Title"], text[$"Clerk_{i}", goods]))];
    }
}
