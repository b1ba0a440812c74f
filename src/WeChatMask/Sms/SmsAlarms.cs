using System.Collections.Concurrent;
using System.Data.Common;
using WeChatMask.Settings;

namespace WeChatMask.Sms;

/// <summary>A vendor's problem that is shown until a message goes through again.</summary>
public sealed class SmsAlarm
{
    /// <summary>The vendor, with the kind of message where only that is concerned: <c>Aliyun</c>, <c>Tencent:LoginCode</c>.</summary>
    public string Subject { get; init; } = "";
    public SmsProblem Problem { get; init; }
    public string Code { get; init; } = "";
    public DateTimeOffset Since { get; init; }

    /// <summary>When it was last met, within some minutes.</summary>
    public DateTimeOffset LastAt { get; init; }
}

/// <summary>Keeps what a person must mend where every node's page shows it, and takes it away when messages go through.</summary>
public sealed partial class SmsAlarms(SmsAlarmStore store, CityCalendar calendar, ILogger<SmsAlarms> log)
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
            Log.NotWritten(log, provider, e.GetType().Name);
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
            if (await store.ClearAsync(subject, cancellationToken)) Log.GoesThrough(log, subject);
        }
        else if (await store.AddAsync(subject, problem, code, now, cancellationToken))
        {
            Log.Refused(log, subject, problem, code);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "An alarm of SMS provider {Provider} could not be written: {Problem}")]
        public static partial void NotWritten(ILogger log, string provider, string problem);

        [LoggerMessage(Level = LogLevel.Information, Message = "SMS by {Subject} goes through again")]
        public static partial void GoesThrough(ILogger log, string subject);

        [LoggerMessage(Level = LogLevel.Warning, Message = "SMS by {Subject} is refused: {Problem}, {Code}")]
        public static partial void Refused(ILogger log, string subject, SmsProblem problem, string code);
    }
}
