using System.Security.Claims;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>Opens, pauses or withdraws a pharmacy.</summary>
public static class PharmacyStatusEndpoints
{
    private const int LongestReason = 200;

    internal static async Task<IResult> SetAsync(
        string code, PharmacyStatusBody body, ClaimsPrincipal user, PharmacyStatusStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Read(body.Status) is not { } status) return refusals.Result(Refusal.InvalidRequest);
        if (refusals.Reason(body.Reason, LongestReason, out var reason) is { } wrong) return wrong;
        var refusal = await store.SetAsync(user.Staff().Username, code, status, reason, cancellationToken);
        return refusal == Refusal.None ? TypedResults.Ok(new PharmacyStatusView(code, status)) : refusals.Result(refusal);
    }

    private static PharmacyStatus? Read(string? status) => status switch
    {
        "open" => PharmacyStatus.Open,
        "paused" => PharmacyStatus.Paused,
        "withdrawn" => PharmacyStatus.Withdrawn,
        _ => null,
    };
}

/// <summary>What a pharmacy is to be set to, and why.</summary>
public sealed record PharmacyStatusBody(string? Status = null, string? Reason = null);

/// <summary>A pharmacy's status.</summary>
public sealed record PharmacyStatusView(string Code, PharmacyStatus Status);
