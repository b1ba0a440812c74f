using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.City;
using WeChatMask.OfficialAccount;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>One pharmacy's poster, to be printed by the browser and put up at the door.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class PosterModel(PosterQueries posters, CityQueries city) : PageModel
{
    public Poster Poster { get; private set; } = new();

    public string Account { get; private set; } = "";

    /// <summary>Shows it, once there is a code.</summary>
    public async Task<IActionResult> OnGetAsync(string code, CancellationToken cancellationToken)
    {
        if (await posters.FindAsync(code, cancellationToken) is not { HasCode: true } poster) return NotFound();
        Poster = poster;
        Account = (await city.NamesAsync(cancellationToken)).Account;
        return Page();
    }
}
