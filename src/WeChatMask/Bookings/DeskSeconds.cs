using System.Data.Common;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Bookings;

/// <summary>Writes once a second what this node's desk answered, where it answered anything, and forgets what is older than two hours.</summary>
public sealed partial class DeskSeconds(DeskTally tally, DeskSecondStore store, CityCalendar calendar, ILogger<DeskSeconds> log) : BackgroundService
{
    /// <summary>How long a second is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(2);

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetPace = TimeSpan.FromMinutes(1);

    private Dictionary<Refusal, int> answers = [];
    private DateTimeOffset second;
    private bool isUnwritten;
    private DateTimeOffset forgotten;

    /// <summary>This process: two on one machine are two nodes, and one that was started anew is another.</summary>
    public string Node { get; } = Guid.NewGuid().ToString("N");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // A pause and no timer: who was held up does not write twice in a second.
            await Task.Delay(Pace, stoppingToken);
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception e) when (e is DbException or InvalidOperationException && !stoppingToken.IsCancellationRequested)
            {
                LogUnwritten(e);
            }
        }
    }

    /// <summary>What could not be written is kept, and goes with the second in which the database answers again.</summary>
    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var present = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var queue = tally.Waiting;
        var taken = tally.Take();
        if (taken.Count > 0 || isUnwritten || (queue > 0 && present != second))
        {
            if (present != second && !isUnwritten) answers = [];
            second = present;
            foreach (var (refusal, count) in taken) answers[refusal] = answers.GetValueOrDefault(refusal) + count;
            isUnwritten = true;
            await store.PutAsync(second, Node, answers, queue, cancellationToken);
            isUnwritten = false;
        }

        if (second == default || (now - forgotten).Duration() < ForgetPace) return;
        await store.ForgetAsync(now - Kept, cancellationToken);
        forgotten = now;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the desk answered could not be written for the live page; the next second tries again.")]
    private partial void LogUnwritten(Exception failure);
}
