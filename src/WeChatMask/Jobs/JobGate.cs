namespace WeChatMask.Jobs;

/// <summary>Lets scheduled runs in, or keeps them out while the clock is moved. Who closes it waits for the runs that are inside.</summary>
/// <remarks>
/// The scheduler's own pause lets a run that it has already chosen start, and does not wait for one that is under way. A
/// run that sends messages while the clock jumps would see its leases expire in the middle.
/// </remarks>
public sealed class JobGate
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly Lock gate = new();
    private int inside;
    private int closed;

    /// <summary>The longest that closing waits for runs; a slow gateway must not hold the clock up for good.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(10);

    /// <summary>A scheduled run starts, unless the gate is closed.</summary>
    public bool TryEnter()
    {
        lock (gate)
        {
            if (closed > 0) return false;
            inside++;
            return true;
        }
    }

    /// <summary>A run that was let in has ended.</summary>
    public void Leave()
    {
        lock (gate) inside--;
    }

    /// <summary>Lets nobody in from now on, and waits until everybody is out.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        lock (gate) closed++;
        try
        {
            var start = TimeProvider.System.GetTimestamp();
            while (IsBusy() && TimeProvider.System.GetElapsedTime(start) < Patience) await Task.Delay(Look, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Open();
            throw;
        }
    }

    /// <summary>Takes one closing back.</summary>
    public void Open()
    {
        lock (gate) closed--;
    }

    private bool IsBusy()
    {
        lock (gate) return inside > 0;
    }
}
