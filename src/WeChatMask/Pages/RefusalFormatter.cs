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
        Refusal.NotEligible, Refusal.RegistryUnavailable, Refusal.UnknownPharmacy, Refusal.UnknownResident, Refusal.BookingPaused, Refusal.RoundAnnulled,
    ];

    /// <summary>What to do where the person's number was used through another account: whose it is and for when is not told.</summary>
    public RefusalView OfElsewhere(Refusal refusal = Refusal.Cooldown) => new(
        "elsewhere", refusals.Sentence(refusal, elsewhere: true), text["Next_Elsewhere"], "/not-mine", text["NextLink_Elsewhere"]);

    /// <summary>The refusal in words.</summary>
    public RefusalView Of(Refusal refusal, DateOnly? bookableFrom = null, DateTimeOffset? opensAt = null)
    {
        var next = text[$"Next_{refusal}"];
        var link = LinkOf(refusal);
        var from = (bookableFrom is { } day ? text["Refused_From", format.Day(day)].Value : "")
            + (opensAt is { } at ? text["Refused_Opens", format.Opening(at)].Value : "");
        return new RefusalView(
            RefusalResults.Code(refusal), refusals.Sentence(refusal), from + (next.ResourceNotFound ? text["Next_Other"] : next).Value,
            link, link is null ? null : text[$"NextLink_{refusal}"].Value);
    }

    /// <summary>Why a person may not book, said before they try.</summary>
    public string Why(Refusal refusal, DateOnly? bookableFrom = null) => refusal == Refusal.Cooldown && bookableFrom is { } day
        ? text["Why_Cooldown", format.Day(day)]
        : text[refusal == Refusal.Cooldown ? "Why_Held" : $"Why_{refusal}"];

    /// <summary>Why nobody may book at this instant, and from when on.</summary>
    public string WhyNow(RoundBanner banner) => banner switch
    {
        { Admission: Refusal.Closed } => text["Why_Closed"],
        { Admission: Refusal.BookingPaused or Refusal.RoundAnnulled } => text[$"Why_{banner.Admission}"],
        { Board.NextOpening: { } at } => text["Book_WhyTime", text["Why_NotOpen", format.Opening(at)]],
        _ => text["State_None"],
    };

    public string WhyNobody => text["Book_WhyNobody"];

    private static string? LinkOf(Refusal refusal) => refusal switch
    {
        Refusal.AlreadyBooked or Refusal.HasOpenBooking or Refusal.UnknownBooking or Refusal.TooLate => "/bookings",
        Refusal.UnknownResident or Refusal.NameMismatch => "/residents",
        Refusal.NotEligible => "/complaints",
        Refusal.Closed or Refusal.UnknownRound or Refusal.RoundAnnulled => "/notices",
        Refusal.LoginEnded => "/login?returnUrl=/residents",
        _ => null,
    };
}

/// <summary>A refusal in words.</summary>
public sealed record RefusalView(string Code, string Sentence, string Next, string? Href, string? LinkText);
