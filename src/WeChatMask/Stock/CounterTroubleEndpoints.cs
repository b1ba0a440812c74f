using System.Security.Claims;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Stock;

/// <summary>What a pharmacy says is wrong at its counter, and that it is over.</summary>
public static class CounterTroubleEndpoints
{
    internal static async Task<IResult> PauseAsync(PauseBody body, ClaimsPrincipal user, CounterTroubleStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (refusals.Reason(body.Reason, StockEndpoints.LongestReason, out var reason) is { } wrong) return wrong;
        return Answer(await store.PauseAsync(Clerk.Of(user.Staff()), reason, body.ExpectedEnd, body.RequestId ?? "", cancellationToken), refusals);
    }

    internal static async Task<IResult> ShortAsync(ShortBody body, ClaimsPrincipal user, CounterTroubleStore store, RefusalResults refusals, CancellationToken cancellationToken) =>
        Answer(await store.ReportShortAsync(Clerk.Of(user.Staff()), body.RequestId ?? "", cancellationToken), refusals);

    internal static Task<IResult> ResumeAsync(ClaimsPrincipal user, CounterTroubleStore store, RefusalResults refusals, CancellationToken cancellationToken) =>
        EndAsync(user, CounterTroubleKind.Paused, store, refusals, cancellationToken);

    internal static Task<IResult> EnoughAsync(ClaimsPrincipal user, CounterTroubleStore store, RefusalResults refusals, CancellationToken cancellationToken) =>
        EndAsync(user, CounterTroubleKind.RunsShort, store, refusals, cancellationToken);

    /// <summary>A supervisor lets a pharmacy go on.</summary>
    internal static async Task<IResult> ResumeOfAsync(
        string code, ClaimsPrincipal user, CounterTroubleStore store, PharmacyStatusStore pharmacies, RefusalResults refusals, CancellationToken cancellationToken) =>
        code.Contains('\0', StringComparison.Ordinal) || await pharmacies.FindAsync(code, cancellationToken) is not { } pharmacy
            ? refusals.Result(Refusal.UnknownPharmacy)
            : Answer(await store.EndAsync(user.Staff().Username, pharmacy.Id, CounterTroubleKind.Paused, cancellationToken), refusals);

    private static async Task<IResult> EndAsync(ClaimsPrincipal user, CounterTroubleKind kind, CounterTroubleStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var clerk = Clerk.Of(user.Staff());
        return Answer(await store.EndAsync(clerk.Staff.Username, clerk.PharmacyId, kind, cancellationToken), refusals);
    }

    private static IResult Answer(Refusal refusal, RefusalResults refusals) => refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);
}

/// <summary>Nothing is handed out for a while: why, for residents to read, and until when it is expected, today. Sent again under another id it changes both.</summary>
public sealed record PauseBody(string? Reason = null, DateTimeOffset? ExpectedEnd = null, string? RequestId = null);

/// <summary>Today's goods are not enough for those who still come.</summary>
public sealed record ShortBody(string? RequestId = null);
