using System.Security.Cryptography;

namespace WeChatMask.Data;

/// <summary>Makes row ids: 64-bit, ordered by time, unique over nodes, so that rows of one time lie together in an index.</summary>
/// <remarks>
/// 42 bits of milliseconds since 2020 by the machine's own clock (a sandbox clock that is set back must not repeat an
/// id), 10 random bits per process, 11 bits of sequence. When a millisecond is used up, the next is borrowed.
/// </remarks>
public static class Ids
{
    private const int NodeBits = 10;
    private const int SequenceBits = 11;
    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly long Node = (long)RandomNumberGenerator.GetInt32(1 << NodeBits) << SequenceBits;
    private static long last;

    public static long Next()
    {
        while (true)
        {
            var previous = Interlocked.Read(ref last);
            var ticks = (long)(TimeProvider.System.GetUtcNow() - Epoch).TotalMilliseconds << SequenceBits;
            var next = Math.Max(previous + 1, ticks);
            if (Interlocked.CompareExchange(ref last, next, previous) == previous) return Compose(next);
        }
    }

    private static long Compose(long counter)
    {
        var sequence = counter & ((1L << SequenceBits) - 1);
        return ((counter >> SequenceBits) << (SequenceBits + NodeBits)) | Node | sequence;
    }
}
