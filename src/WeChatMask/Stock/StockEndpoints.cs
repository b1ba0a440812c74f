using System.Security.Claims;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Stock;

/// <summary>What a pharmacy reports of its stock.</summary>
public static class StockEndpoints
{
    internal const int MostUnits = 100_000;
    internal const int LongestReason = 200;

    internal static async Task<IResult> DeliverAsync(
        DeliveryBody body, ClaimsPrincipal user, StockReportStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var asPlanned = body.AsPlanned ?? false;
        if (Read(body.Date, body.Units ?? (asPlanned ? 0 : null), body.RequestId, least: 0, out var report) is var wrong and not Refusal.None) return refusals.Result(wrong);
        if (asPlanned && body.MoreComing == true) return refusals.Result(Refusal.InvalidRequest);
        report = report with { MoreComing = body.MoreComing ?? false, AsPlanned = asPlanned };
        var answer = await store.DeliverAsync(Clerk.Of(user.Staff()), report, tryOnly: false, cancellationToken);
        if (answer.Refusal != Refusal.None) return refusals.Result(answer.Refusal);
        var view = new DeliveryView(
            report.PickupDate, asPlanned ? answer.Delivered : report.Units, answer.Delivered, answer.Planned, answer.Delivered - answer.Planned, answer.Places, answer.Moved, answer.Returned, answer.Waits);
        if (answer.Waits) return TypedResults.Accepted((string?)null, view);
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }

    internal static async Task<IResult> LoseAsync(
        LossBody body, ClaimsPrincipal user, StockReportStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Read(body.Date, body.Units, body.RequestId, least: 1, out var report) is var wrong and not Refusal.None) return refusals.Result(wrong);
        if (refusals.Reason(body.Reason, LongestReason, out var reason) is { } unreadable) return unreadable;
        var answer = await store.LoseAsync(Clerk.Of(user.Staff()), report with { Reason = reason }, tryOnly: false, cancellationToken);
        if (answer.Refusal != Refusal.None) return refusals.Result(answer.Refusal);
        var view = new LossView(report.PickupDate, report.Units, answer.Lost, answer.Places, answer.Moved, answer.Waits);
        if (answer.Waits) return TypedResults.Accepted((string?)null, view);
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }

    /// <summary>Reads a report's figures, or says what is wrong with them.</summary>
    internal static Refusal Read(string? date, int? units, string? requestId, int least, out StockReport report)
    {
        report = new StockReport(default, 0, "");
        if (!RequestId.IsWellFormed(requestId)) return Refusal.InvalidRequestId;
        if (RouteDay.Read(date) is not { } day) return Refusal.InvalidDate;
        if (units is not { } number || number < least || number > MostUnits) return Refusal.InvalidUnits;
        report = new StockReport(day, number, requestId);
        return Refusal.None;
    }
}

/// <summary>
/// A delivery to be written down for a pickup day. While more is expected for the day nothing follows from it: that comes with the last one, or when pickup ends.
/// As planned means exactly the day's plan, as the first word on that day; units may then be left out, and are refused where the plan has changed.
/// </summary>
public sealed record DeliveryBody(string? Date = null, int? Units = null, string? RequestId = null, bool? MoreComing = null, bool? AsPlanned = null);

/// <summary>
/// A delivery written down: the units that came with it, and the day's so far against its plan. Places are what the day's
/// differences give the pharmacy's next round, or below zero take from it. Moved are bookings that this report moved to the next
/// day; returned are those that had moved there and may be collected on their own day after all, or still on the next.
/// Where it waits for a supervisor, it is not among the day's units and nothing has followed.
/// </summary>
public sealed record DeliveryView(DateOnly Date, int Units, int Delivered, int Planned, int Difference, int Places, int Moved, int Returned, bool Waits);

/// <summary>Units of a pickup day's stock that are broken or missing, to be written down.</summary>
public sealed record LossBody(string? Date = null, int? Units = null, string? Reason = null, string? RequestId = null);

/// <summary>A loss written down, and the day's so far; places and moved bookings as with a delivery.</summary>
public sealed record LossView(DateOnly Date, int Units, int Lost, int Places, int Moved, bool Waits);
