namespace WeChatMask.Sms;

/// <summary>Names of what a template may show.</summary>
public static class SmsValues
{
    /// <summary>Pickup day.</summary>
    public const string Day = "day";

    /// <summary>Pickup slot or hours.</summary>
    public const string Slot = "slot";

    /// <summary>The pharmacy's name.</summary>
    public const string Pharmacy = "pharmacy";

    /// <summary>The pharmacy's address.</summary>
    public const string Address = "address";

    /// <summary>Booking number.</summary>
    public const string Number = "number";

    /// <summary>How many.</summary>
    public const string Units = "units";

    /// <summary>The goods' unit.</summary>
    public const string Unit = "unit";

    /// <summary>What the goods are called.</summary>
    public const string Goods = "goods";

    /// <summary>Price of all, in yuan.</summary>
    public const string Amount = "amount";

    /// <summary>How many bookings a pharmacy has.</summary>
    public const string Bookings = "bookings";

    /// <summary>A log-in code, digits only.</summary>
    public const string Code = "code";

    /// <summary>How long a log-in code holds, in minutes.</summary>
    public const string Minutes = "minutes";

    /// <summary>Every name.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(
        [Day, Slot, Pharmacy, Address, Number, Units, Unit, Goods, Amount, Bookings, Code, Minutes], StringComparer.Ordinal);

    /// <summary>Names that may be cut; of the others every character counts.</summary>
    public static IReadOnlySet<string> Cuttable { get; } = new HashSet<string>([Pharmacy, Address, Goods], StringComparer.Ordinal);
}
