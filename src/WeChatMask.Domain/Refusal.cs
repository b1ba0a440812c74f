namespace WeChatMask.Domain;

/// <summary>Why a request was refused. Each has its sentence in <c>Text/Refusals.resx</c> and its code in the contract.</summary>
public enum Refusal
{
    None,
    NotOpen,
    Closed,
    SoldOut,
    Cooldown,
    AlreadyBooked,
    PharmacyPaused,
    NotEligible,

    /// <summary>Not eligible because the registry knows the number under another name, which a person can mend; the contract's code is the same.</summary>
    NameMismatch,
    UnknownPharmacy,
    UnknownResident,
    UnknownBooking,
    UnknownRound,
    NotPublished,
    ListRemoved,
    Busy,
    TooLate,
    TooManyResidents,
    HasOpenBooking,
    InvalidIdNumber,
    InvalidMobile,
    InvalidName,
    ConsentRequired,
    InvalidRequestId,
    RequestUsed,
    InvalidRequest,
    InvalidDate,
    InvalidReason,
    InvalidUnits,
    NotRedeemed,
    BookingEnded,
    StockTooLow,
    ReportDeclined,
    UnknownReport,
    ReportDecided,
    RoundHasOpened,
    InvalidPolicy,
    PolicyChanged,
    RegistryUnavailable,
    LoginFailed,
    LoginEnded,

    /// <summary>A supervisor lets booking rest; it goes on later.</summary>
    BookingPaused,

    /// <summary>A supervisor has annulled the round.</summary>
    RoundAnnulled,

    /// <summary>The lever cannot be pressed any more: the round has gone too far for it.</summary>
    LeverTooLate,

    /// <summary>The lever cannot be pressed yet, or there is nothing that it would change.</summary>
    LeverNotDue,

    /// <summary>A lever's new time is not possible.</summary>
    InvalidLeverTime,

    /// <summary>What the lever would do has changed since it was shown.</summary>
    LeverChanged,

    /// <summary>A lever of the same kind is still being carried out.</summary>
    LeverRunning,

    /// <summary>The lever acts at one pharmacy, and none was named.</summary>
    LeverNeedsPharmacy,

    /// <summary>A pharmacy's bookings cannot go to others before the round's lists are out.</summary>
    WithdrawBeforeLists,

    /// <summary>The pharmacy has open bookings of another pickup day.</summary>
    WithdrawOtherDays,

    /// <summary>The other open pharmacies have too little room for the bookings.</summary>
    WithdrawNoRoom,

    UnknownCase,

    /// <summary>An account has as many open cases as it may.</summary>
    TooManyCases,

    /// <summary>The case is closed.</summary>
    CaseClosed,

    /// <summary>The case has gone on since it was shown.</summary>
    CaseMoved,

    /// <summary>A complaint without a kind or without a text that can be taken.</summary>
    InvalidCase,

    /// <summary>A picture that is none, or of no kind that is taken.</summary>
    InvalidPhoto,

    PhotoTooLarge,

    UnknownViolation,

    /// <summary>A plan's rows cannot be used.</summary>
    InvalidPlan,

    /// <summary>The plan, or what it starts from, has changed since it was shown.</summary>
    PlanChanged,

    /// <summary>There is to be no round on that day, so that there is nothing to plan.</summary>
    NoRoundThatDay,

    /// <summary>The round of that day has been made and announced.</summary>
    RoundIsAnnounced,

    /// <summary>A day's delivery cannot be taken as planned: something was reported already, or the plan is not what was seen.</summary>
    DeliveryNotAsPlanned,

    UnknownFlag,

    /// <summary>The flag has been led on, or has grown, since it was shown.</summary>
    FlagChanged,

    /// <summary>Only a supervisor whose account is in use may look after a flag.</summary>
    UnknownOwner,

    /// <summary>A pause of hand-over cannot be expected to end then.</summary>
    InvalidPauseEnd,

    /// <summary>Nobody is still to come today, so that nothing can be short.</summary>
    NobodyWaits,

    /// <summary>The public log has no such line.</summary>
    UnknownEntry,

    /// <summary>The public log is not that long yet.</summary>
    SizeTooLarge,

    /// <summary>The line is of no witness whom the city has named.</summary>
    UnknownWitness,

    /// <summary>Witnesses sign sizes of the public log that have names, and this one has none.</summary>
    NotAMark,

    BadSignature,

    /// <summary>The booking is older than the public log, or what its receipt is made of went with the round's lists.</summary>
    ReceiptGone,
}
