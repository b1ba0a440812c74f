namespace WeChatMask.Domain;

/// <summary>A booking that waits for stock at a pharmacy on one day.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Units">What it was promised.</param>
public readonly record struct StockClaim(long Id, int Units);

/// <summary>One day of a pharmacy's shelf, in units: opening + delivered = handed over + lost + closing.</summary>
/// <param name="Opening">What the day before left.</param>
/// <param name="Delivered">What headquarters brought; as planned where nothing else was reported.</param>
/// <param name="HandedOver">What residents took.</param>
/// <param name="Lost">What was reported broken or missing.</param>
public readonly record struct ShelfDay(int Opening, int Delivered, int HandedOver, int Lost)
{
    /// <summary>What is on the shelf at the end, or now.</summary>
    public int Closing => Opening + Delivered - HandedOver - Lost;

    /// <summary>Nobody hands over or loses what is not there.</summary>
    public bool Holds => Closing >= 0;
}

/// <summary>Units and places when deliveries differ from the plan.</summary>
public static class StockRules
{
    /// <summary>Places that a difference in units gives to a later round, or takes from it.</summary>
    /// <param name="units">Delivered less planned less lost; negative when something is missing.</param>
    /// <param name="unitsPerBooking">Units of one place.</param>
    /// <remarks>Rounded down, also below zero: a place is never promised on units that are not there.</remarks>
    public static int PlacesOf(int units, int unitsPerBooking)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unitsPerBooking);
        return (int)Math.Floor((decimal)units / unitsPerBooking);
    }

    /// <summary>Who must come another day: everybody from the first claim on that the shelf cannot serve.</summary>
    /// <param name="claims">In order of their call on the stock: moved ones first, then by serial.</param>
    /// <param name="shelf">Units that are there.</param>
    /// <remarks>Nobody later is served before somebody earlier, even where a smaller booking would still fit.</remarks>
    public static IReadOnlyList<StockClaim> Moving(IReadOnlyList<StockClaim> claims, int shelf)
    {
        var served = 0;
        var rest = shelf;
        while (served < claims.Count && claims[served].Units <= rest) rest -= claims[served++].Units;
        return [.. claims.Skip(served)];
    }
}
