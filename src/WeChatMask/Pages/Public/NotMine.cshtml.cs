using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>What to do at once when somebody else used one's number. The same for everybody: whose booking it was, it does not know.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 60)]
public sealed class NotMineModel(PolicyQueries policies, IOptionsMonitor<SiteSettings> site) : PageModel
{
    /// <summary>The city's numbers.</summary>
    public IReadOnlyList<string> Numbers { get; private set; } = [];

    public string Office => site.CurrentValue.SupervisorOffice;

    public async Task OnGetAsync(CancellationToken cancellationToken) =>
        Numbers = (await policies.TodayAsync(cancellationToken))?.Complaints ?? [];
}
