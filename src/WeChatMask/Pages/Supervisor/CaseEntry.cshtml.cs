using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Cases;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Takes down what somebody says on the hotline.</summary>
[Authorize(Policy = Sessions.SupervisorPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class CaseEntryModel(CaseStore store, RefusalResults refusals, IStringLocalizer<Text.Cases> text) : PageModel
{
    [BindProperty]
    public string? Kind { get; set; }

    [BindProperty]
    public string? What { get; set; }

    [BindProperty]
    public string? Caller { get; set; }

    [BindProperty]
    public string? Booking { get; set; }

    [BindProperty]
    public string? Pharmacy { get; set; }

    /// <summary>Keeps a form that is sent twice from opening two cases.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    public string? Message { get; private set; }

    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (Resident.NewComplaintModel.KindOf(Kind) is not { } kind) return Refuse(Refusal.InvalidCase, text["Need_Kind"]);
        var written = WrittenText.Of(What, CaseRules.LongestText);
        if (written.Text is null) return Refuse(Refusal.InvalidCase, refusals.ReasonSentence(written, text["Need_Text", CaseRules.LongestText]));
        var number = BookingNumber.TryParse(Booking, out var exact) ? exact : Booking;
        var answer = await store.TakeDownAsync(User.Staff(), new NewCase(kind, What, number, Pharmacy, Caller), RequestId ?? "", cancellationToken);
        return answer.Refusal == Refusal.None ? LocalRedirects.PageTo($"/supervisor/cases/{answer.Number}") : Refuse(answer.Refusal, refusals.Sentence(answer.Refusal));
    }

    private PageResult Refuse(Refusal refusal, string sentence)
    {
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = sentence;
        return Page();
    }
}
