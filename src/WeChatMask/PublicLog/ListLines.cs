using System.Collections.Concurrent;
using System.Collections.Frozen;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Where the log tells of a round's frozen lists: in the lines right before the one by which they came out. They are looked for once a round.</summary>
public sealed class ListLines(LogReader log)
{
    private const int Portion = 256;

    private readonly ConcurrentDictionary<(int Epoch, DateOnly Round), FrozenDictionary<string, LoggedList>> known = new();

    /// <summary>Of a pharmacy; null before the lists are out, and where the round is not in the log.</summary>
    public async Task<LoggedList?> FindAsync(DateOnly round, string code, CancellationToken cancellationToken)
    {
        var key = (log.Epoch, round);
        if (!known.TryGetValue(key, out var lines))
        {
            var mark = (await log.MarksAsync(round, cancellationToken)).FirstOrDefault(m => m.Kind == LogMarkKind.Published);
            if (mark is null) return null;
            var read = await ReadAsync(round, mark.Note.Checkpoint.Size, cancellationToken);
            known[key] = lines = read.ToFrozenDictionary(l => l.Code, StringComparer.Ordinal);
        }

        return lines.GetValueOrDefault(code);
    }

    /// <summary>Backwards from the size that was named when the lists came out.</summary>
    private async Task<List<LoggedList>> ReadAsync(DateOnly round, long size, CancellationToken cancellationToken)
    {
        var found = new List<LoggedList>();
        var isOut = false;
        for (var end = size; end > 0; end = Math.Max(0, end - Portion))
        {
            var first = Math.Max(0, end - Portion);
            var entries = await log.EntriesAsync(first, (int)(end - first), cancellationToken);
            for (var i = entries.Count - 1; i >= 0; i--)
            {
                var entry = LogEntry.TryParse(entries[i]);
                if (isOut && entry is { Kind: EntryKind.List }) found.Add(LoggedList.Of(entry, first + i));
                else if (isOut) return found;
                isOut |= entry is { Kind: EntryKind.Publish } && entry.RoundDay == round;
            }
        }

        return found;
    }
}

/// <summary>What the log says of a pharmacy's frozen list, and where.</summary>
public sealed record LoggedList(string Code, int Rows, Hash Root, string Entry, long Index)
{
    internal static LoggedList Of(LogEntry entry, long index) => EntryFields.TryRead(entry.Text, out var fields)
        ? new LoggedList(fields[1].ToString(), (int)fields.Number(2), fields.Hash(3), entry.Text, index)
        : throw new ArgumentException("Not a line of a list.", nameof(entry));
}
