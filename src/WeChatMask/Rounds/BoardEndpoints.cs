using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>The live board: one numbered snapshot for everybody, and its changes.</summary>
public static class BoardEndpoints
{
    internal const string Brotli = "br";
    internal const string Gzip = "gzip";

    private const string FiguresView = "figures";

    /// <summary>What the board can be compressed with, the smallest first.</summary>
    internal static readonly string[] Encodings = [Brotli, Gzip];

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
        var encoding = Encodings.FirstOrDefault(e => Takes(context.Request, e));
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
            headers.ETag = $"W/{tag}";
        }

        return TypedResults.Bytes(cache.Bytes(snapshot, tag, encoding), "application/json; charset=utf-8");
    }

    private static bool Takes(HttpRequest request, string encoding) =>
        request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && e.Quality is null or > 0);

    // Whoever compresses, we or a proxy, makes tags weak; for a GET they compare alike (RFC 9110, 13.1.2).
    private static bool Same(string given, string tag) =>
        given == "*" || given == tag || (given.StartsWith("W/", StringComparison.Ordinal) && given.AsSpan(2).SequenceEqual(tag));

    /// <summary>What changes on the board from now on, as server-sent events.</summary>
    /// <param name="view"><c>figures</c> for events without what the directory says already; else whole pharmacies, as open data has them.</param>
    /// <param name="watch">Who tells.</param>
    /// <param name="cancellationToken">Ends with the connection.</param>
    internal static IResult Events(string? view, BoardWatch watch, CancellationToken cancellationToken) => view == FiguresView
        ? TypedResults.ServerSentEvents(watch.ListenToFiguresAsync(cancellationToken))
        : TypedResults.ServerSentEvents(watch.ListenAsync(cancellationToken));
}

/// <summary>The board's bytes, written once for each state however many phones ask.</summary>
public sealed class BoardCache(CityCalendar calendar, IOptions<JsonOptions> json)
{
    private sealed record Written(BoardSnapshot Snapshot, string Tag, byte[] Json)
    {
        // A city of many pharmacies is 60 KB, a phone's whole allowance for a page; squeezed once for all phones it is a fifth.
        public Lazy<byte[]> Gzip { get; } = new(() => Squeeze(Json, s => new GZipStream(s, CompressionLevel.Fastest)));

        public Lazy<byte[]> Brotli { get; } = new(() => Squeeze(Json, s => new BrotliStream(s, CompressionLevel.Fastest)));
    }

    private Written? last;

    /// <summary>The JSON of a snapshot under its tag, in an encoding of <see cref="BoardEndpoints.Encodings"/> or as it is.</summary>
    public byte[] Bytes(BoardSnapshot snapshot, string tag, string? encoding)
    {
        var written = Of(snapshot, tag);
        return encoding switch { BoardEndpoints.Brotli => written.Brotli.Value, BoardEndpoints.Gzip => written.Gzip.Value, _ => written.Json };
    }

    private static byte[] Squeeze(byte[] json, Func<Stream, Stream> squeezer)
    {
        using var squeezed = new MemoryStream();
        using (var stream = squeezer(squeezed)) stream.Write(json);
        return squeezed.ToArray();
    }

    private Written Of(BoardSnapshot snapshot, string tag)
    {
        if (last is { } known && ReferenceEquals(known.Snapshot, snapshot) && known.Tag == tag) return known;
        return last = new Written(snapshot, tag, JsonSerializer.SerializeToUtf8Bytes(BoardView.Of(snapshot, calendar), json.Value.SerializerOptions));
    }
}
