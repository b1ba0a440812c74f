using System.Buffers.Text;
using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.OpenData;
using WeChatMask.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>The log from its tables by the paths of the product's own, and lists with their salts: what witnesses ask until the product serves both.</summary>
internal static class FirstLogEndpoints
{
    private const string NoteType = "text/plain; charset=utf-8";

    public static void MapFirstLog(this IEndpointRouteBuilder sandbox)
    {
        var log = sandbox.MapGroup("/first/log");
        log.MapGet("/checkpoint", async (FirstLogQueries log, CancellationToken cancellationToken) =>
            await log.NoteAsync(cancellationToken) is { } note ? TypedResults.Text(note, NoteType, Encoding.UTF8) : Nothing());
        log.MapGet("/tile/{**path}", async (string path, FirstLogQueries log, CancellationToken cancellationToken) =>
            (await log.ReadAsync(cancellationToken)).TileAt($"tile/{path}") is { } tile ? TypedResults.Bytes(tile) : Nothing());
        log.MapGet("/consistency", async (long from, long to, FirstLogQueries log, CancellationToken cancellationToken) =>
            (await log.ReadAsync(cancellationToken)).Consistency(from, to) is { } path
                ? TypedResults.Ok(new OtherLogEndpoints.ConsistencyProof(from, to, [.. path.Select(h => h.ToString())]))
                : Nothing());
        log.MapGet("/marks", async (DateOnly date, OtherLogStore store, CancellationToken cancellationToken) =>
            TypedResults.Ok(new FirstMarks([.. (await store.MarksAsync(date, cancellationToken)).Select(m => new FirstMark(m.RoundDate, m.Kind, m.Size, m.Note))])));
        log.MapGet("/docs/{hash}", async (string hash, FirstLogQueries log, CancellationToken cancellationToken) =>
            await log.DocumentAsync(hash, cancellationToken) is { } document ? TypedResults.Bytes(Encoding.UTF8.GetBytes(document)) : Nothing());
        sandbox.MapGet("/first/list", ListAsync);
    }

    private static async Task<IResult> ListAsync(DateOnly date, string pharmacy, PublicQueries queries, RoundKeyStore keys, Database database, CancellationToken cancellationToken)
    {
        var (_, list) = await queries.ListAsync(date, pharmacy, cancellationToken);
        var key = await database.ReadAsync(c => keys.FindAsync(c, null, date), cancellationToken);
        if (list is null || key is null) return Nothing();
        return TypedResults.Ok(new FirstList([.. list.Entries.Select(e => new FirstEntry(e.Serial, e.Name, e.IdNumber, e.Slot, Base64Url.EncodeToString(key.RowSalt(pharmacy, e.Serial))))]));
    }

    private static IResult Nothing() => TypedResults.NotFound();

    private sealed record FirstMarks(IReadOnlyList<FirstMark> Marks);

    private sealed record FirstMark(DateOnly Date, LogMarkKind Kind, long Size, string Note);

    private sealed record FirstList(IReadOnlyList<FirstEntry> Entries);

    private sealed record FirstEntry(int Serial, string Name, string IdNumber, PublicSlot? Slot, string RowSalt);
}
