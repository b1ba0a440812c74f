using WeChatMask.Audit;
using WeChatMask.Jobs;
using WeChatMask.Settings;

namespace WeChatMask.Supervision;

/// <summary>What ran, and who did what.</summary>
public static class HistoryEndpoints
{
    private const int UsuallyTaken = 100;
    private const int MostTaken = 500;

    internal static async Task<IResult> JobsAsync(int? take, JobRuns runs, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var newest = await runs.NewestAsync(Bounded(take), cancellationToken);
        return TypedResults.Ok(new JobList([.. newest.Select(r => new JobView(
            r.Job, r.Node, calendar.Local(r.StartedAt), calendar.Local(r.EndedAt), r.Outcome, r.Done, r.Problem))]));
    }

    internal static async Task<IResult> AuditAsync(int? take, AuditQueries audit, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var newest = await audit.NewestAsync(Bounded(take), cancellationToken);
        return TypedResults.Ok(new AuditList([.. newest.Select(l => new AuditView(calendar.Local(l.At), l.Actor, l.Action, l.Subject, l.Detail, l.Counted))]));
    }

    internal static async Task<IResult> LateAsync(LateHandOverQueries late, CancellationToken cancellationToken) =>
        TypedResults.Ok(new LateHandOverList(await late.NewestAsync(cancellationToken)));

    private static int Bounded(int? take) => Math.Clamp(take ?? UsuallyTaken, 1, MostTaken);
}

/// <summary>Job runs, newest first.</summary>
public sealed record JobList(IReadOnlyList<JobView> Jobs);

/// <summary>One run of one job.</summary>
public sealed record JobView(
    string Job, string Node, DateTimeOffset StartedAt, DateTimeOffset EndedAt, JobOutcome Outcome, int Done, string? Problem);

/// <summary>Audit lines, newest first.</summary>
public sealed record AuditList(IReadOnlyList<AuditView> Entries);

/// <summary>One line of the audit; what is counted by the hour has more than one in it.</summary>
public sealed record AuditView(DateTimeOffset At, string Actor, string Action, string Subject, string? Detail, int Count);
