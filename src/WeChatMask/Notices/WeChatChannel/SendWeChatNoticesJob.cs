using System.Globalization;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Jobs;
using WeChatMask.OfficialAccount;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.Notices;

/// <summary>Sends the outbox's notices that leave by WeChat. Who does not follow or does not want them is left in peace.</summary>
public sealed class SendWeChatNoticesJob(
    WeChatOutboxStore outbox, WeChatNoticeTexts texts, OfficialAccountClient client, IOptionsMonitor<WeChatNoticeSettings> settings,
    PolicyBook policies, Database database, CityCalendar calendar) : IJob
{
    private const int AtOnce = 40;
    private const int MostPerRun = 20_000;
    private const int Lanes = 8;
    private const int LongestPauseSeconds = 600;
    private const string NotFollowing = "not following";

    /// <inheritdoc />
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        while (done < MostPerRun && await outbox.LeaseAsync(AtOnce, cancellationToken) is { Count: > 0 } leased)
        {
            var rules = await RulesAsync(leased, cancellationToken);
            var results = new WeChatNoticeResult?[leased.Count];
            // One person's in their order, and none after the first that tells us that they do not follow.
            await Parallel.ForEachAsync(
                Enumerable.Range(0, leased.Count).GroupBy(i => leased[i].OpenId, StringComparer.Ordinal),
                new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
                async (person, token) =>
                {
                    var lost = false;
                    foreach (var i in person)
                    {
                        results[i] = lost ? Settled(leased[i], NoticeStatus.Dropped, NotFollowing) : await SendAsync(leased[i], rules[leased[i].PolicyId], token);
                        lost |= results[i]?.Unreachable is not null;
                    }
                });
            // The results are facts by now: they are written even while the process is stopping.
            await outbox.SettleAsync([.. results.OfType<WeChatNoticeResult>()], CancellationToken.None);
            done += results.Count(r => r is { Status: not NoticeStatus.Waiting });
            if (results.All(r => r is null or { Status: NoticeStatus.Waiting })) break;
        }

        return done;
    }

    private Task<Dictionary<long, Policy>> RulesAsync(List<WeChatNotice> leased, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var byId = new Dictionary<long, Policy>();
            foreach (var id in leased.Select(n => n.PolicyId).Distinct()) byId[id] = await policies.GetAsync(connection, null, id);
            return byId;
        },
        cancellationToken);

    private async Task<WeChatNoticeResult?> SendAsync(WeChatNotice notice, Policy policy, CancellationToken cancellationToken)
    {
        // This node slept through its lease: the message is another's to send.
        if (calendar.Now >= notice.LeasedUntil) return null;
        if (WhyNot(notice) is { } reason) return Settled(notice, NoticeStatus.Dropped, reason);
        if (settings.CurrentValue.Of(notice.Kind) is not { } template) return Settled(notice, NoticeStatus.Dropped, "no template");
        // Nothing tells WeChat that a notice of this way is the same one again, and twice is worse here than not at all.
        if (notice.MaybeRepeated && template.Way == TemplateWay.Subscription) return Settled(notice, NoticeStatus.Dropped, "may have been sent");
        var call = template.Way == TemplateWay.Subscription ? OfficialAccountClient.SubscriptionCall : OfficialAccountClient.TemplateCall;
        try
        {
            var id = await client.SendAsync(call, texts.Body(notice, template, policy), cancellationToken);
            return Settled(notice, NoticeStatus.Sent, null) with { MessageId = id };
        }
        catch (WeChatApiException failure)
        {
            return Failed(notice, failure);
        }
    }

    /// <summary>Whether the booking is still what the notice tells, and there is somebody to tell it to.</summary>
    private string? WhyNot(WeChatNotice notice)
    {
        var told = notice.Kind switch
        {
            NoticeKind.BookingLapsed => BookingStatus.Lapsed,
            NoticeKind.BookingCancelled => BookingStatus.Cancelled,
            _ => BookingStatus.Booked,
        };
        if (notice.BookingStatus != told) return "overtaken";
        // The pickup was moved while the reminder was on its way, or a rest of the account lasted beyond the day.
        if (notice.Kind == NoticeKind.Reminder && notice.PickupDate != calendar.Today) return "overtaken";
        if (notice.OpenId.Length == 0 || notice.AccountKind != 0) return "no chat";
        return notice.UnreachableSince is null ? null : NotFollowing;
    }

    private WeChatNoticeResult Failed(WeChatNotice notice, WeChatApiException failure)
    {
        var code = failure.ErrorCode == WeChatApiException.NoAnswer ? "no answer" : failure.ErrorCode.ToString(CultureInfo.InvariantCulture);
        return failure.Action switch
        {
            WeChatAction.FailUserNotFollower => Settled(notice, NoticeStatus.Dropped, code) with { Unreachable = notice.OpenId },
            WeChatAction.FailUserRefused => Settled(notice, NoticeStatus.Dropped, code),
            WeChatAction.RetryBackoff => Later(notice, calendar.Now + Pause(notice.Attempts), code) with { MayHaveLeft = failure.ErrorCode == WeChatApiException.NoAnswer },
            WeChatAction.StopQuotaDay or WeChatAction.RetryAfterMinute or WeChatAction.FailConfig or WeChatAction.FailConfigIpAllowList
                or WeChatAction.RefreshTokenRetryOnce => Later(notice, ApiPause.After(failure, Math.Max(0, notice.Attempts - 1), calendar), code),
            _ => Settled(notice, NoticeStatus.Failed, code),
        };
    }

    private WeChatNoticeResult Settled(WeChatNotice notice, NoticeStatus status, string? problem) =>
        new(notice.Id, notice.Lease, status, calendar.Now, Problem: problem, SettledAt: calendar.Now);

    private static WeChatNoticeResult Later(WeChatNotice notice, DateTimeOffset dueAt, string problem) =>
        new(notice.Id, notice.Lease, NoticeStatus.Waiting, dueAt, Problem: problem);

    private static TimeSpan Pause(int attempts) => TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, Math.Pow(2, Math.Min(attempts, 12))));
}
