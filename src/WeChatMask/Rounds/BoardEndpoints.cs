using System.IO.Compression;
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
        headers.Vary = "Accept-Encoding";
        if (!TakesGzip(context.Request)) return TypedResults.Bytes(cache.Json(snapshot, tag), "application/json; charset=utf-8");
        headers.ContentEncoding = "gzip";
        headers.ETag = $"W/{tag}";
        return TypedResults.Bytes(cache.Gzip(snapshot, tag), "application/json; charset=utf-8");
    }

    private static bool TakesGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && e.Quality is null or > 0);

    // Whoever compresses, we or a proxy, makes tags weak; for a GET they compare alike (RFC 9110, 13.1.2).
    private static bool Same(string given, string tag) =>
        given == "*" || given == tag || (given.StartsWith("W/", StringComparison.Ordinal) && given.AsSpan(2).SequenceEqual(tag));

    internal static ServerSentEventsResult<BoardChange> Events(BoardWatch watch, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(watch.ListenAsync(cancellationToken));
}

/// <summary>The board's bytes, written once for each state however many phones ask.</summary>
public sealed class BoardCache(CityCalendar calendar, IOptions<JsonOptions> json)
{
    private sealed record Written(BoardSnapshot Snapshot, string Tag, byte[] Json)
    {
        // A city of many pharmacies is 60 KB, a phone's whole allowance for a page; squeezed once for all phones it is a tenth.
        public Lazy<byte[]> Gzip { get; } = new(() =>
        {
            using var squeezed = new MemoryStream();
            using (var gzip = new GZipStream(squeezed, CompressionLevel.Fastest)) gzip.Write(Json);
            return squeezed.ToArray();
        });
    }

    private Written? last;

    /// <summary>The JSON of a snapshot under its tag.</summary>
    public byte[] Json(BoardSnapshot snapshot, string tag) => Of(snapshot, tag).Json;

    /// <summary>The same, compressed.</summary>
    public byte[] Gzip(BoardSnapshot snapshot, string tag) => Of(snapshot, tag).Gzip.Value;

    private Written Of(BoardSnapshot snapshot, string tag)
    {
        if (last is { } known && ReferenceEquals(known.Snapshot, snapshot) && known.Tag == tag) return known;
        return last = new Written(snapshot, tag, JsonSerializer.SerializeToUtf8Bytes(BoardView.Of(snapshot, calendar), json.Value.SerializerOptions));
    }
}
