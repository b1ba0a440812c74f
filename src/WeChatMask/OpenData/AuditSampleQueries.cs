using System.Collections.Concurrent;
using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.OpenData;

/// <summary>Whom auditors ask about a published round. Worked out from the log's lines alone, as a stranger does.</summary>
public sealed class AuditSampleQueries(Database database, LogReader log)
{
    private const int Size = 10;
    private const int Portion = 4096;

    // What is published never changes.
    private readonly ConcurrentDictionary<(int Epoch, DateOnly Round), IReadOnlyList<SampledBooking>> known = new();

    /// <summary>In the order in which they were drawn. None before the round's lists are out, nor of a round that the log does not tell of.</summary>
    public async Task<IReadOnlyList<SampledBooking>> OfAsync(DateOnly round, CancellationToken cancellationToken)
    {
        var key = (log.Epoch, round);
        if (known.TryGetValue(key, out var sample)) return sample;
        if ((await log.MarksAsync(round, cancellationToken)).FirstOrDefault(m => m.Kind == LogMarkKind.Published) is not { Note.Checkpoint: var published }) return [];
        var live = await LiveAsync(round, published.Size, cancellationToken);
        return known.GetOrAdd(key, [.. AuditSample.Of(published.Root, live, Size).Select(b => new SampledBooking(b.Code, b.Serial))]);
    }

    private async Task<IReadOnlyCollection<(string Code, long Serial)>> LiveAsync(DateOnly round, long end, CancellationToken cancellationToken)
    {
        var live = new HashSet<(string Code, long Serial)>();
        var first = await database.ScalarAsync<long?>(
            "SELECT MIN(l.first_index) FROM booking b JOIN log_batch l ON l.id = b.log_batch WHERE b.round_date = @round", new { round }, cancellationToken);
        for (var next = first ?? end; next < end;)
        {
            var lines = await log.EntriesAsync(next, (int)Math.Min(Portion, end - next), cancellationToken);
            if (lines.Count == 0) throw new InvalidDataException($"The public log has no line {next.ToString(CultureInfo.InvariantCulture)}.");
            foreach (var line in lines.Select(LogEntry.TryParse).OfType<LogEntry>().Where(l => l.RoundDay == round)) Apply(line, live);
            next += lines.Count;
        }

        return live;
    }

    private static void Apply(LogEntry line, HashSet<(string Code, long Serial)> live)
    {
        var fields = line.Text.Split(' ');
        switch (line.Kind)
        {
            case EntryKind.Book:
                live.Add((fields[2], Number(fields[4])));
                break;
            case EntryKind.Cancel:
                live.Remove((fields[2], Number(fields[3])));
                break;
            case EntryKind.Transfer when live.Remove((fields[2], Number(fields[3]))):
                live.Add((fields[4], Number(fields[5])));
                break;
            case EntryKind.Close when fields[2] == "annulled":
                live.Clear();
                break;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A booking that auditors ask about, by pharmacy and serial: whose it is, nobody reads here.</summary>
public sealed record SampledBooking(string PharmacyCode, long Serial);
