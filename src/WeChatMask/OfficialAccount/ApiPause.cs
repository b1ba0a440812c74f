using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.OfficialAccount;

/// <summary>How long to leave WeChat's API in peace after a failure.</summary>
public static class ApiPause
{
    private const int LongestBusySeconds = 60;
    private const int LongestWrongSeconds = 600;
    private const int MostDoublings = 10;

    /// <summary>The longest pause there is: a day's quota.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromHours(25);

    /// <summary>The instant after which the next try makes sense.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="failures">How often it went wrong in a row before.</param>
    /// <param name="calendar">The city's time; WeChat counts a day's quota by Beijing's, which is the same.</param>
    public static DateTimeOffset After(WeChatApiException failure, int failures, CityCalendar calendar) => failure.Action switch
    {
        WeChatAction.StopQuotaDay => calendar.Instant(calendar.Today.AddDays(1), TimeOnly.MinValue),
        WeChatAction.RetryAfterMinute => calendar.Now.AddMinutes(1),
        WeChatAction.RetryBackoff => calendar.Now.AddSeconds(Math.Min(LongestBusySeconds, 1 << Math.Min(failures, MostDoublings))),
        // Wrong settings are put right by people; asking often only uses up the quota.
        _ => calendar.Now.AddSeconds(Math.Min(LongestWrongSeconds, LongestBusySeconds << Math.Min(failures, MostDoublings))),
    };
}
