using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace WeChatMask.Notices;

/// <summary>Which of the platform's two ways a notice takes.</summary>
public enum TemplateWay
{
    /// <summary>A template message, to followers.</summary>
    Template,

    /// <summary>A subscription notice, to those who have consented to its template.</summary>
    Subscription,
}

/// <summary>Section <c>WeChatNotices</c>: which notices leave by WeChat, and by which templates. Without a template's id nothing is sent.</summary>
public sealed class WeChatNoticeSettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "WeChatNotices";

    /// <summary>City time of the reminder on the pickup day.</summary>
    public TimeOnly ReminderAt { get; set; } = new(8, 0);

    /// <summary>When a booking is made.</summary>
    public NoticeTemplate Booked { get; set; } = new();

    /// <summary>When slots and lists are out.</summary>
    public NoticeTemplate Slot { get; set; } = new();

    /// <summary>On the pickup day's morning.</summary>
    public NoticeTemplate Reminder { get; set; } = new();

    /// <summary>When what was booked was not collected.</summary>
    public NoticeTemplate Lapsed { get; set; } = new();

    /// <summary>When a booking was given back.</summary>
    public NoticeTemplate Cancelled { get; set; } = new();

    /// <summary>The template of a kind, or none where it does not leave by WeChat.</summary>
    public NoticeTemplate? Of(NoticeKind kind) => Named.FirstOrDefault(n => n.Kind == kind).Template is { Id.Length: > 0 } template ? template : null;

    /// <summary>Every template with its kind and its name in the section.</summary>
    internal IReadOnlyList<(NoticeKind Kind, string Name, NoticeTemplate Template)> Named =>
    [
        (NoticeKind.BookingMade, nameof(Booked), Booked),
        (NoticeKind.SlotAssigned, nameof(Slot), Slot),
        (NoticeKind.Reminder, nameof(Reminder), Reminder),
        (NoticeKind.BookingLapsed, nameof(Lapsed), Lapsed),
        (NoticeKind.BookingCancelled, nameof(Cancelled), Cancelled),
    ];
}

/// <summary>A template of the account, and what its fields say.</summary>
public sealed class NoticeTemplate
{
    /// <summary>The template's id from the console; empty sends nothing.</summary>
    public string Id { get; set; } = "";

    /// <summary>Which kind of message it belongs to.</summary>
    public TemplateWay Way { get; set; }

    /// <summary>By the field's name in the template, a text with places: {pharmacy} {address} {number} {serial} {pickup} {day} {goods} {units} {amount} {hint}.</summary>
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);
}

/// <summary>Stops the start where a template is named without fields, or with a place that nobody fills.</summary>
internal sealed partial class WeChatNoticeSettingsValidator : IValidateOptions<WeChatNoticeSettings>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, WeChatNoticeSettings options)
    {
        var faults = new List<string>();
        foreach (var (_, template, settings) in options.Named.Where(n => n.Template.Id.Length > 0))
        {
            var where = $"{WeChatNoticeSettings.Section}:{template}";
            if (settings.Id[0] == '<') faults.Add($"{where}:Id is a placeholder: copy the template's id from the console, or leave it empty.");
            if (settings.Fields.Count == 0) faults.Add($"{where}:Fields is empty: name every field of the template and what it says.");
            faults.AddRange(
                from field in settings.Fields
                from Match place in Place().Matches(field.Value)
                where !WeChatNoticeTexts.Places.Contains(place.Groups[1].Value, StringComparer.Ordinal)
                select $"{where}:Fields:{field.Key} has {place.Value}, which is none of {{{string.Join("} {", WeChatNoticeTexts.Places)}}}.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    [GeneratedRegex(@"\{([a-z]*)\}")]
    private static partial Regex Place();
}
