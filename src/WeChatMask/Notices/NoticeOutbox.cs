using WeChatMask.Data;

namespace WeChatMask.Notices;

/// <summary>What a notice tells.</summary>
public enum NoticeKind
{
    /// <summary>To the booker, when a booking is made (Chuzhou).</summary>
    BookingMade,

    /// <summary>To the booker, when lists and slots are published (Loudi).</summary>
    SlotAssigned,

    /// <summary>To the pharmacy, when lists are published.</summary>
    PharmacyList,

    /// <summary>To the booker, when the registry has refused a provisional booking.</summary>
    BookingRefused,

    /// <summary>To the booker by WeChat, on the pickup day's morning.</summary>
    Reminder = 20,

    /// <summary>To the booker by WeChat, when the booking was not collected.</summary>
    BookingLapsed = 21,

    /// <summary>To the booker by WeChat, when the booking was given back.</summary>
    BookingCancelled = 22,

    /// <summary>To the booker, when stock is short and the pickup moves to the next day.</summary>
    PickupMoved = 10,
}

/// <summary>How far a notice has come.</summary>
public enum NoticeStatus
{
    /// <summary>Waits, or is being sent under a lease.</summary>
    Waiting,

    /// <summary>The provider took it.</summary>
    Sent,

    /// <summary>Past its use before it could be sent.</summary>
    Dropped,

    /// <summary>The provider refuses it for good.</summary>
    Failed,
}

/// <summary>A message to be sent, named by its cause; its text is made when it leaves.</summary>
/// <param name="Key">One cause, one notice: the unique key that makes publishing twice the same as once.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="RoundDate">Round it belongs to.</param>
/// <param name="PharmacyId">Pharmacy it speaks of.</param>
/// <param name="BookingId">Booking it speaks of, for residents.</param>
/// <param name="DueAt">Not before.</param>
/// <param name="ExpiresAt">Of no use after.</param>
public sealed record Notice(
    string Key, NoticeKind Kind, DateOnly RoundDate, long PharmacyId, long? BookingId, DateTimeOffset DueAt, DateTimeOffset ExpiresAt)
{
    /// <summary>A resident's notice. A booking has one SMS for its round, whichever kind the policy sends.</summary>
    public static Notice ForBooking(
        NoticeKind kind, DateOnly round, long pharmacyId, long bookingId, DateTimeOffset dueAt, DateTimeOffset expiresAt) =>
        new(FormattableString.Invariant($"booking:{bookingId}"), kind, round, pharmacyId, bookingId, dueAt, expiresAt);

    /// <summary>A resident's notice that the pickup has moved; one for each move, beside the booking's own.</summary>
    public static Notice ForMovedPickup(
        DateOnly round, long pharmacyId, long bookingId, int move, DateTimeOffset dueAt, DateTimeOffset expiresAt) =>
        new(FormattableString.Invariant($"moved:{bookingId}:{move}"), NoticeKind.PickupMoved, round, pharmacyId, bookingId, dueAt, expiresAt);

    /// <summary>A pharmacy's notice of its list.</summary>
    public static Notice ForPharmacy(DateOnly round, long pharmacyId, DateTimeOffset dueAt, DateTimeOffset expiresAt) =>
        new(FormattableString.Invariant($"list:{round:yyyyMMdd}:{pharmacyId}"), NoticeKind.PharmacyList, round, pharmacyId, null, dueAt, expiresAt);
}

/// <summary>Writes notices in the transaction that causes them: with it they exist, without it they never did.</summary>
public static class NoticeOutbox
{
    private static readonly string[] Columns =
    [
        "id", "notice_key", "kind", "round_date", "booking_id", "pharmacy_id", "status", "attempts", "due_at", "expires_at",
        "leased_until", "maybe_repeated", "segments", "created_at",
    ];

    /// <summary>Adds notices.</summary>
    public static Task AddAsync(WriteTransaction transaction, IReadOnlyCollection<Notice> notices) =>
        transaction.InsertManyAsync(
            "outbox",
            Columns,
            [
                .. notices.Select(n => new object?[]
                {
                    Ids.Next(), n.Key, (int)n.Kind, n.RoundDate.Column(), n.BookingId, n.PharmacyId, (int)NoticeStatus.Waiting, 0,
                    n.DueAt.Column(), n.ExpiresAt.Column(), 0L, 0, 0, n.DueAt.Column(),
                }),
            ]);
}
