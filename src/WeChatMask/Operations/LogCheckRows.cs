using WeChatMask.Domain;
using WeChatMask.PublicLog;

namespace WeChatMask.Operations;

internal sealed class TileRow
{
    public long Number { get; init; }
    public string Body { get; init; } = "";
    public string Root { get; init; } = "";
}

internal sealed class BatchRow
{
    public long Id { get; init; }
    public long FirstIndex { get; init; }
    public int Entries { get; init; }

    /// <summary>Null once it stands in tiles.</summary>
    public string? Body { get; init; }
    public string Note { get; init; } = "";
}

internal sealed class MarkRow
{
    public string RoundDate { get; init; } = "";
    public LogMarkKind Kind { get; init; }
    public long Size { get; init; }
    public string Note { get; init; } = "";
}

internal sealed class PolicyRow
{
    public long Id { get; init; }
    public string EffectiveFrom { get; init; } = "";
    public string Document { get; init; } = "";
}

internal sealed class RoundRow
{
    public DateOnly Date { get; init; }
    public string PickupDate { get; init; } = "";
    public long UnitsPerBooking { get; init; }
    public string Document { get; init; } = "";
    public long? ClosedAt { get; init; }
    public long? PublishedAt { get; init; }
    public long? EndedAt { get; init; }
    public long? AnnulledAt { get; init; }

    /// <summary>A supervisor closed it before its time, which breaks what was announced.</summary>
    public bool WasCutShort { get; init; }

    public string? KeyHash { get; init; }
    public string? Sealed { get; init; }

    /// <summary>Since when a supervisor keeps it, though the lists may have come down.</summary>
    public long? HeldAt { get; init; }
}

internal sealed class BookingLineRow
{
    public long Id { get; init; }
    public string Number { get; init; } = "";
    public string Code { get; init; } = "";
    public int Serial { get; init; }
    public int WindowIndex { get; init; }
    public long CreatedAt { get; init; }
    public long? LogBatch { get; init; }
    public long ResidentId { get; init; }

    /// <summary>The same, null where there is no such person.</summary>
    public long? KnownResident { get; init; }

    public string? Proof { get; init; }
    public bool IsErased { get; init; }
    public long RegisteredAt { get; init; }
    public long ConsentAt { get; init; }
}

internal sealed class BookingStateRow
{
    public long Id { get; init; }
    public string Code { get; init; } = "";
    public int Serial { get; init; }
    public BookingStatus Status { get; init; }
    public bool CancelledLate { get; init; }
    public long PharmacyId { get; init; }
    public string? PickupDate { get; init; }
    public string? MovedRound { get; init; }
    public long? MovedPharmacy { get; init; }
    public long? Redemption { get; init; }
    public long Units { get; init; }
    public long? VoidedAt { get; init; }
    public string? RedeemedRound { get; init; }
    public long? RedeemedPharmacy { get; init; }
}

internal sealed class QuotaLineRow
{
    public string Code { get; init; } = "";
    public long WindowIndex { get; init; }
    public long Planned { get; init; }
    public long CarriedIn { get; init; }
}

internal sealed class CarriedRow
{
    public string FromRound { get; init; } = "";
    public string ToRound { get; init; } = "";
    public string Code { get; init; } = "";
    public long LeftOver { get; init; }
    public long Lapsed { get; init; }
    public long Cancelled { get; init; }
    public long Difference { get; init; }
}

internal sealed class ListRow
{
    public string Code { get; init; } = "";
    public int Serial { get; init; }
    public string Name { get; init; } = "";
    public string IdNumber { get; init; } = "";
    public long? SlotStartsAt { get; init; }
    public long? SlotEndsAt { get; init; }

    /// <summary>Null where it has gone to another pharmacy.</summary>
    public long? Booking { get; init; }

    public long? OwnStartsAt { get; init; }
    public long? OwnEndsAt { get; init; }
    public long? Moved { get; init; }
    public string OwnName { get; init; } = "";
    public string OwnNumber { get; init; } = "";
}
