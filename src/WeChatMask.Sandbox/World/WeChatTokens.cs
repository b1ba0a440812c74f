using System.Security.Cryptography;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in's access tokens and tickets, by WeChat's rules for both kinds of token.</summary>
/// <remarks>
/// A stable token asked for again is the same, with what is left of its life, until five minutes before its end; a forced one
/// kills it, at most twenty times a day and half a minute apart. The ordinary kind is new at each call, and the former one
/// lapses five minutes later. They are forgotten when the sandbox stops, as if somebody had forced a new one meanwhile.
/// </remarks>
public sealed class WeChatTokens(SandboxClock clock, CityCalendar calendar)
{
    /// <summary>Seconds that a fresh token or ticket lives.</summary>
    public const int LifeSeconds = 7200;

    private const int Letters = 64;
    private const int ForcedADay = 20;
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BetweenForced = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> ends = new(StringComparer.Ordinal);
    private string stable = "";
    private string ordinary = "";
    private DateTimeOffset forcedAt = DateTimeOffset.MinValue;
    private DateOnly forcedOn;
    private int forced;

    /// <summary>The stable token, or WeChat's errcode.</summary>
    public (int Error, string Token, int Seconds) Stable(bool force)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (force)
            {
                var today = calendar.Today;
                if (forcedOn != today) (forcedOn, forced) = (today, 0);
                if (forced >= ForcedADay) return (WeChatAnswer.QuotaUsed, "", 0);
                if ((now - forcedAt).Duration() < BetweenForced) return (WeChatAnswer.TooOften, "", 0);
                forced++;
                forcedAt = now;
                ends.Remove(stable);
                stable = "";
            }

            if (!ends.TryGetValue(stable, out var end) || now >= end - Overlap || end - now > TimeSpan.FromSeconds(LifeSeconds)) stable = New(now);
            return (0, stable, (int)(ends[stable] - now).TotalSeconds);
        }
    }

    /// <summary>A token of the ordinary kind.</summary>
    public (string Token, int Seconds) Ordinary()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (ends.TryGetValue(ordinary, out var end) && end > now + Overlap) ends[ordinary] = now + Overlap;
            ordinary = New(now);
            return (ordinary, LifeSeconds);
        }
    }

    /// <summary>WeChat's errcode for a token, 0 when it is good.</summary>
    public int Check(string token)
    {
        lock (gate)
        {
            if (token.Length == 0) return 41001;
            if (!token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return 40014;
            if (!ends.TryGetValue(token, out var end)) return 40001;
            return clock.GetUtcNow() < end ? 0 : 42001;
        }
    }

    /// <summary>Forgets every token, as when another program of the account forces a new one.</summary>
    public void Kill()
    {
        lock (gate)
        {
            ends.Clear();
            stable = ordinary = "";
        }
    }

    /// <summary>Letters that nobody can guess.</summary>
    public static string Random() => RandomNumberGenerator.GetHexString(Letters, lowercase: true);

    private string New(DateTimeOffset now)
    {
        foreach (var old in ends.Where(e => e.Value < now.AddSeconds(-LifeSeconds)).Select(e => e.Key).ToList()) ends.Remove(old);
        var token = Random();
        ends[token] = now.AddSeconds(LifeSeconds);
        return token;
    }
}
