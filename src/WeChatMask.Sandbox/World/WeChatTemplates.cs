using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace WeChatMask.Sandbox;

/// <summary>A template of the account, as its console lists it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsSubscription">Whether it belongs to subscription notices; else to template messages.</param>
/// <param name="Fields">Names of its fields; the part before the digits is their kind.</param>
public sealed record WeChatTemplate(string Id, bool IsSubscription, IReadOnlyList<string> Fields);

/// <summary>The templates of the stand-in's account: checks what is sent by them and shows it as the chat would.</summary>
public sealed partial class WeChatTemplates(IStringLocalizer<Text.World> text)
{
    private static readonly WeChatTemplate[] All =
    [
        new("sandbox_booked", false, ["thing1", "character_string2", "time3", "amount4"]),
        new("sandbox_slot", false, ["thing1", "character_string2", "time3", "character_string7", "thing5"]),
        new("sandbox_reminder", true, ["thing1", "character_string2", "time3", "thing5"]),
        new("sandbox_lapsed", true, ["thing1", "character_string2", "thing5"]),
        new("sandbox_cancelled", true, ["thing1", "character_string2", "thing5"]),
        new("sandbox_bookable", false, ["thing6", "date2", "thing5"]),
        new("sandbox_handed_over", false, ["thing1", "time3", "thing4", "thing5"]),
        new("sandbox_hand_over_voided", false, ["thing1", "time3", "thing4", "thing5"]),
        new("sandbox_holder_cancelled", false, ["thing1", "character_string2", "thing5"]),
        new("sandbox_annulled", false, ["thing1", "character_string2", "thing5"]),
        new("sandbox_number_free", false, ["thing6", "thing5"]),
        new("sandbox_case_closed", false, ["character_string2", "thing5"]),
    ];

    /// <summary>A template of one kind.</summary>
    public static WeChatTemplate? Find(string id, bool subscription) => All.FirstOrDefault(t => t.Id == id && t.IsSubscription == subscription);

    /// <summary>Whether the data fills every field within its kind's limits.</summary>
    public static bool Fits(WeChatTemplate template, JsonElement data) => data.ValueKind == JsonValueKind.Object
        && data.EnumerateObject().All(f => template.Fields.Contains(f.Name, StringComparer.Ordinal))
        && template.Fields.All(f => Value(data, f) is { Length: > 0 } value && Fits(f, value));

    /// <summary>The message as the chat shows it.</summary>
    public string Show(WeChatTemplate template, JsonElement data) => string.Join(
        '\n',
        template.Fields.Select(f => text["Template_Line", text[$"Field_{f}"].Value, Value(data, f)!].Value).Prepend(text[$"Template_{template.Id}"].Value));

    private static string? Value(JsonElement data, string field) =>
        data.TryGetProperty(field, out var one) && one.ValueKind == JsonValueKind.Object && one.TryGetProperty("value", out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Fits(string field, string value)
    {
        var length = new StringInfo(value).LengthInTextElements;
        return Kind().Match(field).Value switch
        {
            "thing" => length <= 20,
            "character_string" => length <= 32 && value.All(c => c is > ' ' and <= '~'),
            "number" => length <= 32 && value.All(c => char.IsAsciiDigit(c) || c is '.' or '-'),
            "letter" => length <= 32 && value.All(char.IsAsciiLetter),
            "phrase" => length <= 5,
            "time" => Time().IsMatch(value),
            "date" => Date().IsMatch(value),
            "amount" => Amount().IsMatch(value),
            _ => false,
        };
    }

    [GeneratedRegex("^[a-z_]+")]
    private static partial Regex Kind();

    [GeneratedRegex("^(\\d{4}(-|\u5e74)\\d{1,2}(-|\u6708)\\d{1,2}\u65e5? ?)?\\d{2}:\\d{2}(~(\\d{4}(-|\u5e74)\\d{1,2}(-|\u6708)\\d{1,2}\u65e5? ?)?\\d{2}:\\d{2})?$")]
    private static partial Regex Time();

    [GeneratedRegex("^\\d{4}(-|\u5e74)\\d{1,2}(-|\u6708)\\d{1,2}\u65e5?$")]
    private static partial Regex Date();

    [GeneratedRegex("^[\u00a5\uffe5]?\\d{1,10}(\\.\\d{1,2})?\u5143?$")]
    private static partial Regex Amount();
}
