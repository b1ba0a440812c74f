namespace WeChatMask.Domain;

/// <summary>A part of the pickup hours; advice, not a condition.</summary>
public readonly record struct PickupSlot(DateTimeOffset StartsAt, DateTimeOffset EndsAt)
{
    public bool Contains(DateTimeOffset instant) => StartsAt <= instant && instant < EndsAt;
}

/// <summary>Spreads the live bookings of one pharmacy over the slots of the pickup day.</summary>
/// <remarks>The same input gives the same slots, so a job that runs twice moves nobody.</remarks>
public static class PickupSlots
{
    /// <summary>The slots of a round; empty when people may come at any time.</summary>
    public static IReadOnlyList<PickupSlot> Of(RoundTimes times, int slotMinutes)
    {
        if (slotMinutes <= 0) return [];
        var slots = new List<PickupSlot>();
        for (var start = times.PickupOpensAt; start < times.PickupClosesAt; start = start.AddMinutes(slotMinutes))
        {
            var end = start.AddMinutes(slotMinutes);
            slots.Add(new PickupSlot(start, end < times.PickupClosesAt ? end : times.PickupClosesAt));
        }

        return slots;
    }

    /// <summary>Index of the slot for the <paramref name="position"/>-th (from 0) of <paramref name="count"/> live bookings in serial order.</summary>
    /// <remarks>Slots differ by at most one booking, the earlier ones hold the remainder: 160 over 18 is 16 × 9 and 2 × 8.</remarks>
    public static int IndexFor(int position, int count, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        var (each, rest) = Math.DivRem(count, slots);
        var inFuller = rest * (each + 1);
        return position < inFuller ? position / (each + 1) : rest + ((position - inFuller) / each);
    }
}
