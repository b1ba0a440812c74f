using System.Text;
using System.Text.Json;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>A public log over HTTP. What is not signed by the known key, or not of its form, counts as not there.</summary>
public sealed class PublicLogSite(PublicSite site, string half, IReadOnlyCollection<VerifierKey> keys)
{
    /// <summary>The newest note as text and what it says; null where there is none that can be accepted.</summary>
    public async Task<(string Text, Checkpoint Checkpoint)?> NewestAsync(CancellationToken cancellationToken)
    {
        if (await site.BytesAsync($"{half}/log/checkpoint", cancellationToken) is not { } body) return null;
        var text = Encoding.UTF8.GetString(body);
        return SignedNote.TryVerify(text, keys) is { } note ? (text, note.Checkpoint) : null;
    }

    /// <summary>The lines of a log of a size, from an index on.</summary>
    public async Task<List<string>> LinesAsync(long from, long size, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        for (var index = from / Tile.Full; index * Tile.Full < size; index++)
        {
            var width = (int)Math.Min(Tile.Full, size - (index * Tile.Full));
            var bundle = await site.BytesAsync($"{half}/log/{new Tile(Tile.Entries, index, width)}", cancellationToken);
            if (bundle is null || EntryBundle.TryRead(bundle) is not { } entries) break;
            lines.AddRange(entries.Take(width).Skip((int)Math.Max(0, from - (index * Tile.Full))));
        }

        return lines;
    }

    /// <summary>Whether the log proves that one checkpoint is the beginning of the other.</summary>
    public async Task<bool> HasOnlyGrownAsync(Checkpoint before, Checkpoint now, CancellationToken cancellationToken)
    {
        if (now.Size < before.Size) return false;
        if (now.Size == before.Size) return now.Root == before.Root;
        var answer = await site.JsonAsync(FormattableString.Invariant($"{half}/log/consistency?from={before.Size}&to={now.Size}"), cancellationToken);
        if (answer is not { } proof) return false;
        var path = proof.GetProperty("path").EnumerateArray().Select(h => HashOf(h.GetString()!)).ToList();
        return MerkleTree.VerifyConsistency(before.Size, before.Root, now.Size, now.Root, path);
    }

    /// <summary>A round's marks, each with its kind; those whose note is not accepted are left out.</summary>
    public async Task<IReadOnlyDictionary<string, Checkpoint>> MarksAsync(DateOnly round, CancellationToken cancellationToken)
    {
        var marks = new Dictionary<string, Checkpoint>(StringComparer.OrdinalIgnoreCase);
        if (await site.JsonAsync(FormattableString.Invariant($"{half}/log/marks?date={round:yyyy-MM-dd}"), cancellationToken) is not { } answer) return marks;
        foreach (var mark in answer.GetProperty("marks").EnumerateArray())
            if (SignedNote.TryVerify(mark.GetProperty("note").GetString()!, keys) is { } note) marks[mark.GetProperty("kind").GetString()!] = note.Checkpoint;
        return marks;
    }

    /// <summary>Whether a document is served that has the hash which the log names.</summary>
    public async Task<bool> HasDocumentAsync(Hash hash, CancellationToken cancellationToken) =>
        await site.BytesAsync(FormattableString.Invariant($"{half}/log/docs/{hash}"), cancellationToken) is { } document && Hash.Of(document) == hash;

    /// <summary>In either base64.</summary>
    private static Hash HashOf(string text) => Hash.TryParse(text, out var hash) ? hash : new Hash(Convert.FromBase64String(text));
}
