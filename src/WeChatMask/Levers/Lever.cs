using WeChatMask.Domain;

namespace WeChatMask.Levers;

/// <summary>A lever as it is to be pressed: at which round, at one pharmacy by its code or at all, and the new time of those that have one.</summary>
public sealed record LeverOrder(LeverKind Kind, DateOnly Round, string? Pharmacy = null, DateTimeOffset? To = null);

/// <summary>A lever that was pressed.</summary>
public sealed record Lever
{
    public long Id { get; init; }
    public string RequestKey { get; init; } = "";
    public LeverKind Kind { get; init; }
    public DateOnly RoundDate { get; init; }
    public long? PharmacyId { get; init; }
    public string? PharmacyCode { get; init; }
    public string? PharmacyName { get; init; }

    /// <summary>Shown to the public.</summary>
    public string Reason { get; init; } = "";

    /// <summary>JSON of <see cref="LeverDetail"/>, or what another lever's room keeps.</summary>
    public string Detail { get; init; } = "{}";

    public string Staff { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When all that follows had been written; null while that goes on.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>When another lever took it back.</summary>
    public DateTimeOffset? UndoneAt { get; init; }
}

/// <summary>What was so before and what is so now, of levers with a time; and how many bookings the preview named.</summary>
public sealed record LeverDetail(DateTimeOffset? From, DateTimeOffset? To, int Bookings);

/// <summary>A pharmacy that a lever touches: its bookings that are still to be collected, those handed over, and the places nobody has taken.</summary>
public sealed class TouchedPharmacy
{
    public long Id { get; init; }
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public int Bookings { get; init; }
    public int Redeemed { get; init; }

    /// <summary>Places that nobody has taken.</summary>
    public int FreePlaces { get; init; }
}

/// <summary>A booking that goes to another pharmacy.</summary>
public readonly record struct Leaving(long Booking, int Serial, long To);

/// <summary>A pharmacy that takes bookings of a withdrawn one, and how many.</summary>
public sealed record TakingPart(long Id, string Code, string Name, int Bookings);

/// <summary>Exactly what a lever would do now, or why it cannot be pressed.</summary>
public sealed record LeverEffect(LeverOrder Order, Refusal Refusal)
{
    /// <summary>The lever that has made it so already.</summary>
    public Lever? Earlier { get; init; }

    public long? PharmacyId { get; init; }

    public IReadOnlyList<TouchedPharmacy> Pharmacies { get; init; } = [];

    /// <summary>How many bookings' people are told, once each.</summary>
    public int Told { get; init; }

    /// <summary>Of a pharmacy that is withdrawn: where each open booking goes, by its serial.</summary>
    public IReadOnlyList<Leaving> Leaving { get; init; } = [];

    /// <summary>Who takes them, in the order in which they were asked.</summary>
    public IReadOnlyList<TakingPart> Takers { get; init; } = [];

    /// <summary>What changes, of levers with a time: from when to when.</summary>
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Whether people may book and cancel meanwhile, so that the counts can change until the lever is pressed.</summary>
    public bool IsMoving { get; init; }

    /// <summary>Names what was shown; another one means that the world has changed.</summary>
    public string Fingerprint { get; init; } = "";

    public int Bookings => Pharmacies.Sum(p => p.Bookings);
}

/// <summary>What pressing gave: the lever, or why not, and then what it would do now.</summary>
public sealed record LeverAnswer(Refusal Refusal, Lever? Lever = null, LeverEffect? Effect = null, bool Repeated = false);
