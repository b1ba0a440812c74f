using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace WeChatMask.Notices;

/// <summary>Which of the platform's two ways a notice takes.</summary>
public enum TemplateWay
{
    /// <summary>a template message, to followers.</summary>
    Template,

    /// <summary>a subscription notice, to those who have consented to its template.</summary>
    Subscription,
}

/// <summary>Which notices leave by WeChat, and by which templates. They come beside the SMS, never instead of it.</summary>
public sealed class WeChatNoticeSettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "WeChatNotices";

    /// <summary>City time of the reminder on the pickup day, <c>HH:mm</c>.</summary>
    public TimeOnly ReminderAt { get; set; } = new(8, 0);

    /// <summary>The notice when a booking is made.</summary>
    public NoticeTemplate Booked { get; set; } = new();

    /// <summary>The notice when slots and lists are out.</summary>
    public NoticeTemplate Slot { get; set; } = new();

    /// <summary>The reminder on the pickup day.</summary>
    public NoticeTemplate Reminder { get; set; } = new();

    /// <summary>The notice when what was booked was not collected.</summary>
    public NoticeTemplate Lapsed { get; set; } = new();

    /// <summary>The notice when a booking was given back.</summary>
    public NoticeTemplate Cancelled { get; set; } = new();

    /// <summary>The notice when a change of the rules moves the day from which somebody may book again.</summary>
    public NoticeTemplate Bookable { get; set; } = new();

    /// <summary>The notice when goods were handed over, so that whoever did not collect hears of it at once.</summary>
    public NoticeTemplate HandedOver { get; set; } = new();

    /// <summary>The notice when a hand-over was taken back.</summary>
    public NoticeTemplate HandOverVoided { get; set; } = new();

    /// <summary>The notice when the card's holder cancelled at a counter what was booked in their name.</summary>
    public NoticeTemplate HolderCancelled { get; set; } = new();

    /// <summary>The notice when a supervisor annulled a booking.</summary>
    public NoticeTemplate Annulled { get; set; } = new();

    /// <summary>The notice to a person's other accounts that their number is free again; of the places only <c>{day}</c>, <c>{goods}</c> and <c>{hint}</c>.</summary>
    public NoticeTemplate NumberFree { get; set; } = new();

    /// <summary>The notice to who complained that their case is closed; of the places only <c>{number}</c>, <c>{day}</c> and <c>{hint}</c>.</summary>
    public NoticeTemplate CaseClosed { get; set; } = new();

    /// <summary>The template of a kind, or none where it does not leave by WeChat.</summary>
    /// <remarks>A round annulled is told as a booking annulled, and later hours or another pharmacy as the reminder: only the hint differs.</remarks>
    public NoticeTemplate? Of(NoticeKind kind) => Named.FirstOrDefault(n => n.Kind == LikeOf(kind)).Template is { Id.Length: > 0 } template ? template : null;

    private static NoticeKind LikeOf(NoticeKind kind) => kind switch
    {
        NoticeKind.RoundAnnulled => NoticeKind.Annulled,
        NoticeKind.PickupExtended or NoticeKind.PharmacyChanged => NoticeKind.Reminder,
        _ => kind,
    };

    /// <summary>Every template with its kind and its name in the section.</summary>
    internal IReadOnlyList<(NoticeKind Kind, string Name, NoticeTemplate Template)> Named =>
    [
        (NoticeKind.BookingMade, nameof(Booked), Booked),
        (NoticeKind.SlotAssigned, nameof(Slot), Slot),
        (NoticeKind.Reminder, nameof(Reminder), Reminder),
        (NoticeKind.BookingLapsed, nameof(Lapsed), Lapsed),
        (NoticeKind.BookingCancelled, nameof(Cancelled), Cancelled),
        (NoticeKind.BookableDayMoved, nameof(Bookable), Bookable),
        (NoticeKind.HandedOver, nameof(HandedOver), HandedOver),
        (NoticeKind.HandOverVoided, nameof(HandOverVoided), HandOverVoided),
        (NoticeKind.HolderCancelled, nameof(HolderCancelled), HolderCancelled),
        (NoticeKind.Annulled, nameof(Annulled), Annulled),
        (NoticeKind.NumberFree, nameof(NumberFree), NumberFree),
        (NoticeKind.CaseClosed, nameof(CaseClosed), CaseClosed),
    ];
}

/// <summary>A template of the account, and what its fields say.</summary>
public sealed class NoticeTemplate
{
    /// <summary>The template's id from the console; without it this notice is not sent.</summary>
    public string Id { get; set; } = "";

    /// <summary>Which of the platform's two ways the template belongs to.</summary>
    public TemplateWay Way { get; set; }

    /// <summary>What each field of the template says, by the field's name: a text with places, which are <c>{pharmacy}</c>, <c>{address}</c>, <c>{number}</c>, <c>{serial}</c>, <c>{pickup}</c>, <c>{day}</c>, <c>{goods}</c>, <c>{units}</c>, <c>{amount}</c>, <c>{from}</c> (the day from which one may book again), <c>{hint}</c> and, in <c>Slot</c> and <c>Reminder</c>, <c>{record}</c> (the round's code in the public log).</summary>
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);
}

/// <summary>Stops the start where a template is named without fields, or with a place that nobody fills.</summary>
internal sealed partial class WeChatNoticeSettingsValidator : IValidateOptions<WeChatNoticeSettings>
{
    public ValidateOptionsResult Validate(string? name, WeChatNoticeSettings options)
    {
        var faults = new List<string>();
        foreach (var (kind, template, settings) in options.Named.Where(n => n.Template.Id.Length > 0))
        {
            var where = $"{WeChatNoticeSettings.Section}:{template}";
            if (settings.Id[0] == '<') faults.Add($"{where}:Id is a placeholder: copy the template's id from the console, or leave it empty.");
            if (settings.Fields.Count == 0) faults.Add($"{where}:Fields is empty: name every field of the template and what it says.");
            var places = WeChatNoticeTexts.PlacesOf(kind);
            faults.AddRange(
                from field in settings.Fields
                from Match place in Place().Matches(field.Value)
                where !places.Contains(place.Groups[1].Value, StringComparer.Ordinal)
                select $"{where}:Fields:{field.Key} has {place.Value}, which is none of {{{string.Join("} {", places)}}}.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    [GeneratedRegex(@"\{([a-z]*)\}")]
    private static partial Regex Place();
}
