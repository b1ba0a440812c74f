using WeChatMask.Jobs;

namespace WeChatMask.Sandbox;

/// <summary>Keeps scheduled runs out while the clock is moved. Who holds the pause runs what is due by <see cref="DueWork"/>.</summary>
/// <remarks>A run that sends messages while the clock jumps would see its leases expire in the middle; so the runs inside are waited for.</remarks>
public sealed class SchedulerPause : JobBarrier
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly Lock gate = new();
    private int held;

    /// <summary>The longest that holding waits for runs; a slow gateway must not hold the clock up for good.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);

    public override bool TryEnter(string name)
    {
        lock (gate) return held == 0 && base.TryEnter(name);
    }

    /// <summary>Lets nothing start until the returned handle is disposed, and waits for the runs under way.</summary>
    public async Task<IAsyncDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        lock (gate) held++;
        try
        {
            var start = TimeProvider.System.GetTimestamp();
            while (IsBusy && TimeProvider.System.GetElapsedTime(start) < Patience) await Task.Delay(Look, cancellationToken);
            return new Held(this);
        }
        catch (OperationCanceledException)
        {
            Release();
            throw;
        }
    }

    private void Release()
    {
        lock (gate) held--;
    }

    private sealed class Held(SchedulerPause pause) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            pause.Release();
            return ValueTask.CompletedTask;
        }
    }
}
