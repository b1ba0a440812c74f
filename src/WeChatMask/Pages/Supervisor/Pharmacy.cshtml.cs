using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>One pharmacy: what is known of it, and pausing or opening it with a reason.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class PharmacyModel(PharmacyStatusStore store, ShelfCountStore counts, CounterTroubleStore troubles, RefusalResults refusals, IStringLocalizer<Text.Plan> text) : PageModel
{
    public const int LongestReason = 200;

    private const int CountsShown = 10;

    public PharmacyFacts Pharmacy { get; private set; } = null!;

    /// <summary>What was counted on its shelf, newest first.</summary>
    public IReadOnlyList<ShelfCount> Counts { get; private set; } = [];

    /// <summary>What the pharmacy said was wrong at its counter, newest first.</summary>
    public IReadOnlyList<CounterTrouble> Troubles { get; private set; } = [];

    /// <summary>Whether it hands nothing out for the present.</summary>
    public bool IsPaused { get; private set; }

    public string? Message { get; private set; }

    public string? Reason { get; private set; }

    public async Task<IActionResult> OnGetAsync(string code, CancellationToken cancellationToken)
    {
        if (code.Contains('\0', StringComparison.Ordinal) || await store.FindAsync(code, cancellationToken) is not { } known) return NotFound();
        Pharmacy = known;
        Troubles = await troubles.NewestAsync(known.Id, CountsShown, cancellationToken);
        IsPaused = (await troubles.OpenAsync(known.Id, cancellationToken)).Exists(t => t.Kind == CounterTroubleKind.Paused);
        Counts = await counts.NewestAsync(known.Id, CountsShown, cancellationToken);
        return Page();
    }

    /// <summary>Pauses one that is open, opens one that is not.</summary>
    public async Task<IActionResult> OnPostAsync(string code, string? to, string? reason, CancellationToken cancellationToken)
    {
        if (await OnGetAsync(code, cancellationToken) is NotFoundResult missing) return missing;
        var written = WrittenText.Of(reason, LongestReason);
        var status = to == "paused" ? PharmacyStatus.Paused : to == "open" ? PharmacyStatus.Open : (PharmacyStatus?)null;
        var refusal = status is null ? Refusal.InvalidRequest : written.Text is null ? Refusal.InvalidReason : await store.SetAsync(User.Staff().Username, code, status.Value, written.Text, cancellationToken);
        if (refusal == Refusal.None) return RedirectToPage(new { code });
        Reason = reason;
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = refusal == Refusal.InvalidReason ? refusals.ReasonSentence(written, text["Need_Reason", LongestReason]) : refusals.Sentence(refusal);
        return Page();
    }

    /// <summary>Lets a pharmacy that paused its hand-over go on.</summary>
    public async Task<IActionResult> OnPostResumeAsync(string code, CancellationToken cancellationToken)
    {
        if (await OnGetAsync(code, cancellationToken) is NotFoundResult missing) return missing;
        await troubles.EndAsync(User.Staff().Username, Pharmacy.Id, CounterTroubleKind.Paused, cancellationToken);
        return RedirectToPage(new { code });
    }
}
