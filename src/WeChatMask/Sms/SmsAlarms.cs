using System.Collections.Concurrent;
using System.Data.Common;
using WeChatMask.Settings;

namespace WeChatMask.Sms;

/// <summary>A vendor's problem that is shown until a message goes through again.</summary>
public sealed class SmsAlarm
{
    /// <summary>The vendor, with the kind of message where only that is concerned: <c>Aliyun</c>, <c>Tencent:LoginCode</c>.</summary>
    public string Subject { get; init; } = "";

    /// <summary>What is wrong.</summary>
    public SmsProblem Problem { get; init; }

    /// <summary>The vendor's code.</summary>
    public string Code { get; init; } = "";

    /// <summary>Since when.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When it was last met, within some minutes.</summary>
    public DateTimeOffset LastAt { get; init; }
}

/// <summary>Keeps what a person must mend where every node's page shows it, and takes it away when messages go through.</summary>
public sealed class SmsAlarms(SmsAlarmStore store, CityCalendar calendar, ILogger<SmsAlarms> log)
{
    // A vendor that fails for a thousand messages is written down every few minutes, not a thousand times.
    private static readonly TimeSpan WriteAgain = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (SmsProblem Problem, DateTimeOffset At)> written = new(StringComparer.Ordinal);

    /// <summary>Takes note of one outcome. Never fails: the outcome itself must reach the outbox.</summary>
    public async Task NoteAsync(string provider, SmsKind? kind, SmsOutcome outcome, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        try
        {
            if (outcome.Result == SmsResult.Accepted)
            {
                await WriteAsync(provider, SmsProblem.None, "", cancellationToken);
                if (kind is { } sent) await WriteAsync($"{provider}:{sent}", SmsProblem.None, "", cancellationToken);
            }
            else if (SmsProblems.IsAlarm(outcome.Reason) || outcome.Reason == SmsProblem.Outage)
            {
                var subject = SmsProblems.IsOfVendor(outcome.Reason) || kind is null ? provider : $"{provider}:{kind}";
                await WriteAsync(subject, outcome.Reason, outcome.Problem ?? "", cancellationToken);
            }
        }
        catch (DbException e)
        {
            log.LogWarning("An alarm of SMS provider {Provider} could not be written: {Problem}", provider, e.GetType().Name);
        }
    }

    private async Task WriteAsync(string subject, SmsProblem problem, string code, CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        // Another node may have raised what this one can take away, so clearing is repeated too.
        if (written.TryGetValue(subject, out var last) && last.Problem == problem && (now - last.At).Duration() < WriteAgain) return;
        written[subject] = (problem, now);
        if (problem == SmsProblem.None)
        {
            if (await store.ClearAsync(subject, cancellationToken)) log.LogInformation("SMS by {Subject} goes through again", subject);
        }
        else if (await store.AddAsync(subject, problem, code, now, cancellationToken))
        {
            log.LogWarning("SMS by {Subject} is refused: {Problem}, {Code}", subject, problem, code);
        }
    }
}
