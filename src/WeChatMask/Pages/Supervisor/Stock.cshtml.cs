using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Reports of stock that are too far from the plan: a supervisor says yes, or no with a reason.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class StockModel(HeldReportStore store, RefusalResults refusals, IStringLocalizer<Text.Stock> text) : PageModel
{
    public const int LongestReason = StockEndpoints.LongestReason;

    private const int WaitingShown = 50;
    private const int DecidedShown = 50;

    public IReadOnlyList<HeldReport> Waiting { get; private set; } = [];

    public IReadOnlyList<HeldReport> Decided { get; private set; } = [];

    /// <summary>Why the last answer was not taken.</summary>
    public string? Message { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Waiting = await store.WaitingAsync(WaitingShown, cancellationToken);
        Decided = await store.DecidedAsync(DecidedShown, cancellationToken);
    }

    public async Task<IActionResult> OnPostAgreeAsync(long id, CancellationToken cancellationToken) =>
        await AnswerAsync(await store.AgreeAsync(User.Staff().Username, id, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostDeclineAsync(long id, string? reason, CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(reason, LongestReason);
        if (written.Text is { } given) return await AnswerAsync(await store.DeclineAsync(User.Staff().Username, id, given, cancellationToken), cancellationToken);
        return await AnswerAsync(Refusal.InvalidReason, cancellationToken, refusals.ReasonSentence(written, text["Held_Need", LongestReason]));
    }

    private async Task<IActionResult> AnswerAsync(Refusal refusal, CancellationToken cancellationToken, string? sentence = null)
    {
        if (refusal == Refusal.None) return LocalRedirect("/supervisor/stock");
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = sentence ?? refusals.Sentence(refusal);
        await OnGetAsync(cancellationToken);
        return Page();
    }
}
