using WeChatMask.Settings;

namespace WeChatMask.Web;

/// <summary>The server's time, which countdowns go by: a phone's own clock may be minutes off.</summary>
public static class ClockEndpoints
{
    internal static IResult Now(CityCalendar calendar)
    {
        return TypedResults.Ok(new ClockReading(calendar.Local(calendar.Now)));
    }
}

/// <summary>What the server's clock says.</summary>
/// <param name="Now">With the city's offset.</param>
public sealed record ClockReading(DateTimeOffset Now);
