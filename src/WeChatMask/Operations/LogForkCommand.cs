using System.Globalization;
using Microsoft.Extensions.Options;
using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>
/// Gives the log up for a new one, where nothing newer can be restored, or where its key was stolen. The old one is copied into files
/// under the paths by which it was served, and taken out of the database.
/// </summary>
public sealed class LogForkCommand(
    Database database, LogReader reader, LogKeys keys, SeenLog seen, RoundLogStore rounds, IOptions<PublicLogSettings> settings, TimeProvider time)
{
    private const int LongestReason = 2000;

    private string Mirror => settings.Value.MirrorPath.TrimEnd('/');

    /// <summary>Runs the command and gives the process's exit code.</summary>
    /// <param name="reasonFile">A text that the public reads; a hyphen for standard input.</param>
    /// <param name="folder">Where the old log goes; null for a folder beside the mirror.</param>
    /// <param name="output">What was done is said there.</param>
    /// <param name="cancellationToken">Stops it; until the last moment nothing is changed.</param>
    /// <exception cref="StartFaultException">It cannot be done; nothing was changed.</exception>
    public async Task<int> RunAsync(string reasonFile, string? folder, TextWriter output, CancellationToken cancellationToken)
    {
        var reason = (reasonFile == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(reasonFile, cancellationToken)).Trim();
        if (reason.Length is 0 or > LongestReason) throw new StartFaultException($"{reasonFile} must say why, in up to {LongestReason} characters: the public reads it.");
        var head = await database.ReadAsync(c => LogStore.HeadAsync(c, null), cancellationToken);
        if (head.LogOrigin is not { } origin || head.Size == 0) throw new StartFaultException("The record of this city has not begun; there is nothing to give up.");
        var shown = seen.Read();
        var number = Math.Max(NumberOf(origin), shown is null ? 0 : NumberOf(shown.Origin));
        folder ??= Mirror.Length > 0 ? Beside(number) : throw new StartFaultException("There is no Log:MirrorPath beside which the old record could be kept; name a folder: --to FOLDER.");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new StartFaultException($"The folder {folder} is not empty; name another one: --to FOLDER.");
        await CopyAsync(folder, cancellationToken);
        var lost = Lost(head.Size);
        var fork = new LogFork
        {
            Origin = LogName.Of(keys.Origin, number + 1), GivenUp = origin, Size = head.Size, Root = head.Frontier.Root().ToString(),
            Shown = Math.Max(Math.Max(head.Size, lost.Shown), shown?.Origin == origin ? shown.Size : 0), Lost = string.Join('\n', lost.Bookings), Reason = reason, ForkedAt = time.GetUtcNow(),
        };
        await rounds.ForkAsync(fork, cancellationToken);
        await database.WriteAsync(t => AuditStore.AddAsync(t, fork.ForkedAt, AccountActor.Operator.Name, "log.fork", fork.Origin, origin), cancellationToken);
        var begun = await database.ReadAsync(c => LogStore.HeadAsync(c, null), cancellationToken);
        seen.Write(new SeenSize(begun.Size, begun.Frontier.Root(), fork.Origin));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{origin} was given up at line {fork.Size} of {fork.Shown} that were shown; {lost.Bookings.Count} bookings are known to be lost."));
        await output.WriteLineAsync($"It lies in {folder}; let your web server serve it. {fork.Origin} goes on in its place: start the nodes.");
        if (Mirror.Length > 0 && Directory.Exists(Mirror))
        {
            Directory.Move(Mirror, $"{Beside(number)}-shown");
            await output.WriteLineAsync($"What was mirrored lies in {Beside(number)}-shown. Move the mirrors of other nodes away too.");
        }

        return ExitCodes.Stopped;
    }

    private string Beside(int number) => string.Create(CultureInfo.InvariantCulture, $"{Mirror}-{number}");

    private int NumberOf(string origin) => LogName.NumberOf(origin, keys.Origin)
        ?? throw new StartFaultException($"The record of this city is called {origin}, and by the settings it would be {keys.Origin}: set Log:Origin to {LogName.FirstOf(origin)} first.");

    private async Task CopyAsync(string folder, CancellationToken cancellationToken)
    {
        var copy = new LogMirror(reader, Options.Create(new PublicLogSettings { MirrorPath = folder }), time);
        while (!File.Exists(Path.Combine(folder, "checkpoint"))) await copy.WriteAsync(cancellationToken);
    }

    /// <summary>How far the mirror goes, and the bookings in its lines that the database does not have.</summary>
    private (long Shown, List<string> Bookings) Lost(long size)
    {
        var (index, bookings) = (size, new List<string>());
        if (Mirror.Length == 0) return (0, bookings);
        while (Entries(index / Tile.Full) is { } lines && lines.Count > index % Tile.Full)
        {
            foreach (var line in lines.Skip((int)(index % Tile.Full)))
            {
                if (EntryFields.TryRead(line, out var fields) && fields.Kind == EntryKind.Book) bookings.Add($"{fields[0]} {fields[1]} {fields[3]}");
                index++;
            }
        }

        return (index, bookings);
    }

    /// <summary>The lines of a mirrored tile, as many as there are of it; null where there is none.</summary>
    private IReadOnlyList<string>? Entries(long tile)
    {
        var full = Path.Combine(Mirror, new Tile(Tile.Entries, tile).ToString());
        if (File.Exists(full)) return EntryBundle.TryRead(File.ReadAllBytes(full));
        for (var width = Tile.Full - 1; width > 0; width--)
        {
            var part = Path.Combine(Mirror, new Tile(Tile.Entries, tile, width).ToString());
            if (File.Exists(part)) return EntryBundle.TryRead(File.ReadAllBytes(part));
        }

        return null;
    }
}
