using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Hand-overs that counters made without a network: what must be looked into, and the newest.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class OfflineModel(OfflineHandOverQueries queries, OfflineReviewStore store, RefusalResults refusals, IStringLocalizer<Text.Scan> text) : PageModel
{
    private const int OpenShown = 50;
    private const int NewestShown = 50;

    public IReadOnlyList<OfflineHandOverRow> Open { get; private set; } = [];

    public IReadOnlyList<OfflineHandOverRow> Newest { get; private set; } = [];

    /// <summary>Why the last note was not taken.</summary>
    public string? Message { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Open = await queries.OpenAsync(OpenShown, cancellationToken);
        Newest = await queries.NewestAsync(NewestShown, cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(long id, string? note, CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(note, OfflineReviewEndpoints.LongestNote);
        if (written.Text is { } found)
        {
            await store.ReviewAsync(User.Staff().Username, id, found, cancellationToken);
            return LocalRedirect("/supervisor/offline");
        }

        Message = refusals.ReasonSentence(written, text["Review_Need"]);
        await OnGetAsync(cancellationToken);
        return Page();
    }
}
