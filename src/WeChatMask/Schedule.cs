using WeChatMask.Conversation;
using WeChatMask.DayEnd;
using WeChatMask.Notices;
using WeChatMask.OfficialAccount;
using WeChatMask.OpenData;
using WeChatMask.Residents;
using WeChatMask.Rounds;

namespace WeChatMask;

/// <summary>A job and how often it looks for what is due.</summary>
/// <param name="Type">The class that does it.</param>
/// <param name="Every">Pause between looks. Looking is cheap; what is due is decided by the stored times.</param>
public sealed record ScheduledJob(Type Type, TimeSpan Every)
{
    /// <summary>
    /// Whether one node does it for all where nodes share a database; else each node looks for itself. A look each second by
    /// way of a shared schedule would cost the database more than the look, and a node's death would hold it up until the
    /// others have noticed.
    /// </summary>
    public bool OncePerCity { get; init; } = Every >= TimeSpan.FromMinutes(1);

    /// <summary>The job's name in the history.</summary>
    public string Name => Type.Name.EndsWith("Job", StringComparison.Ordinal) ? Type.Name[..^3] : Type.Name;
}

/// <summary>Every job and its pace, in the order in which one's work makes the next one's due.</summary>
public static class Schedule
{
    /// <summary>The one list.</summary>
    public static IReadOnlyList<ScheduledJob> Jobs { get; } =
    [
        new(typeof(PlanRoundsJob), TimeSpan.FromMinutes(1)),
        new(typeof(CheckEligibilityJob), TimeSpan.FromSeconds(5)),
        new(typeof(OpenWindowsJob), TimeSpan.FromSeconds(1)),
        new(typeof(CloseWindowsJob), TimeSpan.FromSeconds(1)),
        new(typeof(AssignPickupSlotsJob), TimeSpan.FromSeconds(1)),
        new(typeof(PublishListsJob), TimeSpan.FromSeconds(1)),
        new(typeof(LapseUnclaimedJob), TimeSpan.FromSeconds(5)),
        new(typeof(ReportDayJob), TimeSpan.FromMinutes(1)),
        new(typeof(RenewCredentialsJob), TimeSpan.FromSeconds(10)),
        new(typeof(KeepAccountJob), TimeSpan.FromMinutes(1)),
        new(typeof(SendNoticesJob), TimeSpan.FromSeconds(1)),
        new(typeof(SendWeChatNoticesJob), TimeSpan.FromSeconds(1)),
        new(typeof(PullReceiptsJob), TimeSpan.FromMinutes(5)),
        new(typeof(PurgeLoginsJob), TimeSpan.FromHours(1)),
        new(typeof(CountVisitsJob), TimeSpan.FromSeconds(10)),
        new(typeof(PurgePersonalDataJob), TimeSpan.FromHours(1)),
        new(typeof(PurgeMessagesJob), TimeSpan.FromMinutes(10)),
    ];
}
