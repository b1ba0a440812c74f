using System.Security.Claims;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>The counter's calls: hand over, ask first, take back.</summary>
public static class RedemptionEndpoints
{
    private const int LongestReason = 200;

    internal static async Task<IResult> RedeemAsync(
        RedemptionBody body, HttpContext context, RedemptionRequestReader attempts, RedemptionStore store, RedemptionViews views, RefusalResults refusals,
        CancellationToken cancellationToken)
    {
        if (attempts.Read(body, requestIdNeeded: true, out var attempt) is var wrong and not Refusal.None) return refusals.Result(wrong);
        var answer = await store.RedeemAsync(Clerk.Of(context.User.Staff()), attempt!, cancellationToken);
        return answer.Refusal == Refusal.None ? TypedResults.Ok(views.Of(answer)) : refusals.Result(answer.Refusal);
    }

    internal static async Task<IResult> CheckAsync(
        RedemptionBody body, HttpContext context, RedemptionRequestReader attempts, RedemptionStore store, RedemptionViews views, RefusalResults refusals,
        CancellationToken cancellationToken)
    {
        if (attempts.Read(body, requestIdNeeded: false, out var attempt) is var wrong and not Refusal.None) return refusals.Result(wrong);
        var answer = await store.CheckAsync(Clerk.Of(context.User.Staff()), attempt!, cancellationToken);
        return answer.Refusal == Refusal.None ? TypedResults.Ok(views.Of(answer)) : refusals.Result(answer.Refusal);
    }

    internal static async Task<IResult> VoidAsync(
        string number, VoidBody body, ClaimsPrincipal user, VoidStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var reason = body.Reason?.Trim();
        if (reason is not { Length: >= 1 and <= LongestReason }) return refusals.Result(Refusal.InvalidReason);
        if (!BookingNumber.TryParse(number, out var exact)) return refusals.Result(Refusal.UnknownBooking);
        var answer = await store.VoidAsync(user.Staff(), exact, reason, cancellationToken);
        return answer.Refusal == Refusal.None ? TypedResults.Ok(new VoidView(exact, answer.Status)) : refusals.Result(answer.Refusal);
    }
}

/// <summary>What the counter sends. Members are optional so that a missing one is told apart from a malformed body.</summary>
public sealed record RedemptionBody(
    string? Voucher = null, string? Number = null, string? IdNumberLast4 = null, ProxyBody? Proxy = null, string? RequestId = null, int? Units = null);

/// <summary>Who collects for the booker.</summary>
public sealed record ProxyBody(string? Name = null, string? IdNumber = null);

/// <summary>Why a hand-over is taken back.</summary>
public sealed record VoidBody(string? Reason = null);

/// <summary>The verdict, and the booking once identity holds.</summary>
public sealed record RedemptionView(Verdict Verdict, CounterBooking? Booking, bool? OutsideSlot);

/// <summary>A booking as the counter sees it: the full name to compare with the card, nothing else in full.</summary>
public sealed record CounterBooking(
    string Number, int Serial, string Name, string IdNumber, int Units, decimal Amount, CounterSlot? Slot, DateOnly PickupDate, DateTimeOffset? RedeemedAt);

/// <summary>A pickup slot with the city's offset.</summary>
public sealed record CounterSlot(DateTimeOffset StartsAt, DateTimeOffset EndsAt);

/// <summary>State of a booking whose hand-over was taken back.</summary>
public sealed record VoidView(string Number, BookingStatus Status);

/// <summary>Checks what the counter sent before anything is looked up.</summary>
public sealed class RedemptionRequestReader(Vouchers vouchers, PersonalData personal, CityCalendar calendar)
{
    private const int LastFourLength = 4;

    /// <summary>Reads a body, or says what is wrong with it.</summary>
    public Refusal Read(RedemptionBody body, bool requestIdNeeded, out CounterAttempt? attempt)
    {
        attempt = null;
        var voucher = Given(body.Voucher);
        var typed = Given(body.Number);
        var lastFour = Given(body.IdNumberLast4)?.ToUpperInvariant();
        if (voucher is null == typed is null || (typed is not null && lastFour is null)) return Refusal.InvalidRequest;
        if (lastFour is not null && lastFour.Length != LastFourLength) return Refusal.InvalidRequest;
        if (!RequestId.IsWellFormed(body.RequestId) && (requestIdNeeded || body.RequestId is not null))
            return Refusal.InvalidRequestId;
        if (body.Units < 1) return Refusal.InvalidUnits;
        if (ReadProxy(body.Proxy, out var proxy) is var wrong and not Refusal.None) return wrong;

        var content = voucher is null ? null : vouchers.Read(voucher);
        string? number = content?.Number;
        if (typed is not null && BookingNumber.TryParse(typed, out var exact)) number = exact;
        attempt = new CounterAttempt(voucher is not null && content is null, number, content is not null, lastFour, proxy, body.RequestId ?? "", body.Units);
        return Refusal.None;
    }

    private Refusal ReadProxy(ProxyBody? body, out CounterProxy? proxy)
    {
        proxy = null;
        if (body is null) return Refusal.None;
        if (PersonName.TryParse(body.Name) is not { } name) return Refusal.InvalidName;
        if (IdentityNumber.TryParse(body.IdNumber, calendar.Today) is not { } number) return Refusal.InvalidIdNumber;
        proxy = new CounterProxy(name, number, personal.PersonHash(number.Value));
        return Refusal.None;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>Puts answers of the counter into the contract's words.</summary>
public sealed class RedemptionViews(PersonalData personal, CityCalendar calendar)
{
    /// <summary>An answer.</summary>
    public RedemptionView Of(CounterAnswer answer) => answer.Booking is { } b
        ? new RedemptionView(answer.Verdict, BookingOf(b, answer.Units), answer.OutsideSlot)
        : new RedemptionView(answer.Verdict, null, null);

    private CounterBooking BookingOf(CounterBookingRow b, int units) => new(
        b.Number, b.Serial, personal.Decrypt(b.Name), Masking.IdentityNumber(personal.Decrypt(b.IdNumber)),
        units, Money.Yuan(units * b.UnitPriceFen),
        b.Slot is { } slot ? new CounterSlot(calendar.Local(slot.StartsAt), calendar.Local(slot.EndsAt)) : null,
        b.PickupDate, b.RedeemedAt is { } at ? calendar.Local(at) : null);
}
