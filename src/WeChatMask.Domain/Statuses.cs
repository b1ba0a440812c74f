namespace WeChatMask.Domain;

/// <summary>Where a round stands. Moves only forward.</summary>
public enum RoundPhase
{
    /// <summary>Planned and shown; booking has not opened.</summary>
    Announced,

    /// <summary>From the first opening to the close, between windows too.</summary>
    Open,
    Closed,
    Published,

    /// <summary>Pickup day, from the first hour of pickup.</summary>
    Handout,

    /// <summary>Pickup is over; what was not collected has lapsed.</summary>
    Ended,
}

public enum BookingStatus
{
    Booked,
    Redeemed,
    Lapsed,
    Cancelled,
}

public enum PharmacyStatus
{
    Open,

    /// <summary>Takes no new bookings for now; its confirmed bookings stand.</summary>
    Paused,
    Withdrawn,
}

/// <summary>How an account logs in; stored by number.</summary>
public enum LoginWay
{
    WeChat,
    Mobile,
}
