using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>Dated rules for supervisors: read them, ask what a change would do, confirm it; and the notices of changes for everybody.</summary>
public static class PolicyEndpoints
{

    internal static async Task<IResult> ListAsync(PolicyChangeQueries queries, CityCalendar calendar, CancellationToken cancellationToken) =>
        TypedResults.Ok(new PolicyList([.. (await queries.AllAsync(cancellationToken)).Select(p => new PolicyVersion(
            Id(p.Stored.Id), p.Stored.EffectiveFrom, calendar.Local(p.Stored.CreatedAt), p.Stored.CreatedBy, Document(p.Policy)))]));

    internal static async Task<IResult> PreviewAsync(
        PolicyBody body, PolicyChangeQueries queries, RefusalResults refusals, PolicyFaultFormatter format, CancellationToken cancellationToken)
    {
        var (policy, faults) = PolicyDocument.Read(body.Policy ?? default);
        if (policy is null) return refusals.Result(Refusal.InvalidPolicy, format.Of(faults));
        var judgement = await queries.EffectAsync(policy, cancellationToken);
        return judgement.Effect is { } effect ? TypedResults.Ok(View(effect)) : refusals.Result(judgement.Refusal, format.Of(judgement.Faults));
    }

    internal static async Task<IResult> AddAsync(
        PolicyBody body, ClaimsPrincipal user, PolicyChangeStore store, RefusalResults refusals, PolicyFaultFormatter format, CancellationToken cancellationToken)
    {
        var (policy, faults) = PolicyDocument.Read(body.Policy ?? default);
        if (policy is null) return refusals.Result(Refusal.InvalidPolicy, format.Of(faults));
        if (refusals.Reason(body.Reason, PolicyChangeStore.LongestReason, out var reason) is { } wrong) return wrong;
        long? seen = long.TryParse(body.BeforeId, CultureInfo.InvariantCulture, out var id) ? id : null;
        var answer = await store.AddAsync(user.Staff().Username, policy, reason, seen, cancellationToken);
        if (answer.Refusal != Refusal.None) return refusals.Result(answer.Refusal, format.Of(answer.Faults));
        var view = new PolicyAddedView(Id(answer.Id), View(answer.Effect!));
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }

    private static PolicyEffectView View(PolicyEffect e) => new(
        Id(e.BeforeId), Document(e.Before), e.Until, e.Sooner, e.Later, e.KeptBookings, e.Bookers, e.Rounds);

    internal static JsonElement Document(Policy policy) => JsonSerializer.Deserialize<JsonElement>(PolicyDocument.Write(policy));

    private static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A policy to look at or to add.</summary>
/// <param name="Policy">The whole document.</param>
/// <param name="Reason">What the public is told; needed to add it.</param>
/// <param name="BeforeId">The version the preview named as the one before; when given, a change in between is refused.</param>
public sealed record PolicyBody(JsonElement? Policy = null, string? Reason = null, string? BeforeId = null);

/// <summary>All versions, the newest date first.</summary>
public sealed record PolicyList(IReadOnlyList<PolicyVersion> Policies);

/// <summary>One version.</summary>
public sealed record PolicyVersion(string Id, DateOnly From, DateTimeOffset CreatedAt, string CreatedBy, JsonElement Policy);

/// <summary>What a policy would do.</summary>
public sealed record PolicyEffectView(
    string BeforeId, JsonElement Before, DateOnly? Until, int Sooner, int Later, int KeptBookings, IReadOnlyList<AffectedBookers> Bookers,
    IReadOnlyList<ReplannedRound> Rounds);

/// <summary>A policy that was added, and what it did.</summary>
public sealed record PolicyAddedView(string Id, PolicyEffectView Effect);
