using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Notices;

/// <summary>The outbox's rows that leave by WeChat: taken under a lease, settled, and later told what became of them.</summary>
public sealed class WeChatOutboxStore(Database database, CityCalendar calendar)
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);

    /// <summary>Takes up to <paramref name="count"/> notices that are due, for this sender alone.</summary>
    public Task<List<WeChatNotice>> LeaseAsync(int count, CancellationToken cancellationToken) => OutboxLeaseStore.TakeAsync<WeChatNotice>(
        database, WeChatNotices.Channel, calendar.Now, LeaseTime, count,
        """
        SELECT o.id, o.leased_by AS lease, o.leased_until, o.kind, o.attempts, o.maybe_repeated,
               b.pickup_date, b.pickup_opens_at, b.pickup_closes_at, r.policy_id, p.name AS pharmacy_name, p.address AS pharmacy_address,
               b.number, b.serial, b.units, b.unit_price_fen, b.status AS booking_status, b.slot_starts_at, b.slot_ends_at,
               COALESCE(a.open_id, '') AS open_id, COALESCE(a.kind, 0) AS account_kind, a.unreachable_since
          FROM outbox o
          JOIN round r          ON r.date = o.round_date
          JOIN pharmacy p       ON p.id = o.pharmacy_id
          JOIN booking_pickup b ON b.id = o.booking_id
          LEFT JOIN account a   ON a.id = b.account_id
        """,
        cancellationToken);

    /// <summary>Writes results down and gives the leases back. A lease that ran out and is another sender's now stays theirs.</summary>
    public Task SettleAsync(IReadOnlyCollection<WeChatNoticeResult> results, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await transaction.ExecuteManyAsync(
                """
                UPDATE outbox
                   SET status = @Status, due_at = @DueAt, leased_by = NULL, leased_until = 0, message_id = @MessageId,
                       problem = @Problem, settled_at = @SettledAt,
                       maybe_repeated = CASE WHEN @MayHaveLeft = 1 THEN 1 ELSE maybe_repeated END
                 WHERE id = @Id AND leased_by = @Lease
                """,
                results);
            var lost = results.Where(r => r.Unreachable is not null).Select(r => new { r.Unreachable, Now = calendar.Now }).DistinctBy(r => r.Unreachable, StringComparer.Ordinal).ToList();
            if (lost.Count > 0)
            {
                await transaction.ExecuteManyAsync(
                    "UPDATE account SET unreachable_since = @Now WHERE open_id = @Unreachable AND unreachable_since IS NULL", lost);
            }

            return true;
        },
        cancellationToken);

    /// <summary>Lets reminders that have not gone out yet wait for the morning of the day that their pickups have moved to.</summary>
    internal static Task MoveRemindersAsync(
        WriteTransaction transaction, IEnumerable<long> bookings, DateTimeOffset morning, DateTimeOffset pickupEnds, DateTimeOffset now) =>
        transaction.ExecuteManyAsync(
            """
            UPDATE outbox SET due_at = @morning, expires_at = @pickupEnds
             WHERE notice_key = @key AND status = @waiting AND leased_until <= @now
            """,
            [.. bookings.Select(id => new { key = WeChatNotices.KeyOf(NoticeKind.Reminder, id), morning, pickupEnds, waiting = NoticeStatus.Waiting, now })]);

    /// <summary>Writes down what WeChat says became of a message it had taken.</summary>
    /// <param name="messageId">WeChat's id of it.</param>
    /// <param name="result"><c>success</c>, or why it did not arrive.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task ReportAsync(string messageId, string result, CancellationToken cancellationToken)
    {
        var report = new
        {
            messageId, result, channel = WeChatNotices.Channel, sent = NoticeStatus.Sent, failed = NoticeStatus.Failed, arrived = result == "success" ? 1 : 0,
        };
        await database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                """
                UPDATE outbox SET wechat_result = @result, status = CASE WHEN @arrived = 1 THEN status ELSE @failed END
                 WHERE message_id = @messageId AND channel = @channel AND status = @sent
                """,
                report),
            cancellationToken);
    }
}

/// <summary>A notice under this sender's lease, with all its text needs.</summary>
public sealed class WeChatNotice
{
    public long Id { get; init; }

    public string Lease { get; init; } = "";

    public DateTimeOffset LeasedUntil { get; init; }

    public NoticeKind Kind { get; init; }

    public int Attempts { get; init; }

    public bool MaybeRepeated { get; init; }

    public DateOnly PickupDate { get; init; }

    public DateTimeOffset PickupOpensAt { get; init; }

    public DateTimeOffset PickupClosesAt { get; init; }

    public long PolicyId { get; init; }

    public string PharmacyName { get; init; } = "";

    public string PharmacyAddress { get; init; } = "";

    public string Number { get; init; } = "";

    public int Serial { get; init; }

    public int Units { get; init; }

    public int UnitPriceFen { get; init; }

    public BookingStatus BookingStatus { get; init; }

    public DateTimeOffset? SlotStartsAt { get; init; }

    public DateTimeOffset? SlotEndsAt { get; init; }

    public string OpenId { get; init; } = "";

    public int AccountKind { get; init; }

    public DateTimeOffset? UnreachableSince { get; init; }
}

/// <summary>What became of one notice.</summary>
/// <param name="Id">The row.</param>
/// <param name="Lease">Under which lease.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="DueAt">When it is tried again.</param>
/// <param name="MessageId">WeChat's id of it.</param>
/// <param name="Problem">WeChat's errcode, or what failed.</param>
/// <param name="SettledAt">When it was settled.</param>
/// <param name="MayHaveLeft">No answer came: it may be on its way.</param>
/// <param name="Unreachable">The openid, when WeChat says that it does not follow.</param>
public sealed record WeChatNoticeResult(
    long Id, string Lease, NoticeStatus Status, DateTimeOffset DueAt, string? MessageId = null, string? Problem = null, DateTimeOffset? SettledAt = null,
    bool MayHaveLeft = false, string? Unreachable = null);
