using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Jobs;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Drains the outbox: takes what is due under a lease, sends it, tries again later what a vendor could not take.</summary>
public sealed class SendNoticesJob(
    OutboxStore outbox, ReceiptStore receipts, NoticeCapStore caps, NoticeTexts texts, ISmsProvider sms, PersonalData personal, PolicyBook policies, Database database,
    CityQueries city, CityCalendar calendar, OutboxAgeQueries ages) : IJob
{
    // What a crash may repeat is what is leased at once; smaller leases cost more commits.
    private const int AtOnce = 40;
    private const int MostPerRun = 50_000;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    private static readonly ParallelOptions Lanes = new() { MaxDegreeOfParallelism = 8 };

    /// <inheritdoc />
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await ages.LookAsync(cancellationToken);
        var done = await outbox.DropExpiredAsync(cancellationToken) + await receipts.ApplyEarlyAsync(cancellationToken);
        while (done < MostPerRun && await outbox.LeaseAsync(AtOnce, cancellationToken) is { Count: > 0 } leased)
        {
            var messages = await ComposeAsync(leased, cancellationToken);
            var over = await caps.TakeAsync(messages, cancellationToken);
            var results = new NoticeResult?[messages.Count];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, messages.Count),
                new ParallelOptions { MaxDegreeOfParallelism = Lanes.MaxDegreeOfParallelism, CancellationToken = cancellationToken },
                async (i, token) => results[i] = over.Contains(messages[i].Notice.Id)
                    ? Tomorrow(messages[i].Notice)
                    : await SendAsync(messages[i].Notice, messages[i].Sms, token));
            // The results are facts by now: they are written even while the process is stopping.
            await outbox.SettleAsync([.. results.OfType<NoticeResult>()], CancellationToken.None);
            await ages.LookAsync(cancellationToken);
            done += results.Count(r => r is { Status: not NoticeStatus.Waiting });
            if (results.All(r => r is null or { Status: NoticeStatus.Waiting })) break;
        }

        return done;
    }

    private async Task<List<(LeasedNotice Notice, SmsMessage? Sms)>> ComposeAsync(List<LeasedNotice> leased, CancellationToken cancellationToken)
    {
        var sign = (await city.NamesAsync(cancellationToken)).City;
        var rules = await database.ReadAsync(
            async connection =>
            {
                var byId = new Dictionary<long, Policy>();
                foreach (var id in leased.Select(n => n.PolicyId).Distinct()) byId[id] = await policies.GetAsync(connection, null, id);
                return byId;
            },
            cancellationToken);
        var counts = new Dictionary<DateOnly, ILookup<long, SlotCount>>();
        foreach (var round in leased.Where(n => n.Kind == NoticeKind.PharmacyList).GroupBy(n => n.RoundDate))
        {
            var slots = await outbox.SlotCountsAsync(round.Key, [.. round.Select(n => n.PharmacyId)], cancellationToken);
            counts[round.Key] = slots.ToLookup(s => s.PharmacyId);
        }

        return [.. leased.Select(n => (n, Compose(n, rules[n.PolicyId], counts, sign)))];
    }

    private SmsMessage? Compose(LeasedNotice n, Policy policy, Dictionary<DateOnly, ILookup<long, SlotCount>> counts, string sign)
    {
        var pharmacy = n.Kind == NoticeKind.PharmacyList;
        // Who cancelled in the meantime is not told to come.
        if (!pharmacy && n.Kind != NoticeKind.BookingRefused && n.BookingStatus != BookingStatus.Booked) return null;
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

    /// <summary>Sends one, unless this node slept through its lease: then the message is another's to send.</summary>
    private async Task<NoticeResult?> SendAsync(LeasedNotice notice, SmsMessage? message, CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        if (now >= notice.LeasedUntil) return null;
        if (message is null) return new NoticeResult(notice.Id, notice.Lease, NoticeStatus.Dropped, now, 0, null, "nobody to send to", now);
        var outcome = await sms.SendAsync(message, cancellationToken);
        var (status, due, settled) = outcome.Result switch
        {
            SmsResult.Accepted => (NoticeStatus.Sent, now, calendar.Now),
            SmsResult.Refused => (NoticeStatus.Failed, now, calendar.Now),
            _ => (NoticeStatus.Waiting, now + (outcome.Pause is { } pause ? Jittered(pause) : Pause(notice.Attempts)), (DateTimeOffset?)null),
        };
        var accepted = outcome.Result == SmsResult.Accepted;
        return new NoticeResult(
            notice.Id, notice.Lease, status, due, SmsLength.Segments(message.Text), accepted ? outcome.ProviderId : null,
            accepted ? null : outcome.Problem, settled, outcome.MayHaveLeft)
        {
            Provider = accepted ? outcome.Provider : null,
            ReceiptKey = accepted && outcome is { Provider: { } by, ProviderId: { Length: > 0 } id } ? SmsReceipts.Key(by, id) : null,
            TriedAt = now,
            TriedBy = outcome.Provider,
        };
    }

    /// <summary>The number has had its share of today.</summary>
    private NoticeResult Tomorrow(LeasedNotice notice)
    {
        var midnight = calendar.Instant(calendar.Today.AddDays(1), TimeOnly.MinValue);
        return new NoticeResult(notice.Id, notice.Lease, NoticeStatus.Waiting, midnight, 0, null, nameof(SmsSettings.DailyCap), null);
    }

    // What waited for the same minute or hour does not come back in the same instant.
    private static TimeSpan Jittered(TimeSpan pause) => pause + TimeSpan.FromSeconds(Random.Shared.NextDouble());

    /// <summary>2 s, 4 s, 8 s … up to ten minutes, each with up to a quarter of jitter.</summary>
    private static TimeSpan Pause(int attempts)
    {
        var seconds = Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(attempts, 12)));
        return TimeSpan.FromSeconds(seconds * (1 + (Random.Shared.NextDouble() / 4)));
    }
}
