using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Settings;

namespace WeChatMask.Conversation;

/// <summary>The account's sentences, and days, times and amounts as it says them.</summary>
public sealed class ChatText(IStringLocalizer<Text.Conversation> text, CityCalendar calendar)
{
    /// <summary>A sentence of <c>Text/Conversation.resx</c> with its blanks filled.</summary>
    public string this[string name, params object[] values] => text[name, values];

    public string Join(IEnumerable<string> things) => string.Join(text["Separator"], things);

    public string Day(DateOnly day) => text["Day", day.Month, day.Day];

    public string Time(DateTimeOffset instant) => Time(TimeOnly.FromDateTime(calendar.Local(instant).DateTime));

    public static string Time(TimeOnly time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);

    public string Span(DateTimeOffset from, DateTimeOffset to) => $"{Time(from)}-{Time(to)}";

    /// <summary>Yuan.</summary>
    public static string Amount(int fen) => Money.Yuan(fen).ToString("0.00", CultureInfo.InvariantCulture);
}
