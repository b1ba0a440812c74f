using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Bookings;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>For the person whose number somebody else used: shows what is booked in the name of the card at hand, and cancels it.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class HolderModel(
    PersonBookingQueries bookings, WithdrawalStore store, RedemptionRequestReader reader, RefusalResults refusals, IStringLocalizer<Text.NotMine> text) : PageModel
{
    /// <summary>The whole number of the card. It goes by form and never by address.</summary>
    [BindProperty]
    public string? Code { get; set; }

    [BindProperty]
    public string? Number { get; set; }

    /// <summary>Keeps a form that is sent twice from cancelling twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    /// <summary>What is booked and not collected yet, or null before a card was read.</summary>
    public IReadOnlyList<PersonBooking>? Found { get; private set; }

    public string? Message { get; private set; }

    public bool IsDone { get; private set; }

    public Clerk Clerk => Clerk.Of(User.Staff());

    public void OnGet()
    {
        // Nothing to prepare; the handler's presence keeps other methods out.
    }

    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        if (reader.HolderOf(Code) is { } holder) await LoadAsync(holder, cancellationToken);
        else Refuse(Refusal.InvalidIdNumber);
    }

    public async Task OnPostCancelAsync(CancellationToken cancellationToken)
    {
        if (reader.HolderOf(Code) is not { } holder)
        {
            Refuse(Refusal.InvalidIdNumber);
            return;
        }

        var refusal = !Domain.RequestId.IsWellFormed(RequestId) ? Refusal.InvalidRequestId
            : BookingNumber.TryParse(Number, out var exact) ? await store.CancelAsync(Clerk, exact, holder, RequestId, cancellationToken)
            : Refusal.UnknownBooking;
        IsDone = refusal == Refusal.None;
        if (!IsDone) Refuse(refusal);
        await LoadAsync(holder, cancellationToken);
    }

    private async Task LoadAsync(string holder, CancellationToken cancellationToken)
    {
        var all = await bookings.OfPersonAsync(Clerk.Staff.Username, "holder.find", holder, cancellationToken);
        Found = [.. all.Where(b => b.Status == BookingStatus.Booked)];
        if (Found.Count == 0 && Message is null && !IsDone) Message = text["Counter_None"];
    }

    private void Refuse(Refusal refusal)
    {
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = refusals.Sentence(refusal);
    }
}
