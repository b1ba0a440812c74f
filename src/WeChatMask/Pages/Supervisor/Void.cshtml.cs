using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Takes back a hand-over that a clerk may no longer take back.</summary>
[Authorize(Policy = Sessions.SupervisorPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class VoidModel(VoidStore store, PharmacyDays days, RefusalResults refusals, IStringLocalizer<Text.Stock> text) : PageModel
{
    private const int LongestReason = 200;

    /// <summary>The booking number, as typed.</summary>
    [BindProperty]
    public string? Number { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    /// <summary>What was handed over for it, and where.</summary>
    public (HandOver HandOver, string Pharmacy)? Found { get; private set; }

    public string? Message { get; private set; }

    public BookingStatus? Done { get; private set; }

    public void OnGet()
    {
    }

    /// <summary>Looks the number up. By form, so that it stands in no address.</summary>
    public Task OnPostAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task OnPostVoidAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        if (Found is not { } found) return;
        var written = WrittenText.Of(Reason, LongestReason);
        if (written.Text is not { } reason)
        {
            Message = refusals.ReasonSentence(written, refusals.Sentence(Refusal.InvalidReason));
            return;
        }

        var answer = await store.VoidAsync(User.Staff(), found.HandOver.Number, reason, cancellationToken);
        if (answer.Refusal == Refusal.None)
        {
            Done = answer.Status;
            return;
        }

        Response.StatusCode = RefusalResults.Status(answer.Refusal);
        Message = refusals.Sentence(answer.Refusal);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Found = BookingNumber.TryParse(Number, out var exact) ? await days.HandOverAsync(exact, cancellationToken) : null;
        if (Found is null) Message = text["Void_Unknown"];
    }
}
