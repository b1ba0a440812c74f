namespace WeChatMask.Domain;

/// <summary>Where a round stands. Moves only forward.</summary>
public enum RoundPhase
{
    /// <summary>Planned and shown; booking has not opened.</summary>
    Announced,

    /// <summary>From the first opening to the close, between windows too.</summary>
    Open,

    /// <summary>No more bookings; lists are being made.</summary>
    Closed,

    /// <summary>Lists and quota notice are public.</summary>
    Published,

    /// <summary>Pickup day, from the first hour of pickup.</summary>
    Handout,

    /// <summary>Pickup is over; what was not collected has lapsed.</summary>
    Ended,
}

/// <summary>State of one booking.</summary>
public enum BookingStatus
{
    /// <summary>Holds a place and may be collected.</summary>
    Booked,

    /// <summary>Collected.</summary>
    Redeemed,

    /// <summary>Not collected in time.</summary>
    Lapsed,

    /// <summary>Given back by the resident.</summary>
    Cancelled,
}

/// <summary>Whether a pharmacy takes part.</summary>
public enum PharmacyStatus
{
    /// <summary>Takes bookings.</summary>
    Open,

    /// <summary>Takes no new bookings for now; its confirmed bookings stand.</summary>
    Paused,

    /// <summary>Has left the scheme.</summary>
    Withdrawn,
}
