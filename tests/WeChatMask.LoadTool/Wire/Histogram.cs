using System.Numerics;

namespace WeChatMask.LoadTool.Wire;

/// <summary>How often which duration was seen, to some three per cent, in a fixed room: 32 steps for each power of two of microseconds.</summary>
internal sealed class Histogram
{
    private const int Steps = 32;
    private const int StepBits = 5;
    private const int Powers = 40;
    private readonly long[] counts = new long[Steps * Powers];

    public long Count { get; private set; }

    /// <summary>The longest, exactly.</summary>
    public TimeSpan Longest { get; private set; }

    public void Add(TimeSpan duration)
    {
        var microseconds = Math.Max(0, (long)duration.TotalMicroseconds);
        counts[IndexOf(microseconds)]++;
        Count++;
        if (duration > Longest) Longest = duration;
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < counts.Length; i++) counts[i] += other.counts[i];
        Count += other.Count;
        if (other.Longest > Longest) Longest = other.Longest;
    }

    /// <summary>The duration that such a share of all does not exceed, in milliseconds.</summary>
    public double Milliseconds(double share)
    {
        var wanted = (long)Math.Ceiling(share * Count);
        for (var (i, seen) = (0, 0L); i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= wanted && seen > 0) return Math.Min(UpperOf(i) / 1000.0, Longest.TotalMilliseconds);
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        if (value < Steps) return (int)value;
        var power = BitOperations.Log2((ulong)value) - StepBits;
        return Math.Min(((power + 1) * Steps) + (int)((value >> power) - Steps), (Steps * Powers) - 1);
    }

    private static long UpperOf(int index)
    {
        if (index < Steps) return index;
        var power = (index / Steps) - 1;
        return ((long)(Steps + (index % Steps) + 1) << power) - 1;
    }
}
