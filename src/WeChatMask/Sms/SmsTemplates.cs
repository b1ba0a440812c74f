using System.Globalization;
using System.Text.RegularExpressions;

namespace WeChatMask.Sms;

/// <summary>One place of a template, by the vendor's name of it, and the value that goes there, one of <see cref="SmsValues"/>.</summary>
public readonly record struct SmsSlot(string Variable, string Name);

/// <summary>Fills a vendor's template from a message's values.</summary>
public static partial class SmsTemplates
{
    private const string Cut = "\u2026";

    /// <summary>
    /// The id of a message's template with its variables and values in the configured order, cut to the vendor's limit and free of
    /// addresses. Returns what hinders, or null.
    /// </summary>
    public static string? Fill(
        SmsMessage message, SmsVendorSettings vendor, out string id, out IReadOnlyList<KeyValuePair<string, string>> filled)
    {
        (id, filled) = ("", []);
        var longest = vendor.LongestValue;
        if (message.Kind is not { } kind || !vendor.Templates.TryGetValue(kind.ToString(), out var template) || template.Id is SmsTemplate.Never or "")
            return "no template";
        id = template.Id;
        var values = new List<KeyValuePair<string, string>>();
        foreach (var slot in Slots(template.Values))
        {
            if (!message.Values.TryGetValue(slot.Name, out var value)) return $"no value {slot.Name}";
            value = WithoutAddresses().Replace(value, "").Trim();
            var length = new StringInfo(value).LengthInTextElements;
            if (value.Length > longest && !SmsValues.Cuttable.Contains(slot.Name)) return $"value {slot.Name} too long";
            values.Add(new(slot.Variable, value.Length > longest ? Shorten(value, longest, length) : value));
        }

        filled = values;
        return null;
    }

    /// <summary>The places of a template as <see cref="SmsTemplate.Values"/> writes them.</summary>
    public static IEnumerable<SmsSlot> Slots(string values) =>
        (values ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(item =>
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            return equals < 0 ? new SmsSlot(item, item) : new SmsSlot(item[..equals].Trim(), item[(equals + 1)..].Trim());
        });

    // By whole characters as people see them: half of a rare one would be no character.
    private static string Shorten(string value, int longest, int elements)
    {
        var text = new StringInfo(value);
        for (var take = Math.Min(elements, longest) - 1; take > 0; take--)
        {
            var shorter = text.SubstringByTextElements(0, take) + Cut;
            if (shorter.Length <= longest) return shorter;
        }

        return Cut;
    }

    // Both vendors refuse addresses in values (isv.PARAM_NOT_SUPPORT_URL, ProhibitedUseUrlInTemplateParameter).
    [GeneratedRegex(
        @"(?:https?://|(?<![a-z0-9-])www\.)[\x21-\x7e]*|(?<![a-z0-9-])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|gov|edu|top|xyz|vip|cc|info|io)(?![a-z0-9])(?:/[\x21-\x7e]*)?",
        RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WithoutAddresses();
}
