namespace WeChatMask.Notices;

/// <summary>How people come to a pharmacy on a pickup day: at most so many in so many minutes, between its first slot and its last.</summary>
/// <param name="From">The first slot's begin.</param>
/// <param name="To">The last slot's end.</param>
/// <param name="Minutes">The length of a slot.</param>
/// <param name="Most">The most people of any one.</param>
internal sealed record PickupPace(DateTimeOffset From, DateTimeOffset To, int Minutes, int Most)
{
    /// <summary>Null where no slots are one after the other, of one length but for the last: some come at any time, or by hours of another version.</summary>
    public static PickupPace? Of(IEnumerable<SlotCount> counts)
    {
        var slots = counts.GroupBy(c => (c.SlotStartsAt, c.SlotEndsAt)).OrderBy(g => g.Key.SlotStartsAt).ToList();
        if (slots.Count == 0 || slots.Exists(g => g.Key.SlotStartsAt is null || g.Key.SlotEndsAt is null)) return null;
        var hours = slots.ConvertAll(g => (From: g.Key.SlotStartsAt!.Value, To: g.Key.SlotEndsAt!.Value));
        var length = hours[0].To - hours[0].From;
        for (var i = 0; i < hours.Count; i++)
        {
            var isLast = i == hours.Count - 1;
            var own = hours[i].To - hours[i].From;
            // A slot with nobody in it is not there; the others lie on its raster all the same.
            if ((hours[i].From - hours[0].From).Ticks % length.Ticks != 0 || own > length || (own != length && !isLast)) return null;
        }

        return new PickupPace(hours[0].From, hours[^1].To, (int)length.TotalMinutes, slots.Max(g => g.Sum(c => c.Bookings)));
    }
}
