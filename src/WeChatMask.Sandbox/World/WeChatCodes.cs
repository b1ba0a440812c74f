using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace WeChatMask.Sandbox;

/// <summary>What became of a log-in code.</summary>
public enum CodeState
{
    /// <summary>Good, and spent by this look.</summary>
    Good,

    /// <summary>Never given out, or older than its life.</summary>
    Unknown,

    /// <summary>Spent before.</summary>
    Used,
}

/// <summary>The log-in codes that the stand-in has given out: each works once, within five minutes by the sandbox's clock.</summary>
public sealed class WeChatCodes(SandboxClock clock)
{
    private const int Letters = 32;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, Issued> issued = new(StringComparer.Ordinal);
    private readonly Queue<(string Code, DateTimeOffset At)> order = new();

    /// <summary>A new code for a phone.</summary>
    public string Issue(string openId)
    {
        var now = clock.GetUtcNow();
        // The oldest only: a whole city may come within a minute, and each of them would look at all others.
        // Both ways, since the clock can be set back.
        lock (order)
        {
            while (order.TryPeek(out var oldest) && (now - oldest.At).Duration() > 2 * Life) issued.TryRemove(order.Dequeue().Code, out _);
            var code = RandomNumberGenerator.GetHexString(Letters, lowercase: true);
            issued[code] = new Issued(openId, now);
            order.Enqueue((code, now));
            return code;
        }
    }

    /// <summary>Spends a code.</summary>
    public CodeState Spend(string code, out string openId)
    {
        openId = "";
        if (!issued.TryGetValue(code, out var given) || clock.GetUtcNow() - given.At > Life) return CodeState.Unknown;
        if (!given.Take()) return CodeState.Used;
        openId = given.OpenId;
        return CodeState.Good;
    }

    private sealed class Issued(string openId, DateTimeOffset at)
    {
        private int taken;

        public string OpenId { get; } = openId;

        public DateTimeOffset At { get; } = at;

        public bool Take() => Interlocked.Exchange(ref taken, 1) == 0;
    }
}
