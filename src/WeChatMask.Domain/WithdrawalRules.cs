namespace WeChatMask.Domain;

/// <summary>An open booking of a pharmacy that is withdrawn. Those of one group are collected by the same people.</summary>
public readonly record struct LeavingBooking(long Id, long Group);

/// <summary>A pharmacy that may take such bookings, and how many more.</summary>
public readonly record struct TakingPharmacy(long Id, int Room);

/// <summary>Where the open bookings of a withdrawn pharmacy go.</summary>
public static class WithdrawalRules
{
    /// <summary>What a pharmacy may take beside its own: half of its plan, so that no queue is more than half as long again.</summary>
    public static int RoomOf(int planned, int movedIn) => Math.Max(0, (planned / 2) - movedIn);

    /// <summary>
    /// The pharmacy of each booking, or null where the others have too little room. Pharmacies come in the order in which they are
    /// asked; a group stays together as long as one of them has room for all of it.
    /// </summary>
    public static IReadOnlyDictionary<long, long>? Assign(IReadOnlyList<LeavingBooking> leaving, IReadOnlyList<TakingPharmacy> taking)
    {
        var room = taking.Select(t => t.Room).ToArray();
        var places = new Dictionary<long, long>(leaving.Count);
        foreach (var group in leaving.GroupBy(b => b.Group))
        {
            var members = group.ToList();
            var whole = Array.FindIndex(room, r => r >= members.Count);
            foreach (var booking in members)
            {
                var at = whole >= 0 ? whole : Array.FindIndex(room, r => r > 0);
                if (at < 0) return null;
                room[at]--;
                places[booking.Id] = taking[at].Id;
            }
        }

        return places;
    }
}
