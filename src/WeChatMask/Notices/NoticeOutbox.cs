using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Notices;

/// <summary>Writes the notices of every channel in the transaction that causes them: with it they exist, without it they never did.</summary>
/// <remarks>
/// WeChat's come beside the SMS and never instead of one. Whether a person can be reached is looked at when a notice leaves,
/// since they may follow the account or leave it until then.
/// </remarks>
public sealed class NoticeOutbox(IOptionsMonitor<WeChatNoticeSettings> templates, CityCalendar calendar)
{
    private static readonly TimeSpan NewsLife = TimeSpan.FromDays(1);
    private static readonly TimeSpan CaseLife = TimeSpan.FromDays(7);

    private static readonly string[] Columns =
    [
        "id", "channel", "notice_key", "kind", "round_date", "booking_id", "pharmacy_id", "status", "attempts", "due_at", "expires_at",
        "leased_until", "maybe_repeated", "segments", "created_at", "account_id", "redemption_id", "complaint_id",
    ];

    /// <summary>Whether anybody is told of bookings that lapse; where nobody is, they need not be looked for.</summary>
    public bool TellsOfLapses => ByWeChat(NoticeKind.BookingLapsed);

    /// <summary>Whether anybody is told that a pharmacy hands over until later: by WeChat or not at all.</summary>
    public bool TellsOfExtensions => ByWeChat(NoticeKind.PickupExtended);

    /// <summary>Tells of a round's bookings, all notices of all channels in one insert.</summary>
    public Task TellAsync(
        WriteTransaction transaction, NoticeCause cause, RoundState round, IReadOnlyCollection<NoticeSubject> subjects, DateTimeOffset now) =>
        AddAsync(transaction, NoticesOf(cause, round, subjects, now), now);

    /// <summary>Tells that a pharmacy's pickups have moved.</summary>
    /// <param name="transaction">The one in which they move.</param>
    /// <param name="pharmacy">Whose they are.</param>
    /// <param name="moved">One entry a booking.</param>
    /// <param name="remindOn">The day in whose morning reminders come that have not gone out yet; without one they stay as they are.</param>
    /// <param name="now">When they move.</param>
    public async Task TellMovedAsync(
        WriteTransaction transaction, long pharmacy, IReadOnlyCollection<MovedSubject> moved, DateOnly? remindOn, DateTimeOffset now)
    {
        await AddAsync(
            transaction,
            moved.Select(m => new Notice(
                NoticeChannel.Sms, FormattableString.Invariant($"moved:{m.BookingId}:{m.Move}"), NoticeKind.PickupMoved, m.RoundDate, pharmacy, m.BookingId, now, m.PickupEnds)),
            now);
        if (remindOn is not { } day || moved.Count == 0) return;
        // All close with the same day; a version of the rules with other hours only moves the minute at which a reminder is too old.
        await OutboxStore.MoveAsync(
            transaction, moved.Select(m => WeChatKey(NoticeKind.Reminder, m.BookingId)), calendar.Instant(day, templates.CurrentValue.ReminderAt),
            moved.Max(m => m.PickupEnds), now);
    }

    /// <summary>Tells that a pharmacy hands over until later; once for each lever.</summary>
    public Task TellExtendedAsync(
        WriteTransaction transaction, long lever, DateOnly round, long pharmacy, IReadOnlyCollection<long> bookings, DateTimeOffset until, DateTimeOffset now) =>
        !TellsOfExtensions ? Task.CompletedTask : AddAsync(
            transaction,
            bookings.Select(b => new Notice(
                NoticeChannel.WeChat, FormattableString.Invariant($"{WeChatKey(NoticeKind.PickupExtended, b)}:{lever}"), NoticeKind.PickupExtended, round, pharmacy, b, now, until)),
            now);

    /// <summary>
    /// Tells that bookings are collected at another pharmacy, once for each lever; what else waits to be told of them then names that
    /// pharmacy too.
    /// </summary>
    public async Task TellElsewhereAsync(
        WriteTransaction transaction, long lever, RoundState round, long pharmacy, IReadOnlyCollection<long> bookings, DateTimeOffset now)
    {
        await OutboxStore.RedirectAsync(transaction, bookings, pharmacy);
        var ends = round.Times.PickupClosesAt;
        var told = bookings.Select(b => new Notice(
            NoticeChannel.Sms, FormattableString.Invariant($"elsewhere:{b}:{lever}"), NoticeKind.PharmacyChanged, round.Date, pharmacy, b, now, ends)).ToList();
        if (ByWeChat(NoticeKind.PharmacyChanged))
            told.AddRange([.. told.Select(n => n with { Channel = NoticeChannel.WeChat, Key = FormattableString.Invariant($"{WeChatKey(n.Kind, n.BookingId!.Value)}:{lever}") })]);
        await AddAsync(transaction, told, now);
    }

    /// <summary>Whether anybody is told that they may book again on another day; where nobody is, they need not be looked for.</summary>
    public bool TellsOfBookableDays => ByWeChat(NoticeKind.BookableDayMoved);

    /// <summary>Tells that a version of the rules has moved the day from which people may book again; once for each version.</summary>
    public Task TellBookableAsync(WriteTransaction transaction, long policy, IReadOnlyCollection<BookableSubject> subjects, DateTimeOffset now) =>
        !TellsOfBookableDays ? Task.CompletedTask : AddAsync(
            transaction,
            subjects.Select(s => new Notice(
                NoticeChannel.WeChat, FormattableString.Invariant($"{WeChatKey(NoticeKind.BookableDayMoved, s.BookingId)}:{policy}"), NoticeKind.BookableDayMoved,
                s.RoundDate, s.PharmacyId, s.BookingId, now, Later(now + NewsLife, s.From))),
            now);

    // Of use until the day it tells of is over.
    private DateTimeOffset Later(DateTimeOffset least, DateOnly? day) =>
        day is { } known && calendar.Instant(known.AddDays(1), TimeOnly.MinValue) is var end && end > least ? end : least;

    /// <summary>Tells of a hand-over, or that it was taken back, so that whoever did not collect hears of it at once.</summary>
    /// <remarks>
    /// The booker, and by WeChat the accounts through which the person has collected before. Not every account that registered the
    /// number: whoever knows one could have themselves told when its owner goes to the pharmacy.
    /// </remarks>
    public async Task TellHandOverAsync(WriteTransaction transaction, NoticeKind kind, HandOverSubject handOver, bool bySms, DateTimeOffset now)
    {
        var notice = new Notice(
            NoticeChannel.WeChat, FormattableString.Invariant($"wechat:{(int)kind}:{handOver.Id}"), kind, handOver.RoundDate, handOver.PharmacyId, handOver.BookingId, now, now + NewsLife)
        {
            RedemptionId = handOver.Id,
        };
        List<Notice> notices = bySms ? [notice with { Channel = NoticeChannel.Sms, Key = FormattableString.Invariant($"sms:{(int)kind}:{handOver.Id}") }] : [];
        if (ByWeChat(kind)) notices.AddRange([notice, .. ForOthers(notice, await OutboxStore.OtherAccountsAsync(transaction, handOver.BookingId, haveCollected: true))]);
        await AddAsync(transaction, notices, now);
    }

    /// <summary>Tells that a booking was ended by somebody else than its booker: the booker, and where the number is free again, the person's other accounts.</summary>
    public async Task TellWithdrawnAsync(
        WriteTransaction transaction, NoticeKind kind, DateOnly round, NoticeSubject booking, bool freed, DateTimeOffset now)
    {
        var id = booking.BookingId!.Value;
        var notice = new Notice(NoticeChannel.WeChat, WeChatKey(kind, id), kind, round, booking.PharmacyId, id, now, now + NewsLife);
        List<Notice> notices = ByWeChat(kind) ? [notice] : [];
        if (freed && ByWeChat(NoticeKind.NumberFree))
        {
            var free = notice with { Kind = NoticeKind.NumberFree, Key = WeChatKey(NoticeKind.NumberFree, id) };
            notices.AddRange(ForOthers(free, await OutboxStore.OtherAccountsAsync(transaction, id, haveCollected: false)));
        }

        await AddAsync(transaction, notices, now);
    }

    /// <summary>Tells who complained that their case is closed.</summary>
    /// <remarks>The outbox knows no message without a round: it gets the newest one that is not to come, by whose rules the text is made.</remarks>
    public async Task TellCaseClosedAsync(WriteTransaction transaction, long complaint, long account, long? pharmacy, DateTimeOffset now)
    {
        if (!ByWeChat(NoticeKind.CaseClosed) || await OutboxStore.NewestRoundAsync(transaction, calendar.Today) is not { } round) return;
        await AddAsync(
            transaction,
            [
                new Notice(NoticeChannel.WeChat, WeChatKey(NoticeKind.CaseClosed, complaint), NoticeKind.CaseClosed, round, pharmacy ?? 0, null, now, now + CaseLife)
                {
                    AccountId = account, ComplaintId = complaint,
                },
            ],
            now);
    }

    private static IEnumerable<Notice> ForOthers(Notice notice, IEnumerable<long> accounts) =>
        accounts.Select(a => notice with { AccountId = a, Key = FormattableString.Invariant($"{notice.Key}:{a}") });

    private IEnumerable<Notice> NoticesOf(NoticeCause cause, RoundState round, IReadOnlyCollection<NoticeSubject> subjects, DateTimeOffset now)
    {
        var told = round.Policy.ResidentNotice;
        var ends = round.Times.PickupClosesAt;
        return cause switch
        {
            // A provisional booking's one SMS tells what the registry said.
            NoticeCause.Booked =>
            [
                .. told == ResidentNotice.AtBooking ? Sms(NoticeKind.BookingMade, subjects.Where(s => !s.IsProvisional)) : [],
                .. WeChat(NoticeKind.BookingMade, now, ends),
            ],
            // Where the one SMS comes with the lists, only a refusal is told before.
            NoticeCause.Confirmed => told == ResidentNotice.AtBooking ? Sms(NoticeKind.BookingMade, subjects) : [],
            NoticeCause.Refused => Sms(NoticeKind.BookingRefused, subjects),
            NoticeCause.Published =>
            [
                .. told == ResidentNotice.AtPublishing ? Sms(NoticeKind.SlotAssigned, Bookings()) : [],
                .. subjects.Where(s => s.BookingId is null).Select(ForPharmacy),
                .. WeChat(NoticeKind.SlotAssigned, now, ends),
                .. Reminders(),
            ],
            NoticeCause.Lapsed => WeChat(NoticeKind.BookingLapsed, now, now + NewsLife),
            NoticeCause.Cancelled => WeChat(NoticeKind.BookingCancelled, now, now + NewsLife),
            // That the pickup falls away is a change of it, and the one that has an SMS of its own.
            NoticeCause.RoundAnnulled =>
            [
                .. subjects.Where(s => !s.HasMoved).Select(s => new Notice(
                    NoticeChannel.Sms, FormattableString.Invariant($"annulled:{s.BookingId}"), NoticeKind.RoundAnnulled, round.Date, s.PharmacyId, s.BookingId, now, now + NewsLife)),
                .. WeChat(NoticeKind.RoundAnnulled, now, now + NewsLife),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "Nobody is told of this."),
        };

        IEnumerable<NoticeSubject> Bookings() => subjects.Where(s => s.BookingId is not null);

        // A booking has one SMS for its round, whichever kind the policy sends.
        IEnumerable<Notice> Sms(NoticeKind kind, IEnumerable<NoticeSubject> bookings) => bookings.Select(b => new Notice(
            NoticeChannel.Sms, FormattableString.Invariant($"booking:{b.BookingId}"), kind, round.Date, b.PharmacyId, b.BookingId, now, ends));

        Notice ForPharmacy(NoticeSubject s) => new(
            NoticeChannel.Sms, FormattableString.Invariant($"list:{round.Date:yyyyMMdd}:{s.PharmacyId}"), NoticeKind.PharmacyList, round.Date, s.PharmacyId, null, now, ends);

        IEnumerable<Notice> WeChat(NoticeKind kind, DateTimeOffset due, DateTimeOffset expires) => !ByWeChat(kind) ? [] : Bookings().Select(b => new Notice(
            NoticeChannel.WeChat, WeChatKey(kind, b.BookingId!.Value), kind, round.Date, b.PharmacyId, b.BookingId, due, expires));

        IEnumerable<Notice> Reminders()
        {
            var morning = calendar.Instant(round.PickupDate, templates.CurrentValue.ReminderAt);
            // Lists that come out only in the morning say the same as a reminder would.
            return morning > now ? WeChat(NoticeKind.Reminder, morning, ends) : [];
        }
    }

    private bool ByWeChat(NoticeKind kind) => templates.CurrentValue.Of(kind) is not null;

    private static string WeChatKey(NoticeKind kind, long booking) => FormattableString.Invariant($"wechat:{(int)kind}:{booking}");

    private static Task AddAsync(WriteTransaction transaction, IEnumerable<Notice> notices, DateTimeOffset now)
    {
        List<object?[]> rows =
        [
            .. notices.Select(n => new object?[]
            {
                Ids.Next(), (int)n.Channel, n.Key, (int)n.Kind, n.RoundDate.Column(), n.BookingId, n.PharmacyId, (int)NoticeStatus.Waiting, 0,
                n.DueAt.Column(), n.ExpiresAt.Column(), 0L, 0, 0, now.Column(), n.AccountId, n.RedemptionId, n.ComplaintId,
            }),
        ];
        return rows.Count == 0 ? Task.CompletedTask : transaction.InsertManyAsync("outbox", Columns, rows);
    }

    /// <summary>A message to be sent, named by its cause; its text is made when it leaves.</summary>
    /// <remarks>One cause, one notice: its key is unique, which makes telling twice the same as once.</remarks>
    private sealed record Notice(
        NoticeChannel Channel, string Key, NoticeKind Kind, DateOnly RoundDate, long PharmacyId, long? BookingId, DateTimeOffset DueAt, DateTimeOffset ExpiresAt)
    {
        /// <summary>Who is told instead of the booker.</summary>
        public long? AccountId { get; init; }

        public long? RedemptionId { get; init; }

        public long? ComplaintId { get; init; }
    }
}
