using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Residents;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>Everything kept about an account: to look at, masked; and to take away, in full.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class MyDataModel(MyDataQueries queries, ErasureStore erasure) : PageModel
{
    private const string ThisPage = "/my-data";

    public MyData Kept { get; private set; } = null!;

    public bool Erased { get; private set; }

    public async Task<IActionResult> OnGetAsync(bool? erased, CancellationToken cancellationToken)
    {
        if (await queries.OfAsync(User.AccountId(), cancellationToken) is not { } kept) return LocalRedirects.PageTo(LoginOf(ThisPage));
        Kept = kept;
        Erased = erased == true && kept.Residents.All(p => p.RemovedAt is not null);
        return Page();
    }

    /// <summary>Gives the copy out. By a form and its token, so that no other site can make a phone fetch it.</summary>
    public async Task<IActionResult> OnPostExportAsync(CancellationToken cancellationToken)
    {
        if (await queries.OfAsync(User.AccountId(), cancellationToken) is not { } kept) return LocalRedirects.PageTo(LoginOf(ThisPage));
        await erasure.NoteCopyAsync(User.AccountId(), cancellationToken);
        return File(kept.ToFile(), "application/json; charset=utf-8", FormattableString.Invariant($"my-data-{kept.AsOf:yyyy-MM-dd}.json"));
    }

    /// <summary>Ends this browser's log-in, on every node.</summary>
    public async Task<IActionResult> OnPostLeaveAsync()
    {
        await HttpContext.SignOutAsync(SessionKind.Resident);
        return LocalRedirect("/");
    }

    /// <summary>The log-in that comes back to a page; for a session that outlived its account.</summary>
    internal static string LoginOf(string page) => $"/login?returnUrl={Uri.EscapeDataString(page)}";
}
