using System.Text;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>The second log over HTTP, by the paths of the first and signed with the same key. Without one there is nothing here.</summary>
internal static class OtherLogEndpoints
{
    private const string NoteType = "text/plain; charset=utf-8";

    public static void MapOtherLog(this IEndpointRouteBuilder sandbox)
    {
        var log = sandbox.MapGroup("/other/log");
        log.MapGet("/checkpoint", async (OtherLogStore store, LogKeys keys, CancellationToken cancellationToken) =>
            await store.ReadAsync(cancellationToken) is { } book ? TypedResults.Text(keys.Sign(book.Newest), NoteType, Encoding.UTF8) : Nothing());
        log.MapGet("/tile/{**path}", async (string path, OtherLogStore store, CancellationToken cancellationToken) =>
            (await store.ReadAsync(cancellationToken))?.TileAt($"tile/{path}") is { } tile ? TypedResults.Bytes(tile) : Nothing());
        log.MapGet("/consistency", ConsistencyAsync);
        log.MapGet("/marks", MarksAsync);
    }

    private static async Task<IResult> ConsistencyAsync(long from, long to, OtherLogStore store, CancellationToken cancellationToken) =>
        (await store.ReadAsync(cancellationToken))?.Consistency(from, to) is { } path
            ? TypedResults.Ok(new ConsistencyProof(from, to, [.. path.Select(h => h.ToString())]))
            : Nothing();

    private static async Task<IResult> MarksAsync(DateOnly date, OtherLogStore store, LogKeys keys, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(cancellationToken) is not { } book) return Nothing();
        var marks = await store.MarksAsync(date, cancellationToken);
        return TypedResults.Ok(new OtherMarks([.. marks.Select(m => OtherMark.Of(m, book.At(m.Size), keys))]));
    }

    private static IResult Nothing() => TypedResults.NotFound();

    internal sealed record ConsistencyProof(long From, long To, IReadOnlyList<string> Path);

    internal sealed record OtherMarks(IReadOnlyList<OtherMark> Marks);

    internal sealed record OtherMark(DateOnly Date, LogMarkKind Kind, long Size, string Code, string Note)
    {
        public static OtherMark Of(StoredMark mark, Checkpoint checkpoint, LogKeys keys) =>
            new(mark.RoundDate, mark.Kind, checkpoint.Size, checkpoint.Code, keys.Sign(checkpoint));
    }
}
