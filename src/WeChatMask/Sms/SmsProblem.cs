namespace WeChatMask.Sms;

/// <summary>Why a message was not taken: what vendors' codes have in common.</summary>
public enum SmsProblem
{
    None,

    /// <summary>The vendor cannot be reached, or fails inside.</summary>
    Outage,

    /// <summary>Too many calls of this account in a moment.</summary>
    Throttled,

    /// <summary>This number got one in the last minute, or half a minute.</summary>
    NumberMinuteLimit,

    /// <summary>This number got its share of the hour.</summary>
    NumberHourLimit,

    /// <summary>This number got its share of the day.</summary>
    NumberDayLimit,

    /// <summary>Our own cap for this number and day, <c>Sms:DailyCap</c>.</summary>
    OwnDailyCap,

    /// <summary>The account's own limit of a day or a month is used up.</summary>
    AccountLimit,

    /// <summary>Messages of this kind go out in daytime only.</summary>
    SendingHours,

    InvalidNumber,

    /// <summary>The number's owner or the vendor does not want messages to it.</summary>
    NumberBlocked,

    /// <summary>The text holds something that the vendor does not carry.</summary>
    Content,

    /// <summary>The package is used up, or the account is in arrears.</summary>
    Balance,

    /// <summary>Keys, permissions or the calling address are wrong.</summary>
    Access,

    /// <summary>The sign before the text is not approved.</summary>
    Sign,

    /// <summary>The template is not approved, or does not fit what it was given.</summary>
    Template,

    /// <summary>Our clock and the vendor's differ too much for a signature to hold.</summary>
    Clock,

    /// <summary>A code that is in no table here.</summary>
    Unknown,

    /// <summary>The city's log-in codes of this hour are half or wholly used up, <c>Sms:LoginCodesPerHour</c>.</summary>
    HourlyCodes,
}

/// <summary>What follows from a problem: who else is asked, who is alarmed, and when to try again.</summary>
public static class SmsProblems
{
    private const int MorningHour = 8;

    // Vendors call a day what began with its first message, or what the calendar calls so: looking at least this often fits both.
    private static readonly TimeSpan LongestWaitForDay = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestWaitForOperator = TimeSpan.FromHours(1);
    private static readonly TimeSpan Mending = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>Whether trying again is in vain for good.</summary>
    public static bool IsFinal(SmsProblem problem) =>
        problem is SmsProblem.InvalidNumber or SmsProblem.NumberBlocked or SmsProblem.Content;

    /// <summary>
    /// Whether another vendor may carry it at once. Limits of one number, and a number whose owner wants no messages, are
    /// there to protect people: they are not got around.
    /// </summary>
    public static bool FailsOver(SmsProblem problem) =>
        problem is SmsProblem.Outage or SmsProblem.Throttled or SmsProblem.AccountLimit or SmsProblem.Content or SmsProblem.Unknown
        || NeedsOperator(problem);

    /// <summary>Whether it tells of the vendor as a whole, not of this number, text or template.</summary>
    public static bool IsOfVendor(SmsProblem problem) =>
        problem is SmsProblem.Outage or SmsProblem.Throttled or SmsProblem.AccountLimit or SmsProblem.Balance or SmsProblem.Access
            or SmsProblem.Sign or SmsProblem.Clock;

    /// <summary>Whether a person must mend it, so that it is shown until it is.</summary>
    public static bool IsAlarm(SmsProblem problem) =>
        problem is SmsProblem.AccountLimit or SmsProblem.Content or SmsProblem.Unknown || NeedsOperator(problem);

    /// <summary>How long to wait at least before the next try, or null where the sender's growing pauses do; now in the city's zone, whose minutes and hours are the vendors' (UTC+8).</summary>
    public static TimeSpan? Pause(SmsProblem problem, DateTimeOffset local) => problem switch
    {
        SmsProblem.NumberMinuteLimit => Until(local, TimeSpan.FromMinutes(1)),
        SmsProblem.NumberHourLimit => Until(local, TimeSpan.FromHours(1)),
        SmsProblem.NumberDayLimit => AtMost(Until(local, TimeSpan.FromDays(1)), LongestWaitForDay),
        SmsProblem.OwnDailyCap => Until(local, TimeSpan.FromDays(1)),
        SmsProblem.AccountLimit => AtMost(Until(local, TimeSpan.FromDays(1)), LongestWaitForOperator),
        SmsProblem.SendingHours => UntilMorning(local),
        _ when NeedsOperator(problem) => Mending,
        _ => null,
    };

    private static bool NeedsOperator(SmsProblem problem) =>
        problem is SmsProblem.Balance or SmsProblem.Access or SmsProblem.Sign or SmsProblem.Template or SmsProblem.Clock;

    private static TimeSpan Until(DateTimeOffset local, TimeSpan unit) =>
        TimeSpan.FromTicks(unit.Ticks - (local.TimeOfDay.Ticks % unit.Ticks)) + Margin;

    private static TimeSpan UntilMorning(DateTimeOffset local)
    {
        var morning = TimeSpan.FromHours(MorningHour);
        return (local.TimeOfDay < morning ? morning - local.TimeOfDay : TimeSpan.FromDays(1) - local.TimeOfDay + morning) + Margin;
    }

    private static TimeSpan AtMost(TimeSpan pause, TimeSpan longest) => pause < longest ? pause : longest;
}
