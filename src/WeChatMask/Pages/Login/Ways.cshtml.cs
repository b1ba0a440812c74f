using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.City;
using WeChatMask.OfficialAccount;
using WeChatMask.Residents;
using WeChatMask.Web;

namespace WeChatMask.Pages.Login;

/// <summary>Outside WeChat: how to get in, by WeChat with the account's code, or by a code to one's phone.</summary>
[AllowAnonymous]
[EnableRateLimiting(RateLimits.PerAddress)]
[PersonalPage]
public sealed class WaysModel(SceneStore scenes, CityQueries city) : PageModel
{
    /// <summary>Where to go after the log-in, as it was asked.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>Where to go after the log-in: a path of this site.</summary>
    public string Target => SiteLinks.LocalPath(ReturnUrl);

    public string Account { get; private set; } = "";

    public bool HasCode { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Account = (await city.NamesAsync(cancellationToken)).Account;
        HasCode = await scenes.UrlAsync(SceneStore.Site, cancellationToken) is not null;
    }
}
