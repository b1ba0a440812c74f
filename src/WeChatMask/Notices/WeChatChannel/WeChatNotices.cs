using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Notices;

/// <summary>The booking a notice speaks of.</summary>
/// <param name="BookingId">The booking.</param>
/// <param name="RoundDate">Its round.</param>
/// <param name="PharmacyId">Its pharmacy.</param>
public sealed record NoticeSubject(long BookingId, DateOnly RoundDate, long PharmacyId);

/// <summary>Writes notices that leave by WeChat into the outbox, in the transaction that causes them.</summary>
/// <remarks>They come beside the SMS and never instead of one: no booking waits for them, and none is sent another way when WeChat refuses it.</remarks>
public sealed class WeChatNotices(IOptionsMonitor<WeChatNoticeSettings> settings, CityCalendar calendar)
{
    /// <summary>The outbox's number of this channel.</summary>
    internal const int Channel = 1;

    private static readonly TimeSpan NewsLife = TimeSpan.FromDays(1);

    private static readonly string[] Columns =
    [
        "id", "notice_key", "kind", "round_date", "booking_id", "pharmacy_id", "status", "attempts", "due_at", "expires_at",
        "leased_until", "maybe_repeated", "segments", "created_at", "channel",
    ];

    /// <summary>Whether a kind leaves by WeChat at all; where it does not, nobody need look for its bookings.</summary>
    public bool Sends(NoticeKind kind) => settings.CurrentValue.Of(kind) is not null;

    /// <summary>Tells of bookings that were made.</summary>
    public Task BookedAsync(WriteTransaction transaction, IEnumerable<NoticeSubject> bookings, DateTimeOffset now, DateTimeOffset pickupEnds) =>
        AddAsync(transaction, NoticeKind.BookingMade, bookings, now, now, pickupEnds);

    /// <summary>Tells of slots, and makes ready the reminders of the pickup day's morning.</summary>
    public async Task PublishedAsync(
        WriteTransaction transaction, IReadOnlyCollection<NoticeSubject> bookings, DateOnly pickup, DateTimeOffset now, DateTimeOffset pickupEnds)
    {
        await AddAsync(transaction, NoticeKind.SlotAssigned, bookings, now, now, pickupEnds);
        var morning = calendar.Instant(pickup, settings.CurrentValue.ReminderAt);
        // Lists that come out only in the morning say the same as a reminder would.
        if (morning > now) await AddAsync(transaction, NoticeKind.Reminder, bookings, now, morning, pickupEnds);
    }

    /// <summary>Lets the reminders of pickups that have moved come in the morning of their new day.</summary>
    public Task MovedAsync(
        WriteTransaction transaction, IEnumerable<long> bookings, DateOnly pickup, DateTimeOffset now, DateTimeOffset pickupEnds) =>
        WeChatOutboxStore.MoveRemindersAsync(
            transaction, bookings, calendar.Instant(pickup, settings.CurrentValue.ReminderAt), pickupEnds, now);

    /// <summary>Tells of bookings that were not collected.</summary>
    public Task LapsedAsync(WriteTransaction transaction, IEnumerable<NoticeSubject> bookings, DateTimeOffset now) =>
        AddAsync(transaction, NoticeKind.BookingLapsed, bookings, now, now, now + NewsLife);

    /// <summary>Tells of a booking that was given back.</summary>
    public Task CancelledAsync(WriteTransaction transaction, NoticeSubject booking, DateTimeOffset now) =>
        AddAsync(transaction, NoticeKind.BookingCancelled, [booking], now, now, now + NewsLife);

    /// <summary>The key that keeps a booking's notice of a kind from being written twice.</summary>
    internal static string KeyOf(NoticeKind kind, long booking) => FormattableString.Invariant($"wechat:{(int)kind}:{booking}");

    private Task AddAsync(
        WriteTransaction transaction, NoticeKind kind, IEnumerable<NoticeSubject> bookings, DateTimeOffset now, DateTimeOffset dueAt, DateTimeOffset expiresAt)
    {
        if (!Sends(kind)) return Task.CompletedTask;
        List<object?[]> rows =
        [
            .. bookings.Select(b => new object?[]
            {
                Ids.Next(), KeyOf(kind, b.BookingId), (int)kind, b.RoundDate.Column(), b.BookingId, b.PharmacyId,
                (int)NoticeStatus.Waiting, 0, dueAt.Column(), expiresAt.Column(), 0L, 0, 0, now.Column(), Channel,
            }),
        ];
        return rows.Count == 0 ? Task.CompletedTask : transaction.InsertManyAsync("outbox", Columns, rows);
    }
}
