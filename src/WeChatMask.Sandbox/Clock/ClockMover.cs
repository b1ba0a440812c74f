using WeChatMask.Rounds;

namespace WeChatMask.Sandbox;

/// <summary>Moves the clock as if the time had passed: forward it stops at each due moment and runs what is due then.</summary>
public sealed partial class ClockMover(
    SandboxClock clock, JoinedNodes nodes, DueWork work, SchedulerPause pause, Board board, IHostApplicationLifetime lifetime,
    ILogger<ClockMover> log) : IDisposable
{
    // A year of the busiest city has about five thousand; more means that something makes work for itself.
    private const int MostMoments = 50_000;

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Moves to an instant, one caller after the other. Backward, and to the same time, it only sets.</summary>
    /// <param name="target">Computes the instant from the clock's, once it is this caller's turn.</param>
    /// <returns>The instant the clock stood at when it was done, or none when there was no target.</returns>
    public async Task<DateTimeOffset?> MoveAsync(Func<DateTimeOffset, DateTimeOffset?> target)
    {
        // A caller that hangs up must not leave the city between two moments; only the end of the program does.
        var stopping = lifetime.ApplicationStopping;
        await turn.WaitAsync(stopping);
        try
        {
            var from = clock.GetUtcNow();
            if (target(from) is not { } to) return null;
            await MoveAsync(from, to, stopping);
            return to;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task MoveAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        try
        {
            // It stands still first: what a scheduled run has begun, here or on a joined node, ends in the time that it began in.
            clock.Freeze(from);
            await using var held = await pause.HoldAsync(cancellationToken);
            await nodes.TellAsync(clock.Time, cancellationToken);
            if (to > from) await ForwardAsync(from, to, cancellationToken);
            else clock.Set(to);
            clock.Release();
            await nodes.TellAsync(clock.Time, cancellationToken);
            board.MarkChanged();
        }
        finally
        {
            clock.Release();
        }
    }

    private async Task ForwardAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var at = from;
        for (var moments = 0; at < to; moments++)
        {
            var next = await work.NextMomentAsync(at, cancellationToken);
            if (next.At <= at || moments >= MostMoments) Log.TooMany(log, moments, next.At, to);
            if (next.At <= at || moments >= MostMoments || next.At >= to) next = new DueMoment(to, false);
            at = next.At;
            clock.Freeze(at);
            await nodes.TellAsync(clock.Time, cancellationToken);
            await work.RunAsync(next, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "After {Moments} moments the next one was {Next}; the clock goes to {Target} at once")]
        public static partial void TooMany(ILogger log, int moments, DateTimeOffset next, DateTimeOffset target);
    }
}
