using System.Collections.Concurrent;

namespace WeChatMask.Sandbox;

/// <summary>A neighbour of the app that can be made to fail.</summary>
public enum Neighbour
{
    /// <summary>Everything that takes short messages: the gateway and both vendors.</summary>
    Sms,

    /// <summary>WeChat's server API.</summary>
    WeChat,

    /// <summary>The population registry.</summary>
    Registry,

    /// <summary>Alibaba Cloud's short messages alone.</summary>
    Aliyun,

    /// <summary>Tencent Cloud's short messages alone.</summary>
    Tencent,
}

/// <summary>How a neighbour behaves.</summary>
public enum FaultMode
{
    /// <summary>As it should.</summary>
    Ok,

    /// <summary>Every call is 503 at once.</summary>
    Down,

    /// <summary>Every call is answered well, after <see cref="Faults.SlowDelay"/> or a time that was named.</summary>
    Slow,

    /// <summary>Four of five calls are told that they are too many.</summary>
    Throttle,

    /// <summary>An SMS vendor whose account is used up.</summary>
    Balance,

    /// <summary>An SMS vendor that takes the message and breaks off before it answers.</summary>
    Silent,
}

/// <summary>Which neighbours fail now, and how.</summary>
public sealed class Faults
{
    private const int ThrottledRound = 5;

    private readonly ConcurrentDictionary<Neighbour, FaultMode> modes = new();
    private readonly ConcurrentDictionary<Neighbour, TimeSpan> delays = new();
    private int throttled;

    /// <summary>What a slow neighbour takes unless told otherwise: longer than any caller should wait.</summary>
    public static TimeSpan SlowDelay { get; } = TimeSpan.FromSeconds(8);

    /// <summary>Every neighbour's mode.</summary>
    public IReadOnlyDictionary<Neighbour, FaultMode> All => Enum.GetValues<Neighbour>().ToDictionary(n => n, Of);

    /// <summary>Whether a neighbour can fail so: only vendors of short messages have accounts that run dry.</summary>
    public static bool Fits(Neighbour neighbour, FaultMode mode) =>
        mode is not (FaultMode.Balance or FaultMode.Silent) || neighbour is Neighbour.Aliyun or Neighbour.Tencent;

    /// <summary>Makes a neighbour behave so from now on.</summary>
    /// <param name="neighbour">Which.</param>
    /// <param name="mode">How.</param>
    /// <param name="delay">What a slow one takes; none for <see cref="SlowDelay"/>.</param>
    public void Set(Neighbour neighbour, FaultMode mode, TimeSpan? delay = null)
    {
        delays[neighbour] = delay ?? SlowDelay;
        modes[neighbour] = mode;
    }

    /// <summary>A neighbour's mode.</summary>
    public FaultMode Of(Neighbour neighbour) => modes.GetValueOrDefault(neighbour);

    /// <summary>Lets a call through, late if need be, or says how it fails.</summary>
    public async Task<FaultMode> MeetAsync(Neighbour neighbour, CancellationToken cancellationToken)
    {
        switch (Of(neighbour))
        {
            case FaultMode.Down:
                return FaultMode.Down;
            case FaultMode.Throttle:
                return Interlocked.Increment(ref throttled) % ThrottledRound == 0 ? FaultMode.Ok : FaultMode.Throttle;
            case FaultMode.Slow:
                await Task.Delay(delays.GetValueOrDefault(neighbour, SlowDelay), cancellationToken);
                return FaultMode.Ok;
            case var mode:
                return mode;
        }
    }
}
