using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Web;

namespace WeChatMask.PublicLog;

/// <summary>The log for everybody, by the paths and in the forms that common tools know.</summary>
public static class LogEndpoints
{
    internal const string Text = "text/plain";

    private const string Utf8Text = Text + "; charset=utf-8";
    private const string Json = "application/json; charset=utf-8";
    private const string Bytes = "application/octet-stream";
    private const string Forever = "public, max-age=31536000, immutable";
    private const string Second = "public, max-age=1";
    private const int MostMarks = 120;

    /// <summary>The newest note where it is at hand, else null.</summary>
    internal static Task? Ready(HttpContext context, LogReader reader)
    {
#pragma warning disable MA0022 // Null is the word that the route has to answer.
        if (reader.ReadyNote() is not { } note) return null;
#pragma warning restore MA0022
        return WriteAsync(context, note);
    }

    /// <summary>The newest note: how many lines there are, and the root over them, signed.</summary>
    internal static async Task CheckpointAsync(HttpContext context, LogReader reader)
    {
        if (await reader.NoteAsync(context.RequestAborted) is { } note) await WriteAsync(context, note);
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    /// <summary>The newest mark that a witness has signed, with the witnesses' lines.</summary>
    internal static async Task<IResult> WitnessedAsync(CosignatureStore store, CancellationToken cancellationToken) =>
        await store.WitnessedAsync(cancellationToken) is { } note ? TypedResults.Text(note, Utf8Text) : TypedResults.NotFound();

    /// <summary>Hashes of a level, or lines, as C2SP's tlog-tiles says.</summary>
    internal static async Task<IResult> TileAsync(string? path, HttpContext context, LogReader reader, CancellationToken cancellationToken)
    {
        var bytes = Tile.TryParse($"tile/{path}") is { } tile ? await reader.TileAsync(tile, cancellationToken) : null;
        // What is not there yet may be a second later; some proxies would keep even that.
        context.Response.Headers.CacheControl = bytes is null ? "no-store" : Forever;
        return bytes is null ? TypedResults.NotFound() : TypedResults.Bytes(bytes, Bytes);
    }

    /// <summary>The very bytes of which a line has the hash.</summary>
    internal static async Task<IResult> DocumentAsync(string hash, HttpContext context, LogReader reader, CancellationToken cancellationToken)
    {
        if (!Hash.TryParse(hash, out var named) || await reader.DocumentAsync(named, cancellationToken) is not { } document) return TypedResults.NotFound();
        context.Response.Headers.CacheControl = Forever;
        return TypedResults.Bytes(Encoding.UTF8.GetBytes(document), Json);
    }

    /// <summary>By which signatures are checked, one a line: the log's keys, those that signed before, then the witnesses'.</summary>
    internal static async Task<IResult> KeysAsync(LogReader reader, LogKeys keys, Database database, LogWitnesses witnesses, CancellationToken cancellationToken)
    {
        var origin = (await reader.NewestAsync(cancellationToken))?.Checkpoint.Origin ?? keys.Origin;
        var known = (await database.ReadAsync(c => LogKeyStore.AllAsync(c, null), cancellationToken)).Select(k => k.Of(origin)).OfType<VerifierKey>();
        return TypedResults.Text(string.Concat(keys.KeysOf(origin).Union(known).Concat(witnesses.Keys).Select(k => $"{k}\n")), Utf8Text);
    }

    /// <summary>Sizes that have names: of a round, else of the latest rounds.</summary>
    internal static async Task<IResult> MarksAsync(string? date, LogReader reader, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var round = RouteDay.Read(date);
        if (round is null && !string.IsNullOrEmpty(date)) return refusals.Result(Refusal.InvalidDate);
        var marks = round is { } day ? await reader.MarksAsync(day, cancellationToken) : await reader.NewestMarksAsync(MostMarks, cancellationToken);
        return TypedResults.Ok(new MarkList([.. marks.Select(MarkView.Of)]));
    }

    /// <summary>A line and where it stands in the tree of a size, else in the newest.</summary>
    internal static async Task<IResult> InclusionAsync(long index, long? size, HttpContext context, LogReader reader, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var reached = await reader.SizeAsync(size ?? 0, cancellationToken);
        var asked = size ?? reached;
        if (asked > reached) return refusals.Result(Refusal.SizeTooLarge);
        if (index < 0 || index >= asked) return refusals.Result(Refusal.UnknownEntry);
        var entry = (await reader.EntriesAsync(index, 1, cancellationToken))[0];
        var path = await reader.InclusionAsync(index, asked, cancellationToken);
        context.Response.Headers.CacheControl = size is null ? Second : Forever;
        return TypedResults.Ok(new InclusionView(index, asked, entry, Texts(path)));
    }

    /// <summary>That the tree of a size, else the newest, begins with that of a smaller one.</summary>
    internal static async Task<IResult> ConsistencyAsync(long from, long? to, HttpContext context, LogReader reader, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var reached = await reader.SizeAsync(to ?? from, cancellationToken);
        var asked = to ?? reached;
        if (asked > reached || from > asked) return refusals.Result(Refusal.SizeTooLarge);
        if (from < 0) return refusals.Result(Refusal.InvalidRequest);
        var path = await reader.ConsistencyAsync(from, asked, cancellationToken);
        context.Response.Headers.CacheControl = to is null ? Second : Forever;
        return TypedResults.Ok(new ConsistencyView(from, asked, Texts(path)));
    }

    /// <summary>Takes what a witness has signed: a mark's size, and the signature's line.</summary>
    internal static async Task<IResult> CosignAsync(HttpRequest request, LogWitnesses witnesses, RefusalResults refusals, CancellationToken cancellationToken)
    {
        using var body = new StreamReader(request.Body, Encoding.UTF8);
        var refusal = await witnesses.HearAsync(await body.ReadToEndAsync(cancellationToken), cancellationToken);
        return refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);
    }

    private static Task WriteAsync(HttpContext context, byte[] note)
    {
        RouteGroups.OpenToOtherSites(context.Response);
        context.Response.Headers.CacheControl = Second;
        return context.WriteBytesAsync(note, Utf8Text);
    }

    private static IReadOnlyList<string> Texts(IReadOnlyList<Hash> hashes) => [.. hashes.Select(h => h.ToString())];
}
