namespace WeChatMask.Domain;

/// <summary>The books of one pharmacy in one round, in places; cancelled are those given back after the close. Invariant 10: places = left + booked + redeemed + lapsed + cancelled, at every moment.</summary>
public record Balance(int Planned, int CarriedIn, int Left, int Booked, int Redeemed, int Lapsed, int Cancelled)
{
    public int Places => Planned + CarriedIn;

    /// <summary>What goes on to the next round, once the round has closed.</summary>
    public virtual int CarriedOut => Left + Lapsed + Cancelled;

    /// <summary>The books of several pharmacies together.</summary>
    public static Balance Sum(IReadOnlyCollection<Balance> all) => new(
        all.Sum(b => b.Planned), all.Sum(b => b.CarriedIn), all.Sum(b => b.Left), all.Sum(b => b.Booked),
        all.Sum(b => b.Redeemed), all.Sum(b => b.Lapsed), all.Sum(b => b.Cancelled));
}

/// <summary>The books of a round that still takes bookings, or will: nothing has gone on to the next yet.</summary>
public sealed record OpenBalance : Balance
{
    public OpenBalance(Balance books)
        : base(books)
    {
    }

    public override int CarriedOut => 0;
}
