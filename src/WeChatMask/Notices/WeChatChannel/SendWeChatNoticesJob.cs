using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.PublicLog;
using WeChatMask.OfficialAccount;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.WeChat;

namespace WeChatMask.Notices;

/// <summary>Sends the notices that leave by WeChat. Who does not follow or does not want them is left in peace.</summary>
public sealed class SendWeChatNoticesJob(
    OutboxStore outbox, PolicyQueries policies, LogReader log, Database database, CityCalendar calendar, WeChatNoticeTexts texts, OfficialAccountClient client,
    IOptionsMonitor<WeChatNoticeSettings> settings, OutboxAgeQueries ages)
    : OutboxJob(outbox, policies, log, database, calendar, ages)
{
    private const string NotFollowing = "not following";

    protected override NoticeChannel Channel => NoticeChannel.WeChat;

    protected override TimeSpan LeaseTime => TimeSpan.FromSeconds(60);

    protected override async Task<IReadOnlyCollection<NoticeResult>> SendAsync(
        IReadOnlyList<LeasedNotice> leased, IReadOnlyDictionary<long, Policy> rules, CancellationToken cancellationToken)
    {
        await FindDaysAsync([.. leased.Where(n => n.Kind == NoticeKind.BookableDayMoved)], cancellationToken);
        var gone = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        // One person's in their order, and none after the first that tells us that they do not follow.
        return await InLanesAsync(
            leased.GroupBy(n => n.OpenId, StringComparer.Ordinal),
            async (notice, token) =>
            {
                if (gone.ContainsKey(notice.OpenId)) return Ended(notice, NoticeStatus.Dropped, NotFollowing);
                var result = await SendAsync(notice, rules[notice.PolicyId], token);
                if (result.Unreachable is { } openId) gone[openId] = true;
                return result;
            },
            cancellationToken);
    }

    // By the rules and holds of the moment in which it leaves: since it was written, both may have changed again.
    private async Task FindDaysAsync(IReadOnlyCollection<LeasedNotice> moved, CancellationToken cancellationToken)
    {
        if (moved.Count == 0) return;
        var timeline = await Policies.TimelineAsync(cancellationToken);
        var newest = await Outbox.NewestHoldsAsync([.. moved.Select(n => n.Id)], cancellationToken);
        // Of several changes at once the last one tells where the day stands.
        foreach (var notice in moved.GroupBy(n => n.Number, StringComparer.Ordinal).Select(g => g.MaxBy(n => n.Id)!).Where(n => newest.GetValueOrDefault(n.Id) == n.RoundDate))
            notice.BookableFrom = timeline.BookableFrom(notice.RoundDate, Calendar.Today);
    }

    private async Task<NoticeResult> SendAsync(LeasedNotice notice, Policy policy, CancellationToken cancellationToken)
    {
        if (WhyNot(notice) is { } reason) return Ended(notice, NoticeStatus.Dropped, reason);
        if (settings.CurrentValue.Of(notice.Kind) is not { } template) return Ended(notice, NoticeStatus.Dropped, "no template");
        // Nothing tells WeChat that a notice of this way is the same one again, and twice is worse here than not at all.
        if (notice.MaybeRepeated && template.Way == TemplateWay.Subscription) return Ended(notice, NoticeStatus.Dropped, "may have been sent");
        var call = template.Way == TemplateWay.Subscription ? OfficialAccountClient.SubscriptionCall : OfficialAccountClient.TemplateCall;
        try
        {
            var id = await client.SendAsync(call, texts.Body(notice, template, policy), cancellationToken);
            return Ended(notice, NoticeStatus.Sent) with { MessageId = id };
        }
        catch (WeChatApiException failure)
        {
            return Failed(notice, failure);
        }
    }

    /// <summary>Whether the booking is still what the notice tells, and there is somebody to tell it to.</summary>
    private string? WhyNot(LeasedNotice notice)
    {
        if (!notice.IsTrue) return "overtaken";
        // The pickup was moved while the reminder was on its way, or a rest of the account lasted beyond the day.
        if (notice.Kind == NoticeKind.Reminder && notice.PickupDate != Calendar.Today) return "overtaken";
        if (notice.OpenId.Length == 0) return "no chat";
        return notice.UnreachableSince is null ? null : NotFollowing;
    }

    private NoticeResult Failed(LeasedNotice notice, WeChatApiException failure)
    {
        var code = failure.ErrorCode == WeChatApiException.NoAnswer ? "no answer" : failure.ErrorCode.ToString(CultureInfo.InvariantCulture);
        return failure.Action switch
        {
            WeChatAction.FailUserNotFollower => Ended(notice, NoticeStatus.Dropped, code) with { Unreachable = notice.OpenId },
            WeChatAction.FailUserRefused => Ended(notice, NoticeStatus.Dropped, code),
            WeChatAction.RetryBackoff =>
                Later(notice, Calendar.Now + Pause(notice.Attempts), code) with { MayHaveLeft = failure.ErrorCode == WeChatApiException.NoAnswer },
            WeChatAction.StopQuotaDay or WeChatAction.RetryAfterMinute or WeChatAction.FailConfig or WeChatAction.FailConfigIpAllowList
                or WeChatAction.RefreshTokenRetryOnce => Later(notice, ApiPause.After(failure, Math.Max(0, notice.Attempts - 1), Calendar), code),
            _ => Ended(notice, NoticeStatus.Failed, code),
        };
    }
}
