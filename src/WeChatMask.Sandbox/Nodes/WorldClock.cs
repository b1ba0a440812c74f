using WeChatMask.Rounds;

namespace WeChatMask.Sandbox;

/// <summary>Keeps a joined node's clock at its world's. While that one is moved, this node's scheduler waits; the owner runs what is due.</summary>
internal sealed class WorldClock(SandboxClock clock, SchedulerPause pause, Board board) : IDisposable
{
    // Less than the owner waits for an answer.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private Task<IAsyncDisposable>? holding;

    /// <summary>Takes over what the owner says, and keeps the scheduler waiting while the owner's clock stands still.</summary>
    /// <returns>Whether nothing of the old time is running any more; if not, the owner tells the same again.</returns>
    public async Task<bool> FollowAsync(WorldTime told, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (clock.Follow(told))
            {
                board.MarkChanged();
                holding ??= pause.HoldAsync(cancellationToken);
            }

            if (holding is null) return true;
            if (clock.Time.Frozen is not null) return await Task.WhenAny(holding, Task.Delay(Step, cancellationToken)) == holding;
            await LetGoAsync();
            return true;
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

    public void Dispose() => turn.Dispose();

    private async Task LetGoAsync()
    {
        if (holding is not { } held) return;
        holding = null;
        await (await held).DisposeAsync();
    }
}
