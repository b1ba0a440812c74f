using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Bookings;
using WeChatMask.Cases;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>The form of a complaint, about one of the account's bookings or about none.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class NewComplaintModel(
    CaseStore store, BookingQueries bookings, PublicQueries directory, RefusalFormatter refusals, RefusalResults results, IStringLocalizer<Text.Cases> text) : PageModel
{
    private const int BookingsOffered = 10;

    [BindProperty]
    public string? Kind { get; set; }

    [BindProperty]
    public string? Booking { get; set; }

    [BindProperty]
    public string? What { get; set; }

    /// <summary>Keeps a form that is sent twice from opening two cases.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    /// <summary>The account's newest bookings.</summary>
    public IReadOnlyList<BookingRow> Bookings { get; private set; } = [];

    private IReadOnlyDictionary<string, string> names = new Dictionary<string, string>(StringComparer.Ordinal);

    public string PharmacyOf(BookingRow booking) => names.GetValueOrDefault(booking.PharmacyCode, booking.PharmacyCode);

    public RefusalView? Refusal { get; private set; }

    public IReadOnlyDictionary<string, string> Faults { get; private set; } = FieldFaults.Of();

    public async Task OnGetAsync(string? kind, string? booking, CancellationToken cancellationToken)
    {
        (Kind, Booking) = (kind, booking);
        await LoadAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(What, CaseRules.LongestText);
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        if (KindOf(Kind) is not { } kind)
        {
            kind = CaseKind.None;
            faults["Kind"] = text["Need_Kind"];
        }

        if (written.Text is null) faults["What"] = results.ReasonSentence(written, text["Need_Text", CaseRules.LongestText]);
        if (faults.Count > 0)
        {
            Faults = faults;
            return await RefuseAsync(Domain.Refusal.InvalidCase, cancellationToken);
        }

        var number = BookingNumber.TryParse(Booking, out var exact) ? exact : Booking;
        var answer = await store.OpenAsync(User.AccountId(), new NewCase(kind, What, number), RequestId ?? "", cancellationToken);
        return answer.Refusal == Domain.Refusal.None ? LocalRedirect($"/complaints/{answer.Number}?sent=true") : await RefuseAsync(answer.Refusal, cancellationToken);
    }

    internal static CaseKind? KindOf(string? typed) => CaseRules.Kinds.Where(k => k.ToString() == typed).Select(k => (CaseKind?)k).FirstOrDefault();

    private async Task<IActionResult> RefuseAsync(Refusal refusal, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        Refusal = refusals.Of(refusal);
        Response.StatusCode = RefusalResults.Status(refusal);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Bookings = [.. (await bookings.OfAccountAsync(User.AccountId(), cancellationToken)).Take(BookingsOffered)];
        if (Bookings.Count > 0) names = (await directory.PharmaciesAsync(cancellationToken)).Pharmacies.ToDictionary(p => p.Code, p => p.Name, StringComparer.Ordinal);
    }
}
