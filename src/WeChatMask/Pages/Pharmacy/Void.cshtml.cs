using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>Asks back before a hand-over is taken back, and says what to take back with it.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class VoidModel(VoidStore store, PharmacyDays days, RefusalResults refusals, IStringLocalizer<Text.Staff> text) : PageModel
{
    private const int LongestReason = 200;

    /// <summary>Names of the reasons to choose from; the last one wants words.</summary>
    public static IReadOnlyList<string> Reasons { get; } = ["Mistake", "Units", "NotTaken", "Other"];

    public HandOver? HandOver { get; private set; }

    public bool IsDone { get; private set; }

    public string? Message { get; private set; }

    [BindProperty]
    public string? Reason { get; set; }

    [BindProperty]
    public string? Words { get; set; }

    public async Task OnGetAsync(string number, CancellationToken cancellationToken)
    {
        await LoadAsync(number, cancellationToken);
        if (HandOver is null) Refuse(Refusal.UnknownBooking);
        else if (HandOver.IsVoided) Message = text["Void_Already"];
        else if (!HandOver.MayVoid) Message = text["Void_Late"];
    }

    public async Task OnPostAsync(string number, CancellationToken cancellationToken)
    {
        await LoadAsync(number, cancellationToken);
        if (HandOver is null)
        {
            Refuse(Refusal.UnknownBooking);
            return;
        }

        var written = ReasonText();
        if (written.Text is not { } reason)
        {
            Message = refusals.ReasonSentence(written, text["Void_NeedReason"]);
            return;
        }

        var answer = await store.VoidAsync(User.Staff(), HandOver.Number, reason, cancellationToken);
        IsDone = answer.Refusal == Refusal.None;
        if (IsDone) return;
        await LoadAsync(number, cancellationToken);
        if (answer.Refusal == Refusal.NotRedeemed) Message = text["Void_Already"];
        else if (answer.Refusal == Refusal.TooLate) Message = text["Void_Late"];
        else Refuse(answer.Refusal);
    }

    private WrittenText ReasonText()
    {
        var words = Words?.Trim() ?? "";
        if (Reason is null || !Reasons.Contains(Reason, StringComparer.Ordinal)) return new WrittenText(null);
        var whole = Reason == Reasons[^1] ? words : words.Length == 0 ? text[$"Reason_{Reason}"].Value : text["Reason_With", text[$"Reason_{Reason}"], words].Value;
        return WrittenText.Of(whole, LongestReason);
    }

    private void Refuse(Refusal refusal)
    {
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = refusals.Sentence(refusal);
    }

    private async Task LoadAsync(string number, CancellationToken cancellationToken) => HandOver = BookingNumber.TryParse(number, out var exact)
        ? await days.HandOverAsync(exact, Clerk.Of(User.Staff()).PharmacyId, cancellationToken)
        : null;
}
