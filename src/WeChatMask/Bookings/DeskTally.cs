using WeChatMask.Domain;

namespace WeChatMask.Bookings;

/// <summary>What this node's desk has answered since it was last looked at: an addition for each way in which attempts end, and nothing else on the booking's path.</summary>
public sealed class DeskTally
{
    // By refusal; a place booked is Refusal.None.
    private readonly int[] counts = new int[Enum.GetValues<Refusal>().Length];
    private Func<int> waiting = () => 0;

    /// <summary>Attempts that wait at the desk.</summary>
    public int Waiting => waiting();

    internal void Show(Func<int> queue) => waiting = queue;

    internal void Count(Refusal refusal, int count) => Interlocked.Add(ref counts[(int)refusal], count);

    /// <summary>Takes what was counted, so that it is counted once.</summary>
    internal IReadOnlyDictionary<Refusal, int> Take()
    {
        var taken = new Dictionary<Refusal, int>();
        for (var i = 0; i < counts.Length; i++)
        {
            if (Interlocked.Exchange(ref counts[i], 0) is > 0 and var count) taken[(Refusal)i] = count;
        }

        return taken;
    }
}
