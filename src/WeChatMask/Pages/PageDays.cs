using System.Globalization;
using WeChatMask.Settings;

namespace WeChatMask.Pages;

/// <summary>For how long the days that a page names are as near as it says.</summary>
public sealed class PageDays(CityCalendar calendar)
{
    public PageDay Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var now = calendar.Now;
        var ends = calendar.Instant(calendar.DateOf(now).AddDays(1), TimeOnly.MinValue);
        // To the minute, which is near enough, so that a page that is kept for all is the same for all.
        return new(Text(now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute))), Text(ends), HttpMethods.IsGet(context.Request.Method) ? "false" : "true");

        static string Text(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>In which minute a page was made and when its city's day ends, in UTC milliseconds. Answer is true where it answers a form, and so cannot be loaded anew.</summary>
public sealed record PageDay(string Made, string Ends, string Answer);
