using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Bookings;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Finds a booking by its number, or a person's by their card, shows whom annulling it touches, and annuls it.</summary>
[Authorize(Policy = Sessions.SupervisorPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class AnnulModel(
    PersonBookingQueries bookings, WithdrawalStore store, RedemptionRequestReader reader, RefusalResults refusals, IStringLocalizer<Text.NotMine> text) : PageModel
{
    /// <summary>A booking's number or the whole number of a card, as typed. It goes by form and never by address.</summary>
    [BindProperty]
    public string? Sought { get; set; }

    [BindProperty]
    public string? Number { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    /// <summary>Keeps a form that is sent twice from annulling twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    public IReadOnlyList<PersonBooking> Found { get; private set; } = [];

    public string? Message { get; private set; }

    public bool IsDone { get; private set; }

    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }

    public Task OnPostAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task OnPostAnnulAsync(CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(Reason, WithdrawalEndpoints.LongestReason);
        var refusal = written.Text is not { } reason ? Refusal.InvalidReason
            : !Domain.RequestId.IsWellFormed(RequestId) ? Refusal.InvalidRequestId
            : BookingNumber.TryParse(Number, out var exact) ? await store.AnnulAsync(User.Staff(), exact, reason, RequestId, cancellationToken)
            : Refusal.UnknownBooking;
        IsDone = refusal == Refusal.None;
        if (!IsDone)
        {
            Response.StatusCode = RefusalResults.Status(refusal);
            Message = refusal == Refusal.InvalidReason ? refusals.ReasonSentence(written, refusals.Sentence(refusal)) : refusals.Sentence(refusal);
        }

        await LoadAsync(cancellationToken);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var actor = User.Staff().Username;
        if (reader.HolderOf(Sought) is { } person) Found = await bookings.OfPersonAsync(actor, "booking.find", person, cancellationToken);
        else if (BookingNumber.TryParse(Sought, out var exact)) Found = await bookings.OfNumberAsync(actor, "booking.find", exact, cancellationToken);
        if (Found.Count == 0) Message ??= text["Annul_None"];
    }
}
