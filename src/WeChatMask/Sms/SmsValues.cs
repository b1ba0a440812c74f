namespace WeChatMask.Sms;

/// <summary>Names of what a template may show.</summary>
public static class SmsValues
{
    public const string Day = "day";

    /// <summary>Pickup slot or hours.</summary>
    public const string Slot = "slot";
    public const string Pharmacy = "pharmacy";
    public const string Address = "address";
    public const string Number = "number";
    public const string Units = "units";
    public const string Unit = "unit";
    public const string Goods = "goods";

    /// <summary>Price of all, in yuan.</summary>
    public const string Amount = "amount";
    public const string Bookings = "bookings";

    /// <summary>Why the registry refused.</summary>
    public const string Reason = "reason";

    /// <summary>The published round's code in the public log, as on the pharmacies' doors; only where lists are published.</summary>
    public const string Record = "record";

    /// <summary>A log-in code, digits only.</summary>
    public const string Code = "code";

    /// <summary>How long a log-in code holds, in minutes.</summary>
    public const string Minutes = "minutes";

    public static IReadOnlySet<string> All { get; } = new HashSet<string>(
        [Day, Slot, Pharmacy, Address, Number, Units, Unit, Goods, Amount, Bookings, Reason, Record, Code, Minutes], StringComparer.Ordinal);

    /// <summary>Names that may be cut; of the others every character counts.</summary>
    public static IReadOnlySet<string> Cuttable { get; } = new HashSet<string>([Pharmacy, Address, Goods], StringComparer.Ordinal);
}
