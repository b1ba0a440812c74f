using WeChatMask.Bookings;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Notices;
using WeChatMask.OfficialAccount;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Stock;

namespace WeChatMask.Operations;

/// <summary>What is wrong in the city at this moment, for those who must mend it. Empty on a good day.</summary>
public sealed class Troubles(
    SmsAlarmStore sms, ApiQuotaStore limits, SharedCredentialStore credentials, ProvisionalQueries provisional, NoticeQueries notices, JobRunStore runs, CaseQueries cases, CounterTroubleStore counters, LogCheckStore log,
    CityCalendar calendar)
{
    // Longer than any job's pace but the hourly ones', and than a vendor takes on a busy evening.
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    public async Task<IReadOnlyList<Trouble>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var waiting = (await notices.DueAsync(now, cancellationToken)).ToDictionary(w => w.Channel);
        var troubles = new List<Trouble>();
        foreach (var alarm in await sms.AllAsync(cancellationToken))
            troubles.Add(new Trouble(TroubleKind.Sms, alarm.Subject, alarm.Problem.ToString(), alarm.Since, Waiting(NoticeChannel.Sms)));
        foreach (var fault in await credentials.FaultsAsync(cancellationToken))
            troubles.Add(new Trouble(TroubleKind.Credential, fault.Name, Code(fault.ErrorCode), null, Waiting(NoticeChannel.WeChat)));
        foreach (var limit in await limits.PresentAsync(cancellationToken))
            troubles.Add(new Trouble(TroubleKind.ApiPause, limit.ApiCall, Code(limit.ErrorCode), null, Waiting(NoticeChannel.WeChat)) { Until = limit.RestsUntil });
        if (!troubles.Exists(t => t.Kind == TroubleKind.Sms) && Waiting(NoticeChannel.Sms) is { } slow && slow.Since < now - Late)
            troubles.Add(new Trouble(TroubleKind.SmsLate, "", "", slow.Since, slow));
        foreach (var wait in await provisional.WaitingAsync(cancellationToken))
            troubles.Add(new Trouble(TroubleKind.Registry, wait.RoundDate.Column(), "", null, null) { Until = wait.SettleUntil, People = wait.Bookings });
        foreach (var job in await runs.FailingAsync(now - Late, cancellationToken))
            troubles.Add(new Trouble(TroubleKind.Job, job.Job, "", job.Since, null) { People = job.Failures });
        foreach (var wrong in await log.WrongAsync(cancellationToken))
            troubles.Add(new Trouble(TroubleKind.Log, wrong.Round?.Column() ?? "", "", wrong.CheckedAt, null) { People = wrong.Round is null ? wrong.Findings : wrong.WrongRows });
        if (await cases.LateAsync(cancellationToken) is { Cases: > 0 } late) troubles.Add(new Trouble(TroubleKind.Case, "", "", late.Since, null) { People = late.Cases });
        if (await counters.OpenAsync(cancellationToken) is { Count: > 0 } said)
        {
            var due = await counters.WaitingAsync(cancellationToken);
            foreach (var kind in said.GroupBy(c => c.Kind))
            {
                CounterTrouble[] all = [.. kind];
                troubles.Add(new Trouble(kind.Key == CounterTroubleKind.Paused ? TroubleKind.CounterPaused : TroubleKind.StockShort, all[0].PharmacyName, Code(all.Length), all[0].CreatedAt, null)
                {
                    People = all.Sum(c => due.GetValueOrDefault(c.PharmacyId)),
                });
            }
        }

        return troubles;

        NoticesDue? Waiting(NoticeChannel channel) => waiting.GetValueOrDefault(channel);
    }

    private static string Code(int code) => code == 0 ? "" : code.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

public enum TroubleKind
{
    /// <summary>A vendor's alarm; the subject is the vendor's, the code the problem.</summary>
    Sms,

    /// <summary>No alarm, and short messages wait all the same.</summary>
    SmsLate,

    /// <summary>WeChat gives no credential; the code is its errcode, empty when nobody answered.</summary>
    Credential,

    /// <summary>A call of WeChat's API rests.</summary>
    ApiPause,

    /// <summary>Bookings wait for the population registry; the subject is the round.</summary>
    Registry,

    /// <summary>A job fails again and again.</summary>
    Job,

    /// <summary>Complaints are past their time.</summary>
    Case,

    /// <summary>Pharmacies hand nothing out for a while; the subject is the first of them, the code how many.</summary>
    CounterPaused,

    /// <summary>Pharmacies say that their goods are not enough; as before.</summary>
    StockShort,

    /// <summary>Rows are not what the public log says; the subject is the round, empty where it is about everything.</summary>
    Log,
}

/// <summary>One thing that is wrong. <paramref name="Notices"/> are what waits to be sent because of it.</summary>
public sealed record Trouble(TroubleKind Kind, string Subject, string Code, DateTimeOffset? Since, NoticesDue? Notices)
{
    public DateTimeOffset? Until { get; init; }

    /// <summary>Bookings that wait for the registry; how often a job has failed; complaints that are late; bookings still to be collected at those pharmacies; rows that the log does not agree with.</summary>
    public long People { get; init; }
}
