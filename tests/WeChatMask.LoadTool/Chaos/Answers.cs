using System.Collections.Concurrent;
using System.Diagnostics;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>A booking that somebody was told they have.</summary>
internal sealed record Told(Guest Guest, string RequestId, string Pharmacy, string Number, int Serial);

/// <summary>Everything the city answered while something broke.</summary>
internal sealed class Answers
{
    private readonly ConcurrentDictionary<string, int> others = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Entrance, long> lastAccepted = new();
    private readonly ConcurrentQueue<long> accepted = new();
    private int busy;
    private int unheard;

    /// <summary>The promises.</summary>
    public ConcurrentBag<Told> Bookings { get; } = [];

    /// <summary>The longest that nobody was told of a booking, between the first and the last of them.</summary>
    public TimeSpan LongestGap
    {
        get
        {
            var times = accepted.Order().ToList();
            return times.Zip(times.Skip(1), Stopwatch.GetElapsedTime).DefaultIfEmpty().Max();
        }
    }

    /// <summary>503 with a code that says to come again.</summary>
    public int Busy => busy;

    /// <summary>No answer at all: a connection refused or cut, or patience at its end.</summary>
    public int Unheard => unheard;

    /// <summary>What should not have been answered, by what it was.</summary>
    public IReadOnlyDictionary<string, int> Others => others;

    /// <summary>Notes an accepted booking, and that the way it came by works for requests sent at <paramref name="asked"/>.</summary>
    public void Accept(Entrance entrance, long asked, Told told)
    {
        accepted.Enqueue(Stopwatch.GetTimestamp());
        Bookings.Add(told);
        lastAccepted.AddOrUpdate(entrance, asked, (_, before) => Math.Max(before, asked));
    }

    /// <summary>Notes an answer that is none of the good ones. True when it is a clear "later".</summary>
    public bool Refuse(string what, PhoneReply reply)
    {
        if (reply is { Status: 503, Code: "busy" or "unavailable" })
        {
            Interlocked.Increment(ref busy);
            return true;
        }

        others.AddOrUpdate($"{what} {reply.Status} {reply.Code}".TrimEnd(), 1, (_, n) => n + 1);
        return false;
    }

    /// <summary>Notes a page that a browser was answered with.</summary>
    public void Show(string path, int status)
    {
        if (status == 503) Interlocked.Increment(ref busy);
        else if (status is not (200 or 304)) others.AddOrUpdate($"page {path} {status}", 1, (_, n) => n + 1);
    }

    /// <summary>Notes a question that was not answered.</summary>
    public void Miss() => Interlocked.Increment(ref unheard);

    /// <summary>Waits until each of these has taken a booking that was asked for after an instant. Gives the seconds since then, or none.</summary>
    public async Task<double?> RecoveredAsync(IReadOnlyCollection<Entrance> entrances, long since, TimeSpan atMost)
    {
        while (Stopwatch.GetElapsedTime(since) < atMost)
        {
            if (entrances.All(n => lastAccepted.TryGetValue(n, out var at) && at >= since)) return Stopwatch.GetElapsedTime(since).TotalSeconds;
            await Task.Delay(50);
        }

        return null;
    }
}
