using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Cases;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>What was recorded against pharmacies; a supervisor records more, out of a case or not, and lifts what no longer holds.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class ViolationsModel(ViolationStore store, RefusalResults refusals, IStringLocalizer<Text.Cases> text) : PageModel
{
    public IReadOnlyList<Violation> Recorded { get; private set; } = [];

    /// <summary>The first round that a suspension recorded now would hold for.</summary>
    public DateOnly Effect { get; private set; }

    [BindProperty]
    public string? Kind { get; set; }

    [BindProperty]
    public string? Pharmacy { get; set; }

    /// <summary>The case it comes out of, or empty.</summary>
    [BindProperty]
    public string? Case { get; set; }

    [BindProperty]
    public string? Words { get; set; }

    [BindProperty]
    public long Id { get; set; }

    /// <summary>Keeps a form that is sent twice from recording twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    public string? Message { get; private set; }

    public static IReadOnlyList<ViolationKind> Kinds { get; } = [ViolationKind.Warning, ViolationKind.Suspension];

    public async Task OnGetAsync(string? pharmacy, string? @case, CancellationToken cancellationToken)
    {
        (Pharmacy, Case) = (pharmacy?.Length <= 20 ? pharmacy : null, BookingNumber.TryParse(@case, out var exact) ? exact : null);
        await LoadAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostRecordAsync(CancellationToken cancellationToken)
    {
        var kind = Kinds.FirstOrDefault(k => k.ToString() == Kind);
        if (kind == ViolationKind.None) return await RefuseAsync(Refusal.InvalidRequest, text["Need_Violation"], cancellationToken);
        var written = WrittenText.Of(Words, CaseRules.LongestWords);
        if (written.Text is not { } reason)
            return await RefuseAsync(Refusal.InvalidReason, refusals.ReasonSentence(written, text["Need_Words", CaseRules.LongestWords]), cancellationToken);
        var number = string.IsNullOrWhiteSpace(Case) ? null : BookingNumber.TryParse(Case, out var exact) ? exact : "";
        var refusal = await store.RecordAsync(User.Staff(), Pharmacy ?? "", number, kind, reason, RequestId ?? "", cancellationToken);
        return refusal == Refusal.None ? LocalRedirect("/supervisor/violations") : await RefuseAsync(refusal, refusals.Sentence(refusal), cancellationToken);
    }

    public async Task<IActionResult> OnPostLiftAsync(CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(Words, CaseRules.LongestWords);
        if (written.Text is not { } reason)
            return await RefuseAsync(Refusal.InvalidReason, refusals.ReasonSentence(written, text["Need_Words", CaseRules.LongestWords]), cancellationToken);
        var refusal = await store.LiftAsync(User.Staff(), Id, reason, cancellationToken);
        return refusal == Refusal.None ? LocalRedirect("/supervisor/violations") : await RefuseAsync(refusal, refusals.Sentence(refusal), cancellationToken);
    }

    private async Task<IActionResult> RefuseAsync(Refusal refusal, string sentence, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = sentence;
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Recorded = await store.NewestAsync(null, cancellationToken);
        Effect = await store.NextEffectAsync(cancellationToken);
    }
}
