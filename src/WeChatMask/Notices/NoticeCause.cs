namespace WeChatMask.Notices;

/// <summary>What happened to bookings that people are told of.</summary>
public enum NoticeCause
{
    /// <summary>Made, some perhaps provisionally.</summary>
    Booked,

    /// <summary>Provisional ones that stand: the registry agreed, or did not answer in time.</summary>
    Confirmed,

    Refused,

    /// <summary>On the lists, with their slots.</summary>
    Published,

    Lapsed,

    Cancelled,

    /// <summary>Ended with their whole round.</summary>
    RoundAnnulled,
}

/// <summary>Who is told: a booking's booker, or without a booking the pharmacy.</summary>
public sealed record NoticeSubject(long PharmacyId, long? BookingId = null)
{
    /// <summary>Whether the registry's answer is still to come.</summary>
    public bool IsProvisional { get; init; }

    /// <summary>Whether its pickup had moved, so that its second SMS is spent.</summary>
    public bool HasMoved { get; init; }
}

/// <summary>A person's newest booking, whose day from which they may book again has moved to another; none where it is not within a year.</summary>
public sealed record BookableSubject(long BookingId, long PharmacyId, DateOnly RoundDate, DateOnly? From);

/// <summary>A hand-over and its booking.</summary>
public sealed record HandOverSubject(long Id, long BookingId, DateOnly RoundDate, long PharmacyId);

/// <summary>A booking whose pickup has moved.</summary>
/// <remarks><c>Move</c> counts its moves from 1, each of which is told; the notice is of no use after <c>PickupEnds</c>.</remarks>
public sealed record MovedSubject(long BookingId, DateOnly RoundDate, int Move, DateTimeOffset PickupEnds);
