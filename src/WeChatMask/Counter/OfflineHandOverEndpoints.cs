using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>A counter without a network: what its phone takes along beforehand, and what it tells afterwards.</summary>
public static class OfflineHandOverEndpoints
{
    private const int LongestBatch = 100;

    internal static async Task<IResult> TakeAlongAsync(HttpContext context, OfflineBundles days, CancellationToken cancellationToken)
    {
        return TypedResults.Ok(await days.ReadAsync(Clerk.Of(context.User.Staff()), context.User.CounterKey(), cancellationToken));
    }

    internal static async Task<IResult> SettleAsync(
        OfflineHandOversBody body, HttpContext context, OfflineHandOverReader reader, OfflineHandOverStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (body.HandOvers is not { Count: >= 1 and <= LongestBatch } sent) return refusals.Result(Refusal.InvalidRequest);
        if (!sent.All(OfflineHandOverReader.IsNamed)) return refusals.Result(Refusal.InvalidRequestId);
        var answers = await store.SettleAsync(Clerk.Of(context.User.Staff()), [.. sent.Select(reader.Read)], cancellationToken);
        return TypedResults.Ok(new OfflineHandOversView([.. answers.Select(ViewOf)]));
    }

    private static SettledView ViewOf(Settled settled) => settled.Conflict == OfflineConflict.None
        ? new SettledView(settled.RequestId, "settled", null, settled.AfterLapse)
        : new SettledView(settled.RequestId, "flagged", settled.Conflict, settled.AfterLapse);
}

/// <summary>Reads what a phone tells. One that cannot be read is kept as such: the goods are gone, and a refusal would lose the trace of them.</summary>
public sealed class OfflineHandOverReader(RedemptionRequestReader attempts)
{
    private const int LongestTyped = 64;

    /// <summary>Whether one has an id; without it, it could not be told from another.</summary>
    public static bool IsNamed(OfflineHandOverBody? body) => RequestId.IsWellFormed(body?.RequestId);

    /// <summary>Reads one.</summary>
    public OfflineHandOver Read(OfflineHandOverBody body)
    {
        var refusal = attempts.Read(
            new RedemptionBody(body.Voucher, body.Number, body.IdNumberLast4, null, body.RequestId, body.Units), requestIdNeeded: true, out var attempt);
        var readable = refusal == Refusal.None && body.HandedOverAt is not null;
        // Not every database holds a NUL, and this must be kept.
        var typed = (body.Number ?? body.Voucher ?? "").Replace("\0", "", StringComparison.Ordinal).Trim();
        return new OfflineHandOver(
            readable ? attempt : null, body.RequestId!, typed.Length > LongestTyped ? typed[..LongestTyped] : typed, body.HandedOverAt ?? default);
    }
}
