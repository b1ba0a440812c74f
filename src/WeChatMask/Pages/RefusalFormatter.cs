using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Pages;

/// <summary>A refusal as a page shows it: what happened and why, and what one can do next.</summary>
public sealed class RefusalFormatter(IStringLocalizer<Text.Pages> text, RefusalResults refusals, PageFormatter format)
{
    /// <summary>What the booking desk may answer; a page carries their next steps for its script.</summary>
    public static IReadOnlyList<Refusal> OfTheDesk { get; } =
    [
        Refusal.NotOpen, Refusal.Closed, Refusal.SoldOut, Refusal.Cooldown, Refusal.AlreadyBooked, Refusal.PharmacyPaused,
        Refusal.NotEligible, Refusal.RegistryUnavailable, Refusal.UnknownPharmacy, Refusal.UnknownResident,
    ];

    /// <summary>The refusal in words.</summary>
    public RefusalView Of(Refusal refusal, DateOnly? bookableFrom = null)
    {
        var next = text[$"Next_{refusal}"];
        var link = LinkOf(refusal);
        var from = bookableFrom is { } day ? text["Refused_From", format.Day(day)].Value : "";
        return new RefusalView(
            RefusalResults.Code(refusal), refusals.Sentence(refusal), from + (next.ResourceNotFound ? text["Next_Other"] : next).Value,
            link, link is null ? null : text[$"NextLink_{refusal}"].Value);
    }

    private static string? LinkOf(Refusal refusal) => refusal switch
    {
        Refusal.AlreadyBooked or Refusal.HasOpenBooking or Refusal.UnknownBooking or Refusal.TooLate => "/bookings",
        Refusal.UnknownResident or Refusal.NameMismatch => "/residents",
        Refusal.NotEligible => "/complaints",
        Refusal.Closed or Refusal.UnknownRound => "/notices",
        Refusal.LoginEnded => "/login?returnUrl=/residents",
        _ => null,
    };
}

/// <summary>A refusal in words.</summary>
public sealed record RefusalView(string Code, string Sentence, string Next, string? Href, string? LinkText);
