using System.Security.Claims;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>The counter's calls: hand over, ask first, take back.</summary>
public static class RedemptionEndpoints
{
    private const int LongestReason = 200;

    internal static async Task<IResult> RedeemAsync(
        RedemptionBody body, HttpContext context, RedemptionRequestReader reader, RedemptionStore store, RefusalResults refusals, FieldFaults faults, CancellationToken cancellationToken)
    {
        if (reader.Read(body, requestIdNeeded: true, out var request) is var wrong and not Refusal.None) return refusals.Result(wrong, errors: reader.Faults(body, faults));
        return ResultOf(await store.RedeemAsync(Clerk.Of(context.User.Staff()), request!, cancellationToken), store, refusals);
    }

    internal static async Task<IResult> CheckAsync(
        RedemptionBody body, HttpContext context, RedemptionRequestReader reader, RedemptionStore store, RefusalResults refusals, FieldFaults faults, CancellationToken cancellationToken)
    {
        if (reader.Read(body, requestIdNeeded: false, out var request) is var wrong and not Refusal.None) return refusals.Result(wrong, errors: reader.Faults(body, faults));
        return ResultOf((await store.CheckAsync(Clerk.Of(context.User.Staff()), [request!], cancellationToken))[0], store, refusals);
    }

    internal static async Task<IResult> VoidAsync(
        string number, VoidBody body, ClaimsPrincipal user, VoidStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (refusals.Reason(body.Reason, LongestReason, out var reason) is { } wrong) return wrong;
        if (!BookingNumber.TryParse(number, out var exact)) return refusals.Result(Refusal.UnknownBooking);
        var answer = await store.VoidAsync(user.Staff(), exact, reason, cancellationToken);
        return answer.Refusal == Refusal.None ? TypedResults.Ok(new VoidView(exact, answer.Status)) : refusals.Result(answer.Refusal);
    }

    private static IResult ResultOf(RedemptionAnswer answer, RedemptionStore store, RefusalResults refusals) =>
        answer.Refusal == Refusal.None ? new WholeAnswer<RedemptionView>(store.ViewOf(answer)) : refusals.Result(answer.Refusal);
}

/// <summary>What the counter sends. Members are optional so that a missing one is told apart from a malformed body.</summary>
public sealed record RedemptionBody(
    string? Voucher = null, string? Number = null, string? IdNumberLast4 = null, ProxyBody? Proxy = null, string? RequestId = null, int? Units = null)
{
    /// <summary>The whole number of the card at hand, instead of voucher or number: finds what was booked in its holder's name, through whichever account.</summary>
    public string? IdNumber { get; init; }

    /// <summary>The document that the number is of; an identity card unless it says otherwise.</summary>
    public DocumentType Document { get; init; }

    public override string ToString() => nameof(RedemptionBody);
}

/// <summary>Who collects for the booker.</summary>
public sealed record ProxyBody(string? Name = null, string? IdNumber = null, DocumentType? DocumentType = null)
{
    internal DocumentType Document => DocumentType ?? Domain.DocumentType.IdentityCard;
}

/// <summary>Why a hand-over is taken back.</summary>
public sealed record VoidBody(string? Reason = null);

/// <summary>State of a booking whose hand-over was taken back.</summary>
public sealed record VoidView(string Number, BookingStatus Status);
