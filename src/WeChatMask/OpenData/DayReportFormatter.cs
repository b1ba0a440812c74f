using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Settings;
using WeChatMask.Text;

namespace WeChatMask.OpenData;

/// <summary>What a report's figures and corrections are called.</summary>
public sealed class DayReportFormatter(CityCalendar calendar, IStringLocalizer<Reports> text, IStringLocalizer<Text.Pages> columns)
{
    public string Figure(string name) =>
        name == DayReports.VisitsFigure ? text["Figure_Visits"] : columns[$"Col_{char.ToUpperInvariant(name[0])}{name[1..]}"];

    /// <summary>One change: whose (name or code, empty for the city), what, from and to.</summary>
    public string Change(FigureChange change, string pharmacy) =>
        text["Change", pharmacy, Figure(change.Figure), change.Before, change.After].Value.TrimStart();

    /// <summary>A day and time of the city.</summary>
    public string Moment(DateTimeOffset at) => calendar.Local(at).ToString(text["Format_Moment"], CultureInfo.InvariantCulture);
}
