using WeChatMask.Cases;
using WeChatMask.Conversation;
using WeChatMask.DayEnd;
using WeChatMask.Flags;
using WeChatMask.Jobs;
using WeChatMask.Levers;
using WeChatMask.Notices;
using WeChatMask.OfficialAccount;
using WeChatMask.OpenData;
using WeChatMask.Operations;
using WeChatMask.PublicLog;
using WeChatMask.Residents;
using WeChatMask.Rounds;

namespace WeChatMask;

/// <summary>Every job, how often it looks for what is due, and whose work it makes due. Looking is cheap; what is due is decided by the stored times.</summary>
public static class Schedule
{
    private const string EachSecond = "* * * * * *";
    private const string EachFiveSeconds = "*/5 * * * * *";
    private const string EachTenSeconds = "*/10 * * * * *";
    private const string EachMinute = "* * * * *";

    // Rounds open at full hours; what has time looks at other minutes.
    private const string EachFiveMinutes = "2-59/5 * * * *";
    private const string EachTenMinutes = "4-59/10 * * * *";
    private const string EachHour = "17 * * * *";
    private const string EachHourLater = "37 * * * *";

    /// <summary>The one list, in the order in which one's work makes the next one's due.</summary>
    public static IReadOnlyList<ScheduledJob> Jobs { get; } =
    [
        new("PlanRounds", EachMinute, typeof(PlanRoundsJob)) { Then = [typeof(OpenWindowsJob)] },
        // A round is published when nobody's answer is outstanding any more.
        new("CheckEligibility", EachFiveSeconds, typeof(CheckEligibilityJob)) { Then = [typeof(AssignPickupSlotsJob), typeof(SendNoticesJob)] },
        new("OpenWindows", EachSecond, typeof(OpenWindowsJob)) { Then = [typeof(CloseWindowsJob)] },
        new("CloseWindows", EachSecond, typeof(CloseWindowsJob)) { Then = [typeof(AssignPickupSlotsJob), typeof(CheckLogJob), typeof(WriteSeenJob)] },
        new("AssignPickupSlots", EachSecond, typeof(AssignPickupSlotsJob)) { Then = [typeof(PublishListsJob)] },
        new("PublishLists", EachSecond, typeof(PublishListsJob)) { Then = [typeof(SendNoticesJob), typeof(SendWeChatNoticesJob), typeof(WriteSeenJob)] },
        new("FinishLevers", EachSecond, typeof(FinishLeversJob)) { Then = [typeof(LapseUnclaimedJob), typeof(SendNoticesJob), typeof(SendWeChatNoticesJob)] },
        new("LapseUnclaimed", EachFiveSeconds, typeof(LapseUnclaimedJob)) { Then = [typeof(ReportDayJob), typeof(SendWeChatNoticesJob), typeof(WriteSeenJob)] },
        new("ReportDay", EachMinute, typeof(ReportDayJob)),
        new("ReadyMark", EachSecond, typeof(ReadyMarkJob)) { Then = [typeof(WriteSeenJob)] },
        new("AppendPending", EachSecond, typeof(AppendPendingJob)),
        new("LogTiles", EachSecond, typeof(LogTilesJob)),
        new("CheckLog", EachMinute, typeof(CheckLogJob)),
        new("WriteSeen", EachTenSeconds, typeof(WriteSeenJob)),
        new("ApplySuspensions", EachMinute, typeof(ApplySuspensionsJob)),
        new("FindFlags", EachTenMinutes, typeof(FindFlagsJob)),
        new("RenewCredentials", EachTenSeconds, typeof(RenewCredentialsJob)),
        new("SyncMenu", EachMinute, typeof(SyncMenuJob)),
        new("SendNotices", EachSecond, typeof(SendNoticesJob)),
        new("SendWeChatNotices", EachSecond, typeof(SendWeChatNoticesJob)),
        new("PullReceipts", EachFiveMinutes, typeof(PullReceiptsJob)),
        new("PurgeLogins", EachHour, typeof(PurgeLoginsJob)),
        new("CountVisits", EachTenSeconds, typeof(CountVisitsJob)),
        new("PurgePersonalData", EachHourLater, typeof(PurgePersonalDataJob)),
        new("PurgeMessages", EachTenMinutes, typeof(PurgeMessagesJob)),
    ];
}
