using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Flags;
using WeChatMask.Text;

namespace WeChatMask.Pages;

/// <summary>Flags, their thresholds and their rows in words.</summary>
public sealed class FlagFormatter(IStringLocalizer<Text.Flags> text, IStringLocalizer<Scan> scan, IStringLocalizer<AuditLines> audit, IOptionsMonitor<FlagSettings> settings)
{
    public string Kind(FlagKind kind) => text[$"Kind_{kind}"];

    public string Status(FlagStatus status) => text[$"Status_{status}"];

    /// <summary>What was found, with its number.</summary>
    public string What(Flag one) => text[$"What_{one.Kind}", one.Measured];

    /// <summary>From how many on a kind is odd, as it is looked for now.</summary>
    public string Rule(FlagKind kind)
    {
        var limits = settings.CurrentValue;
        object[] numbers = kind switch
        {
            FlagKind.OutsideHours => [limits.OutsideHours],
            FlagKind.TooFast => [limits.FastCount],
            FlagKind.BeforeClosing => [limits.ClosingMinutes, limits.ClosingPercent, limits.ClosingLeast],
            FlagKind.ProxyManyShops => [limits.ProxyShops, limits.ProxyDays],
            FlagKind.WrongShopBooking => [limits.WrongShopTries],
            FlagKind.WrongShopPharmacy => [limits.WrongShopBookings],
            FlagKind.OfflineConflicts => [limits.OfflineConflicts],
            FlagKind.DeliveryDiffers => [limits.DeliveryPercent],
            FlagKind.PlacesAdded => [limits.PlacesAdded],
            FlagKind.ListReads => [limits.ListReads],
            FlagKind.OwnStaff => [limits.OwnBookings],
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind without a threshold."),
        };
        return text[$"Rule_{kind}", numbers];
    }

    /// <summary>What one row says.</summary>
    public string Row(FlagRow row) => row.Source switch
    {
        FlagSource.Redemption when row.IsVoided => text["Row_Voided", row.Units ?? 0],
        FlagSource.OfflineHandOver => text["Row_OfflineHandOver", row.Units ?? 0, scan[$"Conflict_{row.Conflict}"].Value],
        FlagSource.Audit => text["Row_Audit", audit[$"Action_{row.Action}"].Value],
        _ => text[$"Row_{row.Source}", row.Units ?? 0],
    };

    /// <summary>What one step was: found to have grown, or brought to a state.</summary>
    public string Step(FlagStep step) => step.Staff is not null ? Status(step.Status) : text[step.Status == FlagStatus.New ? "Steps_Reopened" : "Steps_Grown", step.Hits];
}
