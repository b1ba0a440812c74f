using Microsoft.Extensions.Localization;
using WeChatMask.Settings;

namespace WeChatMask.Conversation;

/// <summary>The account's sentences, and days, times and amounts as it says them.</summary>
public sealed class ChatText(IStringLocalizer<Text.Conversation> text, CityCalendar calendar) : CityFormatter(calendar)
{
    /// <summary>A sentence of <c>Text/Conversation.resx</c> with its blanks filled.</summary>
    public string this[string name, params object[] values] => text[name, values];

    public string Join(IEnumerable<string> things) => string.Join(text["Separator"], things);

    public string Day(DateOnly day) => text["Day", day.Month, day.Day];
}
