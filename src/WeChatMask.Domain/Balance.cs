namespace WeChatMask.Domain;

/// <summary>The books of one pharmacy in one round, in places; cancelled are those given back after the close. Invariant 10: places = left + booked + redeemed + lapsed + cancelled, at every moment.</summary>
public readonly record struct Balance(int Planned, int CarriedIn, int Left, int Booked, int Redeemed, int Lapsed, int Cancelled)
{
    public int Places => Planned + CarriedIn;

    public int CarriedOut => Left + Lapsed + Cancelled;
}
