using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Sends the notices that leave by SMS: each number its share of the day, and again later what a vendor could not take.</summary>
public sealed class SendNoticesJob(
    OutboxStore outbox, PolicyQueries policies, LogReader log, Database database, CityCalendar calendar, ReceiptStore receipts, NoticeCapStore caps, NoticeTexts texts,
    ISmsProvider sms, PersonalData personal, CityQueries city, OutboxAgeQueries ages)
    : OutboxJob(outbox, policies, log, database, calendar, ages)
{
    protected override NoticeChannel Channel => NoticeChannel.Sms;

    protected override TimeSpan LeaseTime => TimeSpan.FromSeconds(30);

    protected override Task<int> CatchUpAsync(CancellationToken cancellationToken) => receipts.ApplyEarlyAsync(cancellationToken);

    protected override async Task<IReadOnlyCollection<NoticeResult>> SendAsync(
        IReadOnlyList<LeasedNotice> leased, IReadOnlyDictionary<long, Policy> rules, CancellationToken cancellationToken)
    {
        var messages = await ComposeAsync(leased, rules, cancellationToken);
        var over = await caps.TakeAsync(messages, cancellationToken);
        var byId = messages.ToDictionary(m => m.Notice.Id, m => m.Sms);
        return await InLanesAsync(
            leased.GroupBy(n => n.Id),
            (notice, token) => over.Contains(notice.Id) ? Task.FromResult(Tomorrow(notice)) : SendAsync(notice, byId[notice.Id], token),
            cancellationToken);
    }

    private async Task<List<(LeasedNotice Notice, SmsMessage? Sms)>> ComposeAsync(
        IReadOnlyList<LeasedNotice> leased, IReadOnlyDictionary<long, Policy> rules, CancellationToken cancellationToken)
    {
        var sign = (await city.NamesAsync(cancellationToken)).City;
        var counts = new Dictionary<DateOnly, ILookup<long, SlotCount>>();
        foreach (var round in leased.Where(n => n.Kind == NoticeKind.PharmacyList).GroupBy(n => n.RoundDate))
        {
            var slots = await Outbox.SlotCountsAsync(round.Key, [.. round.Select(n => n.PharmacyId)], cancellationToken);
            counts[round.Key] = slots.ToLookup(s => s.PharmacyId);
        }

        return [.. leased.Select(n => (n, Compose(n, rules[n.PolicyId], counts, sign)))];
    }

    private SmsMessage? Compose(LeasedNotice n, Policy policy, Dictionary<DateOnly, ILookup<long, SlotCount>> counts, string sign)
    {
        var pharmacy = n.Kind == NoticeKind.PharmacyList;
        // Who cancelled in the meantime is not told to come.
        if (!pharmacy && n.Kind != NoticeKind.BookingRefused && !n.IsTrue) return null;
        var mobile = personal.DecryptOrNothing(pharmacy ? n.ContactMobile : n.Mobile);
        if (mobile.Length == 0) return null;
        IReadOnlyCollection<SlotCount> slots = pharmacy ? [.. counts[n.RoundDate][n.PharmacyId]] : [];
        var text = pharmacy ? texts.ForPharmacy(n, policy, slots, sign) : texts.ForResident(n, policy, sign);
        return new SmsMessage(FormattableString.Invariant($"{n.Id}"), mobile, text, n.MaybeRepeated)
        {
            Kind = NoticeValues.KindOf(n.Kind),
            Values = pharmacy ? NoticeValues.ForPharmacy(n, policy, slots, texts) : NoticeValues.ForResident(n, policy, texts),
            DoubtfulSince = n.DoubtfulSince,
            DoubtfulAt = n.DoubtfulAt,
        };
    }

    private async Task<NoticeResult> SendAsync(LeasedNotice notice, SmsMessage? message, CancellationToken cancellationToken)
    {
        if (message is null) return Ended(notice, NoticeStatus.Dropped, "nobody to send to");
        var now = Calendar.Now;
        var outcome = await sms.SendAsync(message, cancellationToken);
        var result = outcome.Result switch
        {
            // When a message was sent, that try was what was due.
            SmsResult.Accepted => Ended(notice, NoticeStatus.Sent) with
            {
                DueAt = now,
                Provider = outcome.Provider,
                ProviderId = outcome.ProviderId,
                ReceiptKey = outcome is { Provider: { } by, ProviderId: { Length: > 0 } id } ? SmsReceipts.Key(by, id) : null,
            },
            SmsResult.Refused => Ended(notice, NoticeStatus.Failed, outcome.Problem),
            _ => Later(notice, now + (outcome.Pause is { } pause ? Jittered(pause) : Pause(notice.Attempts)), outcome.Problem),
        };
        return result with { Segments = SmsLength.Segments(message.Text), MayHaveLeft = outcome.MayHaveLeft, TriedAt = now, TriedBy = outcome.Provider };
    }

    private NoticeResult Tomorrow(LeasedNotice notice) =>
        Later(notice, Calendar.Instant(Calendar.Today.AddDays(1), TimeOnly.MinValue), nameof(SmsSettings.DailyCap));

    // What waited for the same minute or hour does not come back in the same instant.
    private static TimeSpan Jittered(TimeSpan pause) => pause + TimeSpan.FromSeconds(Random.Shared.NextDouble());
}
