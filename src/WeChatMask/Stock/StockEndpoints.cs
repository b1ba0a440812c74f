using System.Globalization;
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
        if (Read(body.Date, body.Units, body.RequestId, least: 0, out var report) is var wrong and not Refusal.None) return refusals.Result(wrong);
        var answer = await store.DeliverAsync(Clerk.Of(user.Staff()), report with { MoreComing = body.MoreComing ?? false }, tryOnly: false, cancellationToken);
        if (answer.Refusal != Refusal.None) return refusals.Result(answer.Refusal);
        var view = new DeliveryView(
            report.PickupDate, report.Units, answer.Delivered, answer.Planned, answer.Delivered - answer.Planned, answer.Places, answer.Moved, answer.Returned);
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }

    internal static async Task<IResult> LoseAsync(
        LossBody body, ClaimsPrincipal user, StockReportStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Read(body.Date, body.Units, body.RequestId, least: 1, out var report) is var wrong and not Refusal.None) return refusals.Result(wrong);
        if (body.Reason?.Trim() is not { Length: >= 1 and <= LongestReason } reason) return refusals.Result(Refusal.InvalidReason);
        var answer = await store.LoseAsync(Clerk.Of(user.Staff()), report with { Reason = reason }, tryOnly: false, cancellationToken);
        if (answer.Refusal != Refusal.None) return refusals.Result(answer.Refusal);
        var view = new LossView(report.PickupDate, report.Units, answer.Lost, answer.Places, answer.Moved);
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }

    /// <summary>Reads a report's figures, or says what is wrong with them.</summary>
    internal static Refusal Read(string? date, int? units, string? requestId, int least, out StockReport report)
    {
        report = new StockReport(default, 0, "");
        if (!RequestId.IsWellFormed(requestId)) return Refusal.InvalidRequestId;
        if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return Refusal.InvalidDate;
        if (units is not { } number || number < least || number > MostUnits) return Refusal.InvalidUnits;
        report = new StockReport(day, number, requestId);
        return Refusal.None;
    }
}

/// <summary>A delivery to be written down.</summary>
/// <param name="Date">The pickup day.</param>
/// <param name="Units">How many came.</param>
/// <param name="RequestId">The caller's own id.</param>
/// <param name="MoreComing">Whether more is expected for the same day; the difference is settled with the last delivery, or when pickup ends.</param>
public sealed record DeliveryBody(string? Date = null, int? Units = null, string? RequestId = null, bool? MoreComing = null);

/// <summary>A delivery written down.</summary>
/// <param name="Date">The pickup day.</param>
/// <param name="Units">How many came with it.</param>
/// <param name="Delivered">How many came for the day so far.</param>
/// <param name="Planned">How many the plan gives.</param>
/// <param name="Difference">Delivered less planned.</param>
/// <param name="Places">Places that the day's differences give the pharmacy's next round; below zero it takes them away.</param>
/// <param name="Moved">Bookings that moved to the next day because of this report.</param>
/// <param name="Returned">Bookings that had moved to the next day and may be collected on their own day after all, or still on the next.</param>
public sealed record DeliveryView(DateOnly Date, int Units, int Delivered, int Planned, int Difference, int Places, int Moved, int Returned);

/// <summary>A loss to be written down.</summary>
/// <param name="Date">The pickup day whose stock it is.</param>
/// <param name="Units">How many are broken or missing.</param>
/// <param name="Reason">Why.</param>
/// <param name="RequestId">The caller's own id.</param>
public sealed record LossBody(string? Date = null, int? Units = null, string? Reason = null, string? RequestId = null);

/// <summary>A loss written down.</summary>
/// <param name="Date">The pickup day.</param>
/// <param name="Units">How many of them.</param>
/// <param name="Lost">How many of the day so far.</param>
/// <param name="Places">Places that the day's differences give the pharmacy's next round; below zero it takes them away.</param>
/// <param name="Moved">Bookings that moved to the next day because of this report.</param>
public sealed record LossView(DateOnly Date, int Units, int Lost, int Places, int Moved);
