using System.Diagnostics.Metrics;
using WeChatMask.Data;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Telemetry;

namespace WeChatMask.Notices;

/// <summary>How long the oldest notice of each channel has waited. The sender looks while somebody listens, and not at each of its runs.</summary>
public sealed class OutboxAgeQueries
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(10);

    // What was tried in vain comes back within this time, unless a limit puts it off for hours.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    private readonly Database database;
    private readonly CityCalendar calendar;
    private readonly ObservableGauge<double> gauge;
    private volatile Seen? last;

    /// <summary>Shows what the last look saw.</summary>
    public OutboxAgeQueries(Database database, CityCalendar calendar, Instruments instruments)
    {
        this.database = database;
        this.calendar = calendar;
        gauge = instruments.ShowOutboxAge(() => last is { } seen ? [("sms", Age(seen.Sms)), ("wechat", Age(seen.WeChat))] : []);
    }

    /// <summary>Looks, unless it did a moment ago or nobody listens.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        if (!gauge.Enabled || (last is { } seen && (now - seen.At).Duration() < Pace)) return;
        // A notice counts from when it was to go out. A later try moves that instant, so then from when it was written;
        // but a reminder is written the day before, and one beyond the day's cap waits for the next day.
        var oldest = (await database.QueryAsync<Oldest>(
            """
            SELECT channel, MIN(CASE WHEN attempts = 0 OR kind = @reminder OR problem = @cap THEN due_at ELSE created_at END) AS since
              FROM outbox
             WHERE status = @waiting AND due_at <= @soon AND (due_at <= @now OR attempts > 0)
             GROUP BY channel
            """,
            new { reminder = NoticeKind.Reminder, cap = nameof(SmsSettings.DailyCap), waiting = NoticeStatus.Waiting, soon = now + LongestPause, now },
            cancellationToken)).ToDictionary(o => o.Channel, o => o.Since);
        last = new Seen(now, Since(NoticeChannel.Sms), Since(NoticeChannel.WeChat));

        DateTimeOffset? Since(NoticeChannel channel) => oldest.TryGetValue(channel, out var since) ? since : null;
    }

    private TimeSpan Age(DateTimeOffset? since) => since < calendar.Now ? calendar.Now - since.Value : TimeSpan.Zero;

    private sealed record Seen(DateTimeOffset At, DateTimeOffset? Sms, DateTimeOffset? WeChat);

    private sealed class Oldest
    {
        public NoticeChannel Channel { get; init; }

        public DateTimeOffset Since { get; init; }
    }
}
