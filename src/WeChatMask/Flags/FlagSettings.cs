using Microsoft.Extensions.Options;

namespace WeChatMask.Flags;

/// <summary>From how many on something is odd enough for a person to look at. The page of the flags says each number in a sentence. A change holds for what is found from then on.</summary>
public sealed class FlagSettings
{
    public const string Section = "Flags";

    /// <summary>Hand-overs of one pharmacy and day outside pickup hours, 1 to 1000.</summary>
    public int OutsideHours { get; set; } = 1;

    /// <summary>Hand-overs by one clerk within a minute, 2 to 1000. What one proxy collects in a row is one.</summary>
    public int FastCount { get; set; } = 9;

    /// <summary>Which minutes before closing are the last ones, 1 to 240.</summary>
    public int ClosingMinutes { get; set; } = 15;

    /// <summary>Per cent of a pharmacy's hand-overs of a day in its last minutes, 1 to 100.</summary>
    public int ClosingPercent { get; set; } = 30;

    /// <summary>Hand-overs of a pharmacy and day from which on its last minutes are looked at, 1 to 1000.</summary>
    public int ClosingLeast { get; set; } = 20;

    /// <summary>Pharmacies at which one proxy collects within the days, 2 to 1000.</summary>
    public int ProxyShops { get; set; } = 4;

    /// <summary>Days in which a proxy's pharmacies are counted, today's included, 1 to 14.</summary>
    public int ProxyDays { get; set; } = 3;

    /// <summary>How often one booking is shown on a day where it is not to be collected, 1 to 1000.</summary>
    public int WrongShopTries { get; set; } = 5;

    /// <summary>Bookings of other pharmacies that are shown at one on a day, 1 to 1000.</summary>
    public int WrongShopBookings { get; set; } = 10;

    /// <summary>Hand-overs without a network, told by one clerk on a day, that do not fit, 1 to 1000.</summary>
    public int OfflineConflicts { get; set; } = 2;

    /// <summary>Per cent by which a day's delivery to a pharmacy is more or less than planned, 1 to 100.</summary>
    public int DeliveryPercent { get; set; } = 20;

    /// <summary>Places that a pharmacy gets in a day after their round has opened, 1 to 1000.</summary>
    public int PlacesAdded { get; set; } = 1;

    /// <summary>How often one member of staff reads lists of bookings on a day, 1 to 1000.</summary>
    public int ListReads { get; set; } = 40;

    /// <summary>Bookings made by a clerk's own account of WeChat and handed over at the clerk's pharmacy on a day, 1 to 1000.</summary>
    public int OwnBookings { get; set; } = 1;
}

/// <summary>Stops the start at numbers that are no threshold.</summary>
internal sealed class FlagSettingsValidator : IValidateOptions<FlagSettings>
{
    private const int Most = 1000;
    private const int MostMinutes = 240;
    private const int MostPercent = 100;
    private const int MostDays = 14;

    public ValidateOptionsResult Validate(string? name, FlagSettings options)
    {
        (string Name, int Value, int Least, int Most)[] all =
        [
            (nameof(options.OutsideHours), options.OutsideHours, 1, Most), (nameof(options.FastCount), options.FastCount, 2, Most),
            (nameof(options.ClosingMinutes), options.ClosingMinutes, 1, MostMinutes), (nameof(options.ClosingPercent), options.ClosingPercent, 1, MostPercent),
            (nameof(options.ClosingLeast), options.ClosingLeast, 1, Most), (nameof(options.ProxyShops), options.ProxyShops, 2, Most),
            (nameof(options.ProxyDays), options.ProxyDays, 1, MostDays), (nameof(options.WrongShopTries), options.WrongShopTries, 1, Most),
            (nameof(options.WrongShopBookings), options.WrongShopBookings, 1, Most), (nameof(options.OfflineConflicts), options.OfflineConflicts, 1, Most),
            (nameof(options.DeliveryPercent), options.DeliveryPercent, 1, MostPercent), (nameof(options.PlacesAdded), options.PlacesAdded, 1, Most),
            (nameof(options.ListReads), options.ListReads, 1, Most), (nameof(options.OwnBookings), options.OwnBookings, 1, Most),
        ];
        string[] faults = [.. all.Where(v => v.Value < v.Least || v.Value > v.Most).Select(v => FormattableString.Invariant($"{FlagSettings.Section}:{v.Name} is {v.Least} to {v.Most}."))];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
