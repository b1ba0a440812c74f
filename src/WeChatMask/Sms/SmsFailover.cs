using System.Diagnostics;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Telemetry;

namespace WeChatMask.Sms;

/// <summary>
/// The city's way to send: the vendors of <c>Sms:Providers</c> in their order. A vendor that certainly did not take a
/// message makes room for the next; where a message may have gone out, its fate is looked up before anything else.
/// </summary>
public sealed class SmsFailover : ISmsProvider
{
    // After this nobody will know any more, and a message twice is better than none.
    private static readonly TimeSpan LongestDoubt = TimeSpan.FromMinutes(10);

    private readonly IReadOnlyList<SmsRoute> routes;
    private readonly SmsAlarms alarms;
    private readonly SmsNumbers numbers;
    private readonly CityCalendar calendar;
    private readonly Instruments instruments;

    public SmsFailover(
        IEnumerable<ISmsVendor> vendors, IOptions<SmsSettings> settings, SmsAlarms alarms, SmsNumbers numbers, CityCalendar calendar, TimeProvider time,
        Instruments instruments)
    {
        var known = vendors.ToDictionary(v => v.Name, StringComparer.Ordinal);
        var names = settings.Value.ProviderNames();
        routes = [.. names.Select(name => new SmsRoute(known[name], time, guarded: names.Count > 1))];
        this.alarms = alarms;
        this.numbers = numbers;
        this.calendar = calendar;
        this.instruments = instruments;
    }

    public async Task<SmsOutcome> SendAsync(SmsMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        // Notices are counted by their sender, many at once.
        if (message.Kind == SmsKind.LoginCode && !await numbers.TakeCodeAsync(message.Mobile, cancellationToken))
            return WithPause(SmsOutcome.Of(SmsProblem.OwnDailyCap, nameof(SmsSettings.DailyCodeCap)));
        if (message.MayBeRepeat && await ResolveAsync(message, cancellationToken) is { } settled) return settled;
        return await AskInTurnAsync(message, cancellationToken);
    }

    /// <summary>Asks what became of an earlier try. Nothing is returned when the message is to be sent.</summary>
    private async Task<SmsOutcome?> ResolveAsync(SmsMessage message, CancellationToken cancellationToken)
    {
        var since = message.DoubtfulSince ?? calendar.Now;
        var silent = false;
        foreach (var vendor in routes.Select(r => r.Vendor).Where(v => v.CanFind && (message.DoubtfulAt is null || message.DoubtfulAt == v.Name)))
        {
            var found = await vendor.FindAsync(message, since, cancellationToken);
            if (found.Finding == SmsFinding.Taken)
                return new SmsOutcome(SmsResult.Accepted, found.ProviderId) { Provider = vendor.Name };
            silent |= found.Finding == SmsFinding.Unknown;
        }

        return silent && calendar.Now - since < LongestDoubt
            ? SmsOutcome.Of(SmsProblem.Outage, "not known yet", VendorCall.BeforeLooking)
            : null;
    }

    private async Task<SmsOutcome> AskInTurnAsync(SmsMessage message, CancellationToken cancellationToken)
    {
        SmsOutcome? best = null;
        foreach (var route in routes)
        {
            var began = Stopwatch.GetTimestamp();
            var (asked, outcome) = await route.SendAsync(message, cancellationToken);
            if (asked) instruments.VendorCalled(route.Vendor.Name, outcome.Result == SmsResult.Accepted ? "accepted" : Outcome.Of(outcome.Reason), Stopwatch.GetElapsedTime(began));
            outcome = WithPause(outcome);
            if (asked) await alarms.NoteAsync(route.Vendor.Name, message.Kind, outcome, cancellationToken);
            if (asked && (outcome.Result == SmsResult.Accepted || outcome.MayHaveLeft || !SmsProblems.FailsOver(outcome.Reason))) return outcome;
            best = best is null ? outcome : Sooner(best, outcome);
        }

        return best ?? SmsOutcome.Of(SmsProblem.Outage, "Sms:Providers is empty");
    }

    private SmsOutcome WithPause(SmsOutcome outcome) => outcome.Result == SmsResult.TryLater
        ? outcome with { Pause = outcome.Pause ?? SmsProblems.Pause(outcome.Reason, calendar.Local(calendar.Now)) }
        : outcome;

    // Nothing is given up while one vendor may still carry it.
    private static SmsOutcome Sooner(SmsOutcome one, SmsOutcome other)
    {
        if (one.Result != other.Result) return one.Result == SmsResult.TryLater ? one : other;
        return (other.Pause ?? TimeSpan.Zero) < (one.Pause ?? TimeSpan.Zero) ? other : one;
    }
}
