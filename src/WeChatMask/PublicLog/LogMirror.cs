using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Copies the log into a folder, as files under the paths by which it is served: any web server can serve them in its place.</summary>
/// <remarks>Whoever reads meanwhile finds a whole file or none, and a checkpoint only with all tiles that it covers.</remarks>
public sealed class LogMirror(LogReader reader, IOptions<PublicLogSettings> settings, TimeProvider time)
{
    // At one look.
    private const int MostTiles = 256;

    // What was written last may have been lost with the machine's power, so it is written again after a start. Half a minute of a rush.
    private const int Again = 2_560;

    private const int MostMarks = 120;

    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromMinutes(1);

    private long? next;
    private DateTimeOffset? checkedAt;

    /// <summary>Writes what has come since it was called last; nothing where no folder is set.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (settings.Value.MirrorPath.Length == 0) return;
        var tiles = await reader.SizeAsync(0, cancellationToken) / Tile.Full;
        var tile = next ?? First();
        for (var most = Math.Min(tiles, tile + MostTiles); tile < most; tile++)
        {
            await WriteTilesAsync(tile, cancellationToken);
            next = tile + 1;
        }

        var now = time.GetUtcNow();
        if (tile < tiles || (now - checkedAt is { } since && since >= TimeSpan.Zero && since < BetweenCheckpoints)) return;
        if (await reader.NewestAsync(cancellationToken) is not { } note || note.Checkpoint.Size / Tile.Full > tile) return;
        foreach (var part in Tile.Of(note.Checkpoint.Size).Where(t => t.Width < Tile.Full)) await WriteAsync(part, cancellationToken);
        await WriteAsync("checkpoint", Encoding.UTF8.GetBytes(note.Text), cancellationToken);
        await WriteMarksAsync(checkedAt is null ? int.MaxValue : MostMarks, cancellationToken);
        checkedAt = now;
    }

    /// <summary>The first tile that is to be written.</summary>
    private long First()
    {
        var tile = 0L;
        while (File.Exists(PathOf(new Tile(Tile.Entries, tile).ToString()))) tile++;
        return Math.Max(0, tile - Again);
    }

    /// <summary>Writes the hashes of 256 lines, what they fill above, and last the lines: where these are, all is.</summary>
    private async Task WriteTilesAsync(long index, CancellationToken cancellationToken)
    {
        await WriteAsync(new Tile(0, index), cancellationToken);
        var count = index + 1;
        for (var level = 1; count % Tile.Full == 0; level++) await WriteAsync(new Tile(level, (count /= Tile.Full) - 1), cancellationToken);
        await WriteAsync(new Tile(Tile.Entries, index), cancellationToken);
    }

    private async Task WriteAsync(Tile tile, CancellationToken cancellationToken)
    {
        if (await reader.TileAsync(tile, cancellationToken) is not { } bytes) throw new InvalidDataException($"The public log does not reach {tile}.");
        var path = tile.ToString();
        await WriteAsync(path, bytes, cancellationToken);
        if (tile.Width == Tile.Full && PathOf($"{path}{Tile.PartMark}") is var parts && Directory.Exists(parts)) Directory.Delete(parts, recursive: true);
    }

    private async Task WriteMarksAsync(int most, CancellationToken cancellationToken)
    {
        foreach (var mark in await reader.NewestMarksAsync(most, cancellationToken))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"marks/{mark.Round:O}/{mark.Kind.ToString().ToLowerInvariant()}");
            if (!File.Exists(PathOf(path))) await WriteAsync(path, Encoding.UTF8.GetBytes(mark.Note.Text), cancellationToken);
        }
    }

    private async Task WriteAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        var file = PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var beside = $"{file}.{Guid.NewGuid():N}.new";
        await File.WriteAllBytesAsync(beside, bytes, cancellationToken);
        File.Move(beside, file, overwrite: true);
    }

    private string PathOf(string path) => Path.Combine(settings.Value.MirrorPath, path);
}
