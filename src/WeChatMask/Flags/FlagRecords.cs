using WeChatMask.Domain;

namespace WeChatMask.Flags;

/// <summary>A row that speaks for a flag.</summary>
public sealed record FlagEvidence(FlagSource Source, long Id, DateTimeOffset At);

/// <summary>Something odd as it was found.</summary>
/// <param name="Kind">What is odd.</param>
/// <param name="Day">The day it is counted for.</param>
/// <param name="Subject">Whose it is: with kind and day it is one flag.</param>
/// <param name="Measured">What the threshold limits.</param>
/// <param name="Threshold">From how many on it is odd.</param>
/// <param name="Rows">What speaks for it.</param>
public sealed record FlagFinding(FlagKind Kind, DateOnly Day, long Subject, int Measured, int Threshold, IReadOnlyList<FlagEvidence> Rows)
{
    public long? Pharmacy { get; init; }
    public long? Staff { get; init; }
    public long? Booking { get; init; }

    public string Key => FormattableString.Invariant($"{(int)Kind}:{Day:yyyy-MM-dd}:{Subject}");
}

/// <summary>A flag as it stands.</summary>
public sealed class Flag
{
    public long Id { get; init; }
    public FlagKind Kind { get; init; }
    public DateOnly FlagDay { get; init; }
    public string? PharmacyCode { get; init; }
    public string? PharmacyName { get; init; }
    public string? District { get; init; }

    /// <summary>The log-in name of the member of staff it is about.</summary>
    public string? Clerk { get; init; }

    public string? BookingNumber { get; init; }
    public int Hits { get; init; }
    public int Measured { get; init; }
    public int Threshold { get; init; }
    public DateTimeOffset FirstAt { get; init; }
    public DateTimeOffset LastAt { get; init; }
    public FlagStatus Status { get; init; }

    /// <summary>The log-in name of the supervisor who looks after it.</summary>
    public string? Owner { get; init; }

    /// <summary>The last reason that a supervisor gave.</summary>
    public string Note { get; init; } = "";

    public int Version { get; init; }
    public DateTimeOffset FoundAt { get; init; }

    /// <summary>When it was last found to have more rows.</summary>
    public DateTimeOffset? GrownAt { get; init; }

    public DateTimeOffset ChangedAt { get; init; }
    public bool IsClosed => FlagRules.IsClosed(Status);
}

/// <summary>What became of a flag: by a supervisor, or without one because it had grown.</summary>
public sealed class FlagStep
{
    public FlagStatus Status { get; init; }
    public string? Staff { get; init; }
    public string? Owner { get; init; }
    public string Words { get; init; } = "";
    public int Hits { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A row that speaks for a flag, without anything personal.</summary>
public sealed class FlagRow
{
    public FlagSource Source { get; init; }
    public DateTimeOffset HappenedAt { get; init; }
    public string? BookingNumber { get; init; }
    public string? Clerk { get; init; }
    public string? PharmacyCode { get; init; }
    public string? PharmacyName { get; init; }

    /// <summary>Units of a hand-over or delivery, places that were given.</summary>
    public int? Units { get; init; }

    public bool IsVoided { get; init; }

    /// <summary>Why a hand-over without a network did not count.</summary>
    public OfflineConflict Conflict { get; init; }

    /// <summary>What was done, of a line of the audit.</summary>
    public string? Action { get; init; }
}

/// <summary>What a supervisor decides of a flag, who saw it at a version.</summary>
public sealed record FlagChange(FlagStatus Status, string? Owner, string? Words, int Version, string RequestId);

/// <summary>Which flags are wanted; what is null or empty is not asked. Pharmacies are codes, of which none may be meant.</summary>
public sealed record FlagFilter(FlagKind Kind = FlagKind.None, FlagStatus? Status = null, bool OpenOnly = false, string Owner = "", IReadOnlyList<string>? Pharmacies = null);
