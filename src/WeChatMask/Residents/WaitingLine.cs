using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>
/// The line in which people wait to log in while more of them come than this node can serve. Everybody gets the next number, numbers
/// are called in their order as fast as the node finishes what it has begun, and whoever comes when their number has been called
/// goes through at once, however late.
/// </summary>
/// <remarks>
/// Nobody who waits is kept here: their number is in a signed cookie of theirs. What is kept is the last number given, the last one
/// called, how log-ins went lately, and the last number given in each second of the last hours, by which a place of another node, or of this one before it was
/// started again, finds its place by the instant of its arrival.
/// </remarks>
public sealed class WaitingLine(IOptionsMonitor<SiteSettings> site, MachineClock machine)
{
    /// <summary>How long a place is good, from arrival on.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(2);

    // Per second, until it is known how many this node can serve; one of few means learns it within a second.
    private const double FirstRate = 1000;

    // How much faster in a second, while all that are called come and are served in time.
    private const double Growth = 0.5;

    // How long a log-in and a registration may keep the node busy together, WeChat's and the registry's part apart. With the way
    // there and back an answer then stays within a second.
    private const double BusySeconds = 0.3;
    private const int FewBusy = 16;

    // How much longer the way to WeChat and back may take than it does while nobody waits. Time that people lose before anything of
    // ours has begun, for a connection or for the processor, shows here and nowhere else.
    private const double LateSeconds = 0.5;

    // Of those who have come back lately, as many are let in at least: the rest of the load is people who only ask when it is their turn.
    private const double LeastOfDone = 0.8;

    // Who comes within this time does not need a line.
    private const double AtOnceSeconds = 0.2;
    private const int FewAtOnce = 20;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly int node = RandomNumberGenerator.GetInt32(int.MaxValue);
    private readonly (long Second, long Given)[] arrivals = new (long, long)[(int)Life.TotalSeconds];
    private long given;
    private double called;
    private double rate;
    private int through;
    private double done;
    private double way = double.NaN;
    private double usualWay;
    private double waySum;
    private int ways;
    private int busy;
    private long lookedAt = machine.Time.GetTimestamp();

    /// <summary>Whether it is too long ago that somebody came.</summary>
    internal bool IsOver(LinePlace place) => place.ArrivedAt + Life < machine.Time.GetUtcNow();

    /// <summary>Asks for the turn of whoever has a place, or gives one to who comes and has none.</summary>
    public Turn Ask(LinePlace? place)
    {
        var now = machine.Time.GetUtcNow();
        lock (gate)
        {
            if (rate == 0) called = AtOnce(rate = Bounded(FirstRate));
            Look();
            var own = place ?? Give(now);
            var number = own.Node == node ? own.Number : GivenBefore(own.ArrivedAt);
            if (number <= called) return new Turn(own, 0, TimeSpan.Zero);
            var ahead = Math.Max(1, number - (long)called);
            return new Turn(own, ahead, TimeSpan.FromSeconds(ahead / Math.Max(rate, done)));
        }
    }

    /// <summary>Says that somebody whose turn it is goes through.</summary>
    public void GoThrough()
    {
        lock (gate) through++;
    }

    /// <summary>Says that the node is at work for somebody's log-in or registration, until it is disposed.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref busy);
        return new Work(this);
    }

    /// <summary>Says that somebody is back from WeChat, who was let through this long ago.</summary>
    public void Back(TimeSpan after)
    {
        lock (gate)
        {
            ways++;
            waySum += Math.Max(0, after.TotalSeconds);
        }
    }

    private LinePlace Give(DateTimeOffset now)
    {
        var second = now.ToUnixTimeSeconds();
        arrivals[second % arrivals.Length] = (second, ++given);
        return new LinePlace(node, given, now);
    }

    // Of whole seconds, so that two who came to two nodes in the same one are not told apart.
    private long GivenBefore(DateTimeOffset arrival)
    {
        var second = arrival.ToUnixTimeSeconds();
        var before = 0L;
        foreach (var (at, last) in arrivals)
        {
            if (at < second && last > before) before = last;
        }

        return before;
    }

    private void Look()
    {
        var time = machine.Time.GetTimestamp();
        var passed = machine.Time.GetElapsedTime(lookedAt, time);
        if (passed < BetweenLooks) return;
        lookedAt = time;
        var seconds = passed.TotalSeconds;
        var pressure = Pressure(seconds);
        if (pressure > 1) rate = Math.Max(rate * Math.Max(0.5, 1 / pressure), LeastOfDone * done);
        // Not while those who are called stay away: they would all come at once later.
        else if (rate < FirstRate || (given > called && through >= 0.7 * rate * seconds)) rate *= Math.Exp(Growth * Math.Min(1, seconds));
        rate = Bounded(rate);
        called = Math.Min(called + (rate * seconds), given + AtOnce(rate));
        through = 0;
    }

    // How much of what the node can bear is on it. Little's law: as many are under way as come in the time that each of them takes.
    private double Pressure(double seconds)
    {
        done += ((ways / seconds) - done) * Math.Min(1, seconds);
        if (ways > 0)
        {
            var mean = waySum / ways;
            way = double.IsNaN(way) ? mean : way + ((mean - way) * Math.Min(1, 2 * seconds));
            // Phones and WeChat change in the course of a day.
            usualWay = usualWay == 0 ? way : Math.Min(way, usualWay * (1 + (0.01 * Math.Min(1, seconds))));
            (waySum, ways) = (0, 0);
        }

        var late = double.IsNaN(way) ? 0 : (way - usualWay) / LateSeconds;
        return Math.Max(Volatile.Read(ref busy) / Math.Max(FewBusy, rate * BusySeconds), late);
    }

    private static double AtOnce(double perSecond) => Math.Max(FewAtOnce, perSecond * AtOnceSeconds);

    private double Bounded(double perSecond)
    {
        var limits = site.CurrentValue;
        return Math.Clamp(perSecond, limits.LogInsAtLeast, limits.LogInsAtMost == 0 ? double.MaxValue : limits.LogInsAtMost);
    }

    private sealed class Work(WaitingLine line) : IDisposable
    {
        private int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0) Interlocked.Decrement(ref line.busy);
        }
    }
}

/// <summary>Whether it is somebody's turn, and if not, how many are before them and about how long it will take.</summary>
public readonly record struct Turn(LinePlace Place, long Ahead, TimeSpan Wait)
{
    private const double NearSeconds = 8;
    private const double LongestPause = 60;

    // A pace that has grown meanwhile serves those who come at six tenths of the time without standing idle.
    private const double PartOfWait = 0.6;

    public bool IsNow => Ahead == 0;

    /// <summary>In how many seconds to ask again: whoever is near when it is their turn as far as one knows, everybody else earlier, when the pace is known better. Each asking takes a little from the node; nobody coming who could be served takes more.</summary>
    public int AskAgainIn => (int)Math.Ceiling(Wait.TotalSeconds <= NearSeconds ? Math.Max(1, Wait.TotalSeconds) : Math.Clamp(Wait.TotalSeconds * PartOfWait, NearSeconds, LongestPause));
}
