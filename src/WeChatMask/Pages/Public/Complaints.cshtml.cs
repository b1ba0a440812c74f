using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>Whom to call when something is not right.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 60)]
public sealed class ComplaintsModel(PolicyQueries policies) : PageModel
{
    /// <summary>The city's numbers.</summary>
    public IReadOnlyList<string> Numbers { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) =>
        Numbers = (await policies.TodayAsync(cancellationToken))?.Complaints ?? [];
}
