using System.Globalization;
using WeChatMask.Domain;

namespace WeChatMask.Settings;

/// <summary>Amounts, days and times of the city as people and files read them. What needs Chinese words stands with the words.</summary>
public class CityFormatter(CityCalendar calendar)
{
    protected CityCalendar Calendar { get; } = calendar;

    /// <summary>As 2020-02-10.</summary>
    public static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>As 19:00; the end of a day is 24:00.</summary>
    public static string Time(DayTime time) => time.ToString();

    /// <summary>As 09:00-09:30.</summary>
    public static string Hours(DayTime from, DayTime to) => $"{Time(from)}-{Time(to)}";

    /// <summary>In yuan with two places, without the currency.</summary>
    public static string Amount(decimal yuan) => yuan.ToString("0.00", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Amount(decimal)" />
    public static string Amount(int units, int unitPriceFen) => Amount(Money.Yuan(units * unitPriceFen));

    /// <summary>As 19:00, in the city.</summary>
    public string Time(DateTimeOffset instant) => Local(instant, "HH:mm");

    /// <summary>When something ends, in the city: as 22:00, and at midnight 24:00, as its day is meant.</summary>
    public string End(DateTimeOffset instant) => Time(instant) is not "00:00" and var time ? time : DayTime.End.ToString();

    /// <summary>As 09:00-09:30, in the city.</summary>
    public string Hours(DateTimeOffset from, DateTimeOffset to) => $"{Time(from)}-{End(to)}";

    /// <summary>As 19:00:05, in the city.</summary>
    public string Second(DateTimeOffset instant) => Local(instant, "HH:mm:ss");

    /// <summary>As 02-10 19:00, in the city.</summary>
    public string Moment(DateTimeOffset instant) => Local(instant, "MM-dd HH:mm");

    /// <summary>As 02-10 19:00:05, in the city.</summary>
    public string MomentToTheSecond(DateTimeOffset instant) => Local(instant, "MM-dd HH:mm:ss");

    /// <summary>As 2020-02-10 19:00:05, in the city.</summary>
    public string FullMoment(DateTimeOffset instant) => Local(instant, "yyyy-MM-dd HH:mm:ss");

    private string Local(DateTimeOffset instant, string format) => Calendar.Local(instant).ToString(format, CultureInfo.InvariantCulture);
}
