namespace WeChatMask.Domain;

/// <summary>The books of one pharmacy in one round, in places; cancelled are those given back after the close. Invariant 10: places = left + booked + redeemed + lapsed + cancelled, at every moment.</summary>
public record Balance(int Planned, int CarriedIn, int Left, int Booked, int Redeemed, int Lapsed, int Cancelled)
{
    /// <summary>Places that came with bookings of withdrawn pharmacies.</summary>
    public int MovedIn { get; init; }

    /// <summary>Places that went to others with their bookings.</summary>
    public int MovedOut { get; init; }

    public int Places => Planned + CarriedIn + MovedIn - MovedOut;

    /// <summary>What goes on to the next round; before the close, what would if nothing more happened, which no page shows.</summary>
    public int CarriedOut => Left + Lapsed + Cancelled;

    /// <summary>The books of several pharmacies together.</summary>
    public static Balance Sum(IReadOnlyCollection<Balance> all) => new(
        all.Sum(b => b.Planned), all.Sum(b => b.CarriedIn), all.Sum(b => b.Left), all.Sum(b => b.Booked),
        all.Sum(b => b.Redeemed), all.Sum(b => b.Lapsed), all.Sum(b => b.Cancelled))
    {
        MovedIn = all.Sum(b => b.MovedIn), MovedOut = all.Sum(b => b.MovedOut),
    };
}
