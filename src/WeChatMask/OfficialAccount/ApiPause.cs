using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

public static class ApiPause
{
    private const int LongestBusySeconds = 60;
    private const int LongestWrongSeconds = 600;
    private const int MostDoublings = 10;

    /// <summary>The longest pause there is: a day's quota.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromHours(25);

    /// <summary>When the next try makes sense, after so many failures in a row before. WeChat counts a day's quota by Beijing's time, the city's.</summary>
    public static DateTimeOffset After(WeChatApiException failure, int failures, CityCalendar calendar) => failure.Action switch
    {
        WeChatAction.StopQuotaDay => calendar.Instant(calendar.Today.AddDays(1), TimeOnly.MinValue),
        WeChatAction.RetryAfterMinute => calendar.Now.AddMinutes(1),
        WeChatAction.RetryBackoff => calendar.Now.AddSeconds(Math.Min(LongestBusySeconds, 1 << Math.Min(failures, MostDoublings))),
        // Wrong settings are put right by people; asking often only uses up the quota.
        _ => calendar.Now.AddSeconds(Math.Min(LongestWrongSeconds, LongestBusySeconds << Math.Min(failures, MostDoublings))),
    };
}
