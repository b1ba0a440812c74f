namespace WeChatMask.Domain;

/// <summary>A booking that waits for stock at a pharmacy on one day, and the units it was promised.</summary>
public readonly record struct StockClaim(long Id, int Units);

/// <summary>
/// One day of a pharmacy's shelf, in units: opening + delivered = handed over + lost + closing. Delivered is as planned where nothing
/// else was reported; lost is what was reported broken or missing.
/// </summary>
public readonly record struct ShelfDay(int Opening, int Delivered, int HandedOver, int Lost)
{
    public int Closing => Opening + Delivered - HandedOver - Lost;

    public bool Holds => Closing >= 0;
}

public static class StockRules
{
    /// <summary>Places that a difference in units (delivered less planned less lost) gives to a later round, or takes from it.</summary>
    /// <remarks>Rounded down, also below zero: a place is never promised on units that are not there.</remarks>
    public static int PlacesOf(int units, int unitsPerBooking)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unitsPerBooking);
        return (int)Math.Floor((decimal)units / unitsPerBooking);
    }

    /// <summary>Whether a day's deliveries may count on a pharmacy's own word.</summary>
    /// <remarks>
    /// Only more than planned is doubted: it would promise places. Less counts at once, since nobody may be promised what is not
    /// there and people must be told before they come; the next delivery mends a slip.
    /// </remarks>
    public static bool IsPlausibleDelivery(int delivered, int planned, int marginPercent) => delivered <= planned + Margin(planned, marginPercent);

    /// <summary>Whether a day's losses may count on a pharmacy's own word.</summary>
    public static bool IsPlausibleLoss(int lost, int planned, int marginPercent) => lost <= Margin(planned, marginPercent);

    private static long Margin(int planned, int percent) => (long)planned * percent / 100;

    /// <summary>Who must come another day: everybody from the first claim on that the shelf cannot serve.</summary>
    /// <remarks>
    /// Claims come in the order of their call on the stock: moved ones first, then by serial. Nobody later is served before somebody
    /// earlier, even where a smaller booking would still fit.
    /// </remarks>
    public static IReadOnlyList<StockClaim> Moving(IReadOnlyList<StockClaim> claims, int shelf)
    {
        var served = 0;
        var rest = shelf;
        while (served < claims.Count && claims[served].Units <= rest) rest -= claims[served++].Units;
        return [.. claims.Skip(served)];
    }
}
