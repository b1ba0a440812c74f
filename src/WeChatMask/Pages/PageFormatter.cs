using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Pages;

/// <summary>Days, times, amounts and states as residents read them.</summary>
public sealed class PageFormatter(IStringLocalizer<Text.Pages> text, CityCalendar calendar) : CityFormatter(calendar)
{
    private static readonly CultureInfo Chinese = CultureInfo.GetCultureInfo("zh-CN");

    public string Day(DateOnly day) => day.ToString(text["Format_Day"], Chinese);

    public string LongDay(DateOnly day) => day.ToString(text["Format_LongDay"], Chinese);

    /// <summary>A day with its year, without its day of the week: for what lies further off.</summary>
    public string LongDate(DateOnly day) => day.ToString(text["Format_LongDate"], Chinese);

    /// <summary>A day as people say it: today and tomorrow by that word, with its date.</summary>
    public string Near(DateOnly day) =>
        day == Calendar.Today ? text["Near_Today", Day(day)] : day == Calendar.Today.AddDays(1) ? text["Near_Tomorrow", Day(day)] : Day(day);

    /// <summary>When something opens: its day and time.</summary>
    public string Opening(DateTimeOffset at) => $"{Near(Calendar.DateOf(at))} {Time(at)}";

    /// <summary>When something happened: the time where it was today, else the day alone.</summary>
    public string Recent(DateTimeOffset at) =>
        Calendar.DateOf(at) is var day && day == Calendar.Today ? Second(at) : text["Format_DayScript", day.Month, day.Day];

    /// <summary>The city's zone, for scripts.</summary>
    public string Zone => Calendar.Zone.Id;

    public string Span(DateTimeOffset from, DateTimeOffset to) => text["Format_Span", Time(from), End(to)];

    public string Span(DayTime from, DayTime to) => text["Format_Span", Time(from), Time(to)];

    /// <summary>A large number in groups of three.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A booking number in groups, easier to read out.</summary>
    public static string Grouped(string number) =>
        number.Length == BookingNumber.Length ? $"{number[..3]} {number[3..7]} {number[7..]}" : number;

    public string Status(BookingStatus status) => text[$"Status_{status}"];

    /// <summary>The phase in a word. Between the end of pickup and the moment in which it is written down, nothing is handed out any more.</summary>
    public string Phase(RoundPhase phase, bool isPickupOver = false) => text[isPickupOver && phase == RoundPhase.Handout ? "Phase_PickupOver" : $"Phase_{phase}"];

    /// <summary>How many places a pharmacy has to give, or why none.</summary>
    public string Left(PharmacyFigures pharmacy, RoundBanner banner)
    {
        var phase = banner.Phase;
        if (pharmacy.Status != PharmacyStatus.Open) return text[$"Left_{pharmacy.Status}"];
        if (phase is null) return text["Left_NoRound"];
        if (phase >= RoundPhase.Closed) return text["Left_Booked", pharmacy.Booked];
        if (pharmacy.Left > 0) return text[$"Left_Some_{banner.Scope}", pharmacy.Left];
        if (pharmacy.NextWindow is { } next && banner.Round?.Times.Windows.ElementAtOrDefault(next - 1) is { } window)
            return text[pharmacy.Places == 0 ? "Left_Later" : "Left_FullLater", Time(window.OpensAt)];
        return Full(pharmacy.Places == 0 ? "Left_None" : "Left_Full", banner);
    }

    /// <summary>That nothing is left today, and when the next round opens, if that is known.</summary>
    public string Full(string full, RoundBanner banner) =>
        banner.NextRound is { } next ? text["Left_Until", text[full].Value, Day(Calendar.DateOf(next)), Time(next)] : text[full];
}
