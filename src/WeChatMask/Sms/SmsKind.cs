namespace WeChatMask.Sms;

/// <summary>What a message tells. A vendor's template belongs to each; the names are those of <c>Sms:…:Templates</c>.</summary>
public enum SmsKind
{
    /// <summary>To the booker, when a booking is made.</summary>
    BookingMade,

    /// <summary>To the booker, when lists and slots are published.</summary>
    SlotAssigned,

    /// <summary>To the pharmacy, when lists are published.</summary>
    PharmacyList,

    /// <summary>To the booker, when the pickup has moved: to another day, or to another pharmacy.</summary>
    PickupChanged,

    /// <summary>To the booker, when the registry has refused a provisional booking.</summary>
    BookingRefused,

    /// <summary>To the booker, when goods were handed over and the policy wants it.</summary>
    HandedOver,

    /// <summary>To the booker, when such a hand-over was taken back.</summary>
    HandOverVoided,

    /// <summary>To the booker, when the whole round was annulled.</summary>
    RoundAnnulled,

    /// <summary>To who logs in with a phone; the value is <see cref="SmsValues.Code"/>.</summary>
    LoginCode,
}
