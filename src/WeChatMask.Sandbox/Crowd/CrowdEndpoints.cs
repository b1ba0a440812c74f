using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>The neighbours over HTTP.</summary>
internal static class CrowdEndpoints
{
    /// <summary>Maps <c>POST /sandbox/neighbours</c>: that many made-up people book at once.</summary>
    public static void MapCrowd(this IEndpointRouteBuilder sandbox) => sandbox.MapPost("/neighbours", BookAsync);

    private static async Task<IResult> BookAsync(
        CrowdOrder order, Crowd crowd, RefusalResults refusals, IStringLocalizer<Text.World> text, CancellationToken cancellationToken)
    {
        if (order.Count is < 1 or > Crowd.Most) return refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_count");
        var result = await crowd.BookAsync(order.Count, cancellationToken);
        return TypedResults.Ok(new CrowdView(
            result.Asked,
            result.Accepted,
            [.. result.Refused.Select(r => new RefusedView(RefusalResults.Code(r.Refusal), Reason(r.Refusal, text, refusals), r.Count))],
            result.Registered,
            result.RegisteredIn,
            result.BookedIn,
            result.Places,
            result.Left,
            result.Checked,
            result.Broken));
    }

    private static string Reason(Refusal refusal, IStringLocalizer<Text.World> text, RefusalResults refusals) =>
        text[$"Refused_{refusal}"] is { ResourceNotFound: false } known ? known : refusals.Sentence(refusal);

    internal sealed record CrowdOrder(int Count);

    internal sealed record RefusedView(string Code, string Reason, int Count);

    internal sealed record CrowdView(
        int Asked, int Accepted, IReadOnlyList<RefusedView> Refused, int Registered, int RegisteredMilliseconds, int BookedMilliseconds,
        int Places, int Left, int Checked, IReadOnlyList<string> Broken);
}
