namespace WeChatMask.Domain;

/// <summary>The books of one pharmacy in one round, in places. They balance to the unit at every moment.</summary>
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

    /// <summary>Invariant 10: places = left + booked + redeemed + lapsed + cancelled, and nothing is negative.</summary>
    public bool Holds =>
        Places == Left + Booked + Redeemed + Lapsed + Cancelled
        && Left >= 0 && Booked >= 0 && Redeemed >= 0 && Lapsed >= 0 && Cancelled >= 0;

    /// <summary>The books of several pharmacies together.</summary>
    public static Balance operator +(Balance a, Balance b) => new(
        a.Planned + b.Planned, a.CarriedIn + b.CarriedIn, a.Left + b.Left, a.Booked + b.Booked,
        a.Redeemed + b.Redeemed, a.Lapsed + b.Lapsed, a.Cancelled + b.Cancelled);

    /// <summary>Same as the operator, for callers that prefer a name.</summary>
    public static Balance Add(Balance left, Balance right) => left + right;
}
