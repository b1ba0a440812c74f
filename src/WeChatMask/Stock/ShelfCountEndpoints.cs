using System.Security.Claims;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Stock;

/// <summary>What a pharmacy counted on its shelf at closing.</summary>
public static class ShelfCountEndpoints
{
    internal static async Task<IResult> CountAsync(
        ShelfCountBody body, ClaimsPrincipal user, ShelfCountStore store, RefusalResults refusals, CityCalendar calendar, CancellationToken cancellationToken)
    {
        if (StockEndpoints.Read(body.Date, body.Counted, body.RequestId, least: 0, out var read) is var wrong and not Refusal.None) return refusals.Result(wrong);
        var reason = "";
        if (!string.IsNullOrWhiteSpace(body.Reason) && refusals.Reason(body.Reason, StockEndpoints.LongestReason, out reason) is { } unreadable) return unreadable;
        var order = new ShelfCountOrder(read.PickupDate, read.Units, reason.Length == 0 ? null : reason, read.RequestId);
        var answer = await store.CountAsync(Clerk.Of(user.Staff()), order, cancellationToken);
        if (answer.Refusal != Refusal.None) return refusals.Result(answer.Refusal);
        var c = answer.Count!;
        var view = new ShelfCountView(c.PickupDate, c.Opening, c.Delivered, c.HandedOver, c.Lost, c.Expected, c.Counted, c.Difference, c.Reason, calendar.Local(c.CreatedAt));
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }
}

/// <summary>Units that were counted on the shelf for a pickup day. Where they are not what the books say, with a reason.</summary>
public sealed record ShelfCountBody(string? Date = null, int? Counted = null, string? Reason = null, string? RequestId = null);

/// <summary>A count written down, in units, beside the books of that instant: expected is opening + delivered - handed over - lost. The newest of a day holds.</summary>
public sealed record ShelfCountView(
    DateOnly Date, int Opening, int Delivered, int HandedOver, int Lost, int Expected, int Counted, int Difference, string? Reason, DateTimeOffset CountedAt);
