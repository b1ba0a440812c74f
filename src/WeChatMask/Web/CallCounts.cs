namespace WeChatMask.Web;

/// <summary>How often each caller has asked within a sliding window, in fifths of it. A hundred bytes a caller who asked lately, and no timer: a city's residents all come within minutes.</summary>
internal sealed class CallCounts(int permits, TimeSpan window, TimeProvider time, int mostCallers = CallCounts.MostCallers)
{
    private const int Parts = 5;
    private const int Shards = 16;

    // Beyond that the earlier ones of a shard begin anew, rather than memory has no end.
    private const int MostCallers = 400_000;

    private readonly Shard[] shards = [.. Enumerable.Range(0, Shards).Select(_ => new Shard(permits, mostCallers / Shards))];

    /// <summary>Counts a call; false, and it is not counted, where the caller has asked as often as may be.</summary>
    public bool Take(string caller)
    {
        var part = (long)(time.GetElapsedTime(0) / window * Parts);
        return shards[(uint)caller.GetHashCode(StringComparison.Ordinal) % Shards].Take(caller, part);
    }

    /// <summary>How many callers are known.</summary>
    internal int Callers => shards.Sum(s => s.Count);

    private sealed class Shard(int permits, int most)
    {
        private readonly Lock gate = new();

        // Those of this window, and those who were last seen in the one before: who asks again moves over, the others are let go.
        private Dictionary<string, Calls> present = new(StringComparer.Ordinal);
        private Dictionary<string, Calls> before = new(StringComparer.Ordinal);
        private long turned;

        public int Count
        {
            get
            {
                lock (gate) return present.Count + before.Count;
            }
        }

        public bool Take(string caller, long part)
        {
            lock (gate)
            {
                if (part - turned >= Parts || present.Count >= most / 2)
                {
                    (before, present) = (present, new(StringComparer.Ordinal));
                    turned = part;
                }

                if (!present.TryGetValue(caller, out var calls))
                {
                    calls = before.Remove(caller, out var known) ? known : new Calls();
                    present.Add(caller, calls);
                }

                return calls.Take(part, permits);
            }
        }
    }

    private sealed class Calls
    {
        private readonly ushort[] counts = new ushort[Parts];
        private long newest;

        public bool Take(long part, int permits)
        {
            for (var i = Math.Max(newest + 1, part - Parts + 1); i <= part; i++) counts[i % Parts] = 0;
            newest = Math.Max(newest, part);
            var sum = 0;
            foreach (var count in counts) sum += count;
            if (sum >= permits) return false;
            counts[part % Parts]++;
            return true;
        }
    }
}
