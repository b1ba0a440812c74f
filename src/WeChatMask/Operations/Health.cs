using System.Globalization;
using WeChatMask.Data;
using WeChatMask.OfficialAccount;
using WeChatMask.Settings;
using WeChatMask.Sms;
using WeChatMask.Stock;

namespace WeChatMask.Operations;

/// <summary>Health for machines: alive, and ready with the reasons when not.</summary>
/// <remarks>
/// Warnings tell what a person must mend at a neighbour: SMS vendors' alarms, calls of WeChat's API that rest or fail, reports of stock that wait for a supervisor, and rows that are not what the public log says. No
/// node is less ready for them: messages wait in the outbox, the city books on, and another node would fare no better.
/// </remarks>
public static class Health
{
    internal const string Root = "/health";
    internal const string LivePath = Root + "/live";
    internal const string ReadyPath = Root + "/ready";

    internal static IResult Live() => TypedResults.Ok(new { status = "live" });

    internal static async Task<IResult> ReadyAsync(
        Startup startup, NodeStore node, SmsAlarmStore sms, ApiQuotaStore limits, SharedCredentialStore kept, HeldReportStore held, LogCheckStore log,
        CityCalendar calendar, IHostApplicationLifetime life, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        var warnings = new List<string>();
        // Ready is said when everything has started, and no more once the end has begun.
        if (!startup.IsReady || !life.ApplicationStarted.IsCancellationRequested) reasons.Add("starting");
        if (life.ApplicationStopping.IsCancellationRequested) reasons.Add("stopping");
        try
        {
            await node.PingAsync(cancellationToken);
            if (!await node.ClockFitsAsync(cancellationToken)) reasons.Add("clock");
            if (startup.IsReady)
            {
                warnings.AddRange((await sms.AllAsync(cancellationToken)).Select(a => $"sms {a.Subject} {a.Problem}"));
                if (await held.CountAsync(cancellationToken) is > 0 and var waiting) warnings.Add(Invariant($"stock reports wait {waiting}"));
                if ((await log.WrongAsync(cancellationToken)).Select(w => w.Findings).DefaultIfEmpty().Max() is > 0 and var wrong) warnings.Add(Invariant($"log {wrong} differences"));
                warnings.AddRange((await limits.PresentAsync(cancellationToken)).Select(l => Invariant(
                    $"wechat {l.ApiCall} {l.ErrorCode} until {calendar.Local(l.RestsUntil):yyyy-MM-ddTHH:mm:sszzz}")));
                warnings.AddRange((await kept.FaultsAsync(cancellationToken)).Select(f => Invariant(
                    $"wechat {f.Name} {(f.ErrorCode == 0 ? "no answer" : f.ErrorCode.ToString(CultureInfo.InvariantCulture))}")));
            }
        }
        catch (System.Data.Common.DbException)
        {
            reasons.Add("database");
        }

        return reasons.Count == 0
            ? TypedResults.Ok(new { status = "ready", warnings })
            : NotReady(reasons, warnings);
    }

    internal static IResult NotReady(params string[] reasons) => NotReady(reasons, []);

    private static IResult NotReady(IEnumerable<string> reasons, IEnumerable<string> warnings) =>
        TypedResults.Json(new { status = "not_ready", reasons, warnings }, statusCode: StatusCodes.Status503ServiceUnavailable);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
