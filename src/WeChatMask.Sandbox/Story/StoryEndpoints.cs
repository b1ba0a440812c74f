using WeChatMask.City;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>What the page shows beside the phone: the day's moments, the feed, the inbox and how far a phone has come.</summary>
internal static class StoryEndpoints
{
    private const int MostMessages = 40;

    /// <summary>Maps them all; none changes anything.</summary>
    public static void MapStory(this IEndpointRouteBuilder sandbox)
    {
        sandbox.MapGet("/moments", async (Moments moments, CancellationToken cancellationToken) =>
            TypedResults.Ok(new MomentsView(await moments.ReadAsync(cancellationToken))));
        sandbox.MapGet("/activity", ActivityAsync);
        sandbox.MapGet("/inbox", Inbox);
        sandbox.MapGet("/phones/{openId}", PhoneAsync);
    }

    private static async Task<IResult> ActivityAsync(
        HttpContext context, ActivityFeed feed, ActivityQueries queries, SmsInbox inbox, Chats chats, WeChatCalls calls, CancellationToken cancellationToken)
    {
        // Pages ask every few seconds, and mostly nothing has happened.
        var tag = FormattableString.Invariant(
            $"\"{await queries.StateAsync(cancellationToken)}-{inbox.Count}-{chats.Count}-{calls.Count}-{SandboxLanguage.Current}\"");
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == tag) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(new ActivityView(inbox.Count, calls.Count, await feed.ReadAsync(cancellationToken)));
    }

    /// <summary>The newest messages first; those to the made-up neighbours only when they are asked for, since they are hundreds.</summary>
    private static IResult Inbox(SmsInbox inbox, CityFile city, bool neighbours = false)
    {
        var all = inbox.All(null);
        var toNeighbours = all.Count(m => CrowdPeople.IsNeighbour(m.Mobile));
        var pharmacies = city.Pharmacies.ToLookup(p => p.ContactMobile, p => p.Name, StringComparer.Ordinal);
        // Of one second the residents' come first: a pharmacy's is long, and all lists are published at once.
        var shown = all.Reverse()
            .Where(m => neighbours || !CrowdPeople.IsNeighbour(m.Mobile))
            .OrderByDescending(m => m.SentAt.ToUnixTimeSeconds())
            .ThenBy(m => pharmacies.Contains(m.Mobile))
            .Take(MostMessages);
        return TypedResults.Ok(new InboxView(
            all.Count, toNeighbours, [.. shown.Select(m => new InboxMessage(
                m.Id, m.Mobile, pharmacies[m.Mobile].FirstOrDefault(), CrowdPeople.IsNeighbour(m.Mobile), m.Text, m.SentAt))]));
    }

    private static async Task<IResult> PhoneAsync(string openId, PhoneStates states, RefusalResults refusals, CancellationToken cancellationToken) =>
        PhoneEndpoints.IsOpenId(openId)
            ? TypedResults.Ok(await states.ReadAsync(openId, cancellationToken))
            : refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_phone");

    internal sealed record MomentsView(RoundMoments? Round);

    internal sealed record ActivityView(int Sms, long WeChatCalls, IReadOnlyList<ActivityEntry> Entries);

    internal sealed record InboxView(int Count, int ToNeighbours, IReadOnlyList<InboxMessage> Messages);

    internal sealed record InboxMessage(string Id, string Mobile, string? Pharmacy, bool ToNeighbour, string Text, DateTimeOffset SentAt);
}
