using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.Rounds;

/// <summary>The live board: one numbered snapshot for everybody, and its changes.</summary>
public static class BoardEndpoints
{
    /// <summary>Maps <c>/api/board</c> and its events.</summary>
    public static void MapBoard(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/board").AllowAnonymous().WithTags("Public");
        group.MapGet("/", GetAsync).Produces<BoardView>();
        group.MapGet("/events", Events);
    }

    internal static async Task<IResult> GetAsync(
        HttpContext context, Board board, BoardCache cache, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var snapshot = await board.GetAsync(cancellationToken);
        var tag = BoardView.Tag(snapshot, calendar);
        var headers = context.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = "public, no-cache";
        if (context.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Any(t => Same(t, tag)))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Bytes(cache.Json(snapshot, tag), "application/json; charset=utf-8");
    }

    // A proxy that compresses makes tags weak; for a GET they compare alike (RFC 9110, 13.1.2).
    private static bool Same(string given, string tag) =>
        given == "*" || given == tag || (given.StartsWith("W/", StringComparison.Ordinal) && given.AsSpan(2).SequenceEqual(tag));

    internal static ServerSentEventsResult<BoardChange> Events(BoardWatch watch, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(watch.ListenAsync(cancellationToken));
}

/// <summary>The board's bytes, written once for each state however many phones ask.</summary>
public sealed class BoardCache(CityCalendar calendar, IOptions<JsonOptions> json)
{
    private sealed record Written(BoardSnapshot Snapshot, string Tag, byte[] Json);

    private Written? last;

    /// <summary>The JSON of a snapshot under its tag.</summary>
    public byte[] Json(BoardSnapshot snapshot, string tag)
    {
        if (last is { } known && ReferenceEquals(known.Snapshot, snapshot) && known.Tag == tag) return known.Json;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(BoardView.Of(snapshot, calendar), json.Value.SerializerOptions);
        last = new Written(snapshot, tag, bytes);
        return bytes;
    }
}
