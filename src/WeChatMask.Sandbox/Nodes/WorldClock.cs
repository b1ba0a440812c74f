using WeChatMask.Jobs;
using WeChatMask.Rounds;

namespace WeChatMask.Sandbox;

/// <summary>Keeps a joined node's clock at its world's. While that one is moved, this node's scheduler waits; the owner runs what is due.</summary>
internal sealed class WorldClock(SandboxClock clock, SchedulerPause pause, Board board) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private IAsyncDisposable? held;

    /// <summary>Takes over what the owner says. When this returns, the node has that time and nothing of the old one is running.</summary>
    public async Task FollowAsync(ClockReading told, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (!clock.Follow(told)) return;
            board.MarkChanged();
            // After a jump the scheduler's next times are wrong, forward as back; letting it go lays them anew.
            held ??= await pause.HoldAsync(cancellationToken);
            if (told.Frozen is null) await LetGoAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The owner does not answer: a clock that it stopped must not stand still for good.</summary>
    public async Task RunOnAloneAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            clock.RunOnAlone();
            await LetGoAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => turn.Dispose();

    private async Task LetGoAsync()
    {
        if (held is not { } holding) return;
        held = null;
        await holding.DisposeAsync();
    }
}
