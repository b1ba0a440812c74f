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
[RequestFormLimits(MultipartBodyLengthLimit = LargestForm, MemoryBufferThreshold = LargestForm)]
public sealed class NewComplaintModel(
    CaseStore store, CasePhotos photos, BookingQueries bookings, PublicQueries directory, RefusalFormatter refusals, RefusalResults results, IStringLocalizer<Text.Cases> text) : PageModel
{
    // So much that who chose too large a picture is told so, with what they wrote still there. None of it touches the disk.
    internal const int LargestForm = 8 * 1024 * 1024;

    private const int BookingsOffered = 10;

    [BindProperty]
    public string? Kind { get; set; }

    [BindProperty]
    public string? Booking { get; set; }

    [BindProperty]
    public string? What { get; set; }

    [BindProperty]
    public IFormFile? Photo { get; set; }

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
        var (fault, photo) = await PhotoAsync(cancellationToken);
        if (fault != Domain.Refusal.None)
        {
            Faults = FieldFaults.Of(("Photo", results.Sentence(fault)));
            return await RefuseAsync(fault, cancellationToken);
        }

        var answer = await store.OpenAsync(User.AccountId(), new NewCase(kind, What, number, Photo: photo), RequestId ?? "", cancellationToken);
        return answer.Refusal == Domain.Refusal.None ? LocalRedirects.PageTo($"/complaints/{answer.Number}?sent=true") : await RefuseAsync(answer.Refusal, cancellationToken);
    }

    private async Task<(Refusal Fault, byte[]? Photo)> PhotoAsync(CancellationToken cancellationToken)
    {
        if (Photo is not { Length: > 0 }) return (Domain.Refusal.None, null);
        if (Photo.Length > CasePhotos.LargestFile) return (Domain.Refusal.PhotoTooLarge, null);
        using var copy = new MemoryStream();
        await Photo.CopyToAsync(copy, cancellationToken);
        return await photos.ReadAsync(copy.ToArray(), cancellationToken);
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
