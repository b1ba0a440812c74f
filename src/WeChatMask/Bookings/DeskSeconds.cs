using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Bookings;

/// <summary>Writes at most once a second what this node's desk answered, and forgets what is older than two hours.</summary>
/// <remarks>Where nothing was answered it says now and then that it is there, while a round is near. Nothing is written otherwise.</remarks>
public sealed partial class DeskSeconds(DeskTally tally, DeskSecondStore store, Board board, CityCalendar calendar, ILogger<DeskSeconds> log) : BackgroundService
{
    /// <summary>How long a second is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(2);

    /// <summary>A node that has said nothing for so long while a round is near is not there.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdlePace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgetPace = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Near = TimeSpan.FromMinutes(10);

    private Dictionary<Refusal, int> answers = [];
    private DateTimeOffset second;
    private bool isUnwritten;
    private DateTimeOffset forgotten;

    /// <summary>This process: two on one machine are two nodes, and one that was started anew is another.</summary>
    public string Node { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName[..Math.Min(Environment.MachineName.Length, 40)]}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // A pause and no timer: who was held up does not write twice in a second.
            await Task.Delay(Pace, stoppingToken);
            await TryAsync(WriteAsync, stoppingToken);
        }
    }

    /// <summary>The desk is closed by now; what it answered last is written too.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // A start that failed has answered nothing, and its database may not be there.
        await TryAsync(PutAsync, cancellationToken);
    }

    private async Task TryAsync(Func<CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await write(cancellationToken);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            LogUnwritten(e);
        }
    }

    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        await PutAsync(cancellationToken);
        // Once after the start, and as long as something of one's own is left.
        var now = calendar.Now;
        if ((now - forgotten).Duration() < ForgetPace || (forgotten != default && second < forgotten - Kept)) return;
        await store.ForgetAsync(now - Kept, now + ForgetPace, cancellationToken);
        forgotten = now;
    }

    /// <remarks>What could not be written stays with its second, whose row is written whole: tried again it counts once, also where the first try was done after all.</remarks>
    private async Task PutAsync(CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var present = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var taken = tally.Take();
        if (taken.Count == 0 && !isUnwritten && ((present - second).Duration() < IdlePace || !IsNear(now))) return;
        if (!isUnwritten && present != second) (second, answers) = (present, []);
        foreach (var (refusal, count) in taken) answers[refusal] = answers.GetValueOrDefault(refusal) + count;
        isUnwritten = true;
        await store.PutAsync(second, Node, answers, tally.Waiting, cancellationToken);
        isUnwritten = false;
    }

    // By the newest board, however old: nothing is asked for this.
    private bool IsNear(DateTimeOffset now) =>
        board.Newest?.Round is { IsClosed: false } round && now >= round.Times.OpensAt - Near && now < round.Times.ClosesAt;

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the desk answered could not be written for the live page; the next second tries again.")]
    private partial void LogUnwritten(Exception failure);
}
