using System.Globalization;
using System.Text.RegularExpressions;

namespace WeChatMask.Sms;

/// <summary>Names of what a template may show.</summary>
public static class SmsValues
{
    /// <summary>Pickup day.</summary>
    public const string Day = "day";

    /// <summary>Pickup slot or hours.</summary>
    public const string Slot = "slot";

    /// <summary>The pharmacy's name.</summary>
    public const string Pharmacy = "pharmacy";

    /// <summary>The pharmacy's address.</summary>
    public const string Address = "address";

    /// <summary>Booking number.</summary>
    public const string Number = "number";

    /// <summary>How many.</summary>
    public const string Units = "units";

    /// <summary>The goods' unit.</summary>
    public const string Unit = "unit";

    /// <summary>What the goods are called.</summary>
    public const string Goods = "goods";

    /// <summary>Price of all, in yuan.</summary>
    public const string Amount = "amount";

    /// <summary>How many bookings a pharmacy has.</summary>
    public const string Bookings = "bookings";

    /// <summary>A log-in code, digits only.</summary>
    public const string Code = "code";

    /// <summary>How long a log-in code holds, in minutes.</summary>
    public const string Minutes = "minutes";

    /// <summary>Every name.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(
        [Day, Slot, Pharmacy, Address, Number, Units, Unit, Goods, Amount, Bookings, Code, Minutes], StringComparer.Ordinal);

    /// <summary>Names that may be cut; of the others every character counts.</summary>
    public static IReadOnlySet<string> Cuttable { get; } = new HashSet<string>([Pharmacy, Address, Goods], StringComparer.Ordinal);
}

/// <summary>One place of a template and the value that goes there.</summary>
/// <param name="Variable">What the vendor's template calls it.</param>
/// <param name="Name">One of <see cref="SmsValues"/>.</param>
public readonly record struct SmsSlot(string Variable, string Name);

/// <summary>Fills a vendor's template from a message's values.</summary>
public static partial class SmsTemplates
{
    private const string Cut = "\u2026";

    /// <summary>The template of a message with its values in order, cut to the vendor's limit and free of addresses.</summary>
    /// <param name="message">The message.</param>
    /// <param name="templates">The vendor's templates by kind.</param>
    /// <param name="longest">The vendor's limit for one value.</param>
    /// <param name="id">The template's id.</param>
    /// <param name="filled">Variables and their values, in the configured order.</param>
    /// <returns>What hinders, or nothing.</returns>
    public static string? Fill(
        SmsMessage message, IReadOnlyDictionary<string, SmsTemplate> templates, int longest,
        out string id, out IReadOnlyList<KeyValuePair<string, string>> filled)
    {
        (id, filled) = ("", []);
        if (message.Kind is not { } kind || !templates.TryGetValue(kind.ToString(), out var template) || template.Id is SmsTemplate.Never or "")
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
