namespace WeChatMask.Notices;

/// <summary>What a notice tells.</summary>
public enum NoticeKind
{
    /// <summary>To the booker, when a booking is made; by SMS in Chuzhou.</summary>
    BookingMade,

    /// <summary>To the booker, when lists and slots are published; by SMS in Loudi.</summary>
    SlotAssigned,

    /// <summary>To the pharmacy by SMS, when lists are published.</summary>
    PharmacyList,

    /// <summary>To the booker by SMS, when the registry has refused a provisional booking.</summary>
    BookingRefused,

    /// <summary>To the booker by WeChat, on the pickup day's morning.</summary>
    Reminder = 20,

    /// <summary>To the booker by WeChat, when the booking was not collected.</summary>
    BookingLapsed = 21,

    /// <summary>To the booker by WeChat, when the booking was given back.</summary>
    BookingCancelled = 22,

    /// <summary>To the booker by WeChat, when a change of the rules moves the day from which they may book again.</summary>
    BookableDayMoved = 25,

    /// <summary>To the booker and who else collects for the person, when goods were handed over; by SMS where the policy wants it.</summary>
    HandedOver = 30,

    /// <summary>To the same, when the hand-over was taken back.</summary>
    HandOverVoided = 31,

    /// <summary>To the booker by WeChat, when the card's holder cancelled at a counter what was booked in their name.</summary>
    HolderCancelled = 32,

    /// <summary>To the booker by WeChat, when a supervisor annulled the booking.</summary>
    Annulled = 33,

    /// <summary>To the person's other accounts by WeChat, when such a booking no longer keeps them from booking. Nothing of the booking is told.</summary>
    NumberFree = 34,

    /// <summary>To the booker, when the whole round was annulled; by SMS too, since the pickup falls away, unless it had moved before.</summary>
    RoundAnnulled = 40,

    /// <summary>To the booker by WeChat, when a pickup day's hand-over ends later than was said.</summary>
    PickupExtended = 41,

    /// <summary>To who complained, by WeChat, when their case was closed. What came out is read on the case's page.</summary>
    CaseClosed = 50,

    /// <summary>To the booker, by SMS too, when their pharmacy was withdrawn and the booking is another's now.</summary>
    PharmacyChanged = 43,

    /// <summary>To the booker by SMS, when stock is short, or a supervisor moves the day, and the pickup moves to the next day, or back.</summary>
    PickupMoved = 10,
}
