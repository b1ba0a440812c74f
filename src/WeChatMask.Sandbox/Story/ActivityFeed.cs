using Microsoft.Extensions.Localization;
using WeChatMask.Jobs;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>One thing the app did, in a sentence.</summary>
/// <param name="At">When, by the sandbox's clock.</param>
/// <param name="Kind">What sort of thing: job, failed, booking, pickup, chat, wechat.</param>
/// <param name="Text">The sentence.</param>
public sealed record ActivityEntry(DateTimeOffset At, string Kind, string Text);

/// <summary>What the app just did, put together from the rows and the stand-ins' memories: nothing is written for it.</summary>
public sealed class ActivityFeed(
    ActivityQueries queries, JobRuns runs, RoundQueries rounds, Chats chats, WeChatCalls calls, CityCalendar calendar, IStringLocalizer<Text.World> text)
{
    private const int MostRuns = 120;
    private const int MostRounds = 14;
    private const int Most = 60;
    private const string LogIn = "sns/oauth2/access_token";
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>The newest first. What a clock set back has put into the future is left out until its time comes again.</summary>
    public async Task<IReadOnlyList<ActivityEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        var until = calendar.Now + Slack;
        var things = new List<Happening>();
        things.AddRange(await JobsAsync(cancellationToken));
        things.AddRange((await queries.BookingsAsync(cancellationToken)).Select(d => new Happening(d.At, "booking", "Did_Booked", d.Count)));
        things.AddRange((await queries.CancellationsAsync(cancellationToken)).Select(d => new Happening(d.At, "booking", "Did_Cancelled", d.Count)));
        things.AddRange((await queries.RedemptionsAsync(cancellationToken)).Select(d => new Happening(d.At, "pickup", "Did_Redeemed", d.Count)));
        things.AddRange(chats.Newest.Where(c => c.Act.Event is not ("VIEW" or "PUSH")).Select(c => new Happening(c.At, "chat", ChatName(c.Act), 1)));
        things.AddRange(calls.All.Select(c => c.Path == LogIn
            ? new Happening(c.At, "wechat", "Did_LogIn", 1)
            : new Happening(c.At, "wechat", "Did_Call", 1, c.Path)));
        return [.. Merge(things.Where(t => t.At <= until).OrderByDescending(t => t.At)).Take(Most).Select(Tell)];
    }

    private async Task<List<Happening>> JobsAsync(CancellationToken cancellationToken)
    {
        var newest = await runs.NewestAsync(MostRuns, cancellationToken);
        var states = await rounds.NewestAsync(MostRounds, cancellationToken);
        var figures = states.Count == 0 ? [] : await queries.FiguresAsync(states.Min(r => r.Date), cancellationToken);
        // Visits are counted and the log is kept every few seconds, and nobody wants to read that.
        return [.. newest.Where(run => run.Job is not ("CountVisits" or "ReadyMark" or "AppendPending" or "LogTiles" or "CheckLog" or "WriteSeen")).Select(run => Job(run, states, figures))];
    }

    private static Happening Job(JobRun run, List<RoundState> states, Dictionary<DateOnly, RoundFigures> figures)
    {
        if (run.Outcome == JobOutcome.Failed) return new Happening(run.StartedAt, "failed", "Did_Failed", 0, run.Job);
        RoundState? Stamped(Func<RoundState, DateTimeOffset?> stamp) =>
            states.Find(r => stamp(r) >= run.StartedAt - Slack && stamp(r) <= run.EndedAt + Slack);
        RoundFigures? Of(RoundState? round) => round is null ? null : figures.GetValueOrDefault(round.Date);
        switch (run.Job)
        {
            case "OpenWindows":
                // It moves a round to its opening and, the day after, to the hand-out: whichever came last by the clock.
                var opened = states.Where(r => r.Times.OpensAt <= run.EndedAt).MaxBy(r => r.Times.OpensAt);
                var handed = states.Where(r => r.Times.PickupOpensAt <= run.EndedAt).MaxBy(r => r.Times.PickupOpensAt);
                if (handed is not null && (opened is null || handed.Times.PickupOpensAt > opened.Times.OpensAt))
                    return With("Did_Handout", Of(handed) is { } h ? [h.Pharmacies, h.Taken] : null);
                var window = opened?.Times.Windows.LastOrDefault(w => w.OpensAt <= run.EndedAt);
                if (window is { Index: > 1 }) return With("Did_NextWindow", [window.Index]);
                return With("Did_Opened", Of(opened) is { } o ? [o.Pharmacies, o.Places] : null);
            case "CloseWindows":
                return With("Did_Closed", Of(Stamped(r => r.ClosedAt)) is { } c ? [c.Taken, c.Places - c.Taken] : null);
            case "AssignPickupSlots":
                return With("Did_Slots", Of(Stamped(r => r.SlotsAt)) is { } s ? [s.Taken] : null);
            case "PublishLists":
                return With("Did_Published", Of(Stamped(r => r.PublishedAt)) is { } p ? [p.Pharmacies] : null);
            case "LapseUnclaimed":
                return With("Did_Lapsed", Of(Stamped(r => r.EndedAt)) is { } l ? [l.Lapsed] : null);
            case "PlanRounds" or "ReportDay" or "SendNotices" or "SendWeChatNotices" or "RenewCredentials" or "SyncMenu" or "CheckEligibility"
                or "PullReceipts" or "PurgePersonalData" or "PurgeMessages" or "PurgeLogins":
                return new Happening(run.StartedAt, "job", $"Did_{run.Job}", run.Done);
            default:
                return new Happening(run.StartedAt, "job", "Did_Job", run.Done, run.Job);
        }

        Happening With(string name, object[]? values) => new(run.StartedAt, "job", values is null ? name + "Plain" : name, 0, values ?? []);
    }

    /// <summary>What followed within seconds and has a count becomes one entry.</summary>
    private static List<Happening> Merge(IEnumerable<Happening> newestFirst)
    {
        var merged = new List<Happening>();
        foreach (var one in newestFirst)
        {
            if (merged.Count > 0 && merged[^1] is var last && last.Text == one.Text && one.Count > 0 && last.At - one.At < Together
                && last.Values.SequenceEqual(one.Values))
            {
                merged[^1] = last with { Count = last.Count + one.Count };
            }
            else
            {
                merged.Add(one);
            }
        }

        return merged;
    }

    private ActivityEntry Tell(Happening one) => new(
        calendar.Local(one.At), one.Kind, text[one.Text, one.Count > 0 ? [one.Count, .. one.Values] : one.Values]);

    private static string ChatName(PhoneAct act) => act.Event switch
    {
        null => "Did_Answered",
        "subscribe" => "Did_Followed",
        "unsubscribe" => "Did_Unfollowed",
        _ => "Did_AnsweredMenu",
    };

    private sealed record Happening(DateTimeOffset At, string Kind, string Text, int Count, params object[] Values);
}
