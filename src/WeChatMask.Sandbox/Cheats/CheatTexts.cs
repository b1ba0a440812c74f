using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>What the page says beside the witnesses' own sentences.</summary>
public sealed class CheatTexts(IStringLocalizer<Text.Cheat> text, CityCalendar calendar)
{
    /// <summary>What was done, by what was noted when it was.</summary>
    public string Did(CheatDone done) => text[$"Did_{done.Kind}", [.. done.Details]];

    /// <summary>Who cannot notice it.</summary>
    public string Blind(CheatKind kind) => text[$"Blind_{kind}"];

    /// <summary>What the city and its phone look like.</summary>
    public string Scene(Stage stage) => text[
        "Scene", Day(stage.Listed), stage.Pharmacy, stage.Bookings[0].Name, stage.Bookings[0].Serial, Day(stage.Open), stage.Bookings[1].Name, stage.Bookings[1].Serial];

    public string NightGood => text["Night_Good"];

    public string Night(long count, string first) => text["Night_Found", count, first];

    private string Day(DateOnly day) => day == calendar.Today
        ? text["Today"]
        : day == calendar.Today.AddDays(-1) ? text["Yesterday"] : day.ToString("MM-dd", CultureInfo.InvariantCulture);
}
