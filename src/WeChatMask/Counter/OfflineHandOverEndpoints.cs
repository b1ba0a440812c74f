using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>A counter without a network: what its phone takes along beforehand, and what it sends afterwards.</summary>
public static class OfflineHandOverEndpoints
{
    private const int LongestBatch = 100;

    internal static async Task<IResult> TakeAlongAsync(HttpContext context, OfflineBundles bundles, CancellationToken cancellationToken) =>
        TypedResults.Ok(await bundles.ReadAsync(Clerk.Of(context.User.Staff()), context.User.CounterKey(), context.User.SessionEnd(), cancellationToken));

    internal static async Task<IResult> RecordAsync(
        OfflineHandOversBody body, HttpContext context, RedemptionRequestReader reader, OfflineHandOverStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (body.HandOvers is not { Count: >= 1 and <= LongestBatch } sent) return refusals.Result(Refusal.InvalidRequest);
        if (!sent.All(IsNamed)) return refusals.Result(Refusal.InvalidRequestId);
        var outcomes = await store.RecordAsync(Clerk.Of(context.User.Staff()), [.. sent.Select(reader.Read)], cancellationToken);
        return TypedResults.Ok(new OfflineHandOversView([.. outcomes.Select(ViewOf)]));
    }

    // Without an id one hand-over could not be told from another.
    private static bool IsNamed(OfflineHandOverBody? body) => RequestId.IsWellFormed(body?.RequestId);

    private static OfflineOutcomeView ViewOf(OfflineOutcome outcome) => outcome.Conflict == OfflineConflict.None
        ? new OfflineOutcomeView(outcome.RequestId, "settled", null, outcome.AfterLapse)
        : new OfflineOutcomeView(outcome.RequestId, "flagged", outcome.Conflict, outcome.AfterLapse);
}

/// <summary>What a phone sends when its network is back, in the order in which it was handed over.</summary>
public sealed record OfflineHandOversBody(IReadOnlyList<OfflineHandOverBody>? HandOvers = null);

/// <summary>
/// One hand-over made without a network, at the phone's time. The same request id again has no second effect; no units means
/// all. Members are optional so that one that is missing spoils only its own.
/// </summary>
public sealed record OfflineHandOverBody(
    string? RequestId = null, string? Voucher = null, string? Number = null, string? IdNumberLast4 = null, int? Units = null,
    DateTimeOffset? HandedOverAt = null);

/// <summary>What became of them, in the order sent.</summary>
public sealed record OfflineHandOversView(IReadOnlyList<OfflineOutcomeView> HandOvers);

/// <summary>What became of one: <c>settled</c>, or <c>flagged</c> for the supervisor with the conflict.</summary>
public sealed record OfflineOutcomeView(string RequestId, string Outcome, OfflineConflict? Conflict, bool AfterLapse);
