namespace WeChatMask.Tests.Support;

/// <summary>Waits for an event. How fast the machine is decides nothing; only what never comes ends a wait.</summary>
internal static class Eventually
{
    /// <summary>When a wait gives up.</summary>
    public static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks until it holds.</summary>
    public static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    /// <summary>Looks until it holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > GiveUp) throw new TimeoutException("It did not come about.");
            await Task.Delay(Look);
        }
    }
}
