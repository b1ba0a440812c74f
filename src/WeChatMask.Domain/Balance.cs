namespace WeChatMask.Domain;

/// <summary>The books of one pharmacy in one round, in places. Invariant 10: places = left + booked + redeemed + lapsed + cancelled, at every moment.</summary>
/// <param name="Planned">Places the plan gave.</param>
/// <param name="CarriedIn">Places that came from an earlier round.</param>
/// <param name="Left">Places nobody took.</param>
/// <param name="Booked">Open bookings.</param>
/// <param name="Redeemed">Collected.</param>
/// <param name="Lapsed">Not collected in time.</param>
/// <param name="Cancelled">Given back after the close (earlier ones freed their place at once).</param>
public readonly record struct Balance(int Planned, int CarriedIn, int Left, int Booked, int Redeemed, int Lapsed, int Cancelled)
{
    /// <summary>All places of the round.</summary>
    public int Places => Planned + CarriedIn;

    /// <summary>Places that go, or will go, to the pharmacy's next round.</summary>
    public int CarriedOut => Left + Lapsed + Cancelled;
}
