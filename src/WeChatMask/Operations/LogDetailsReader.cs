using System.Globalization;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Gives each line to the replay and to what is remembered of lines beside it. A broken rule is a finding.</summary>
/// <param name="findings">Where it is told.</param>
/// <param name="details">What is remembered.</param>
/// <param name="wasCutShort">Whether a supervisor closed a round before its time: that the log tells of it is right.</param>
internal sealed class LogDetailsReader(LogFindings findings, LoggedDetails details, Func<DateOnly, bool> wasCutShort)
{
    public Replay Replay { get; } = new();

    /// <summary>Reads the next line. Gives its leaf, and the round that it closes.</summary>
    /// <param name="line">The line.</param>
    /// <param name="batch">The row that it stands in; 0 of one that waits to be added, which may wait for its round's lists.</param>
    /// <param name="closed">The round that it closes.</param>
    public Hash Add(string line, long batch, out DateOnly? closed)
    {
        var (index, known) = (Replay.Size, Replay.Findings.Count);
        var leaf = Replay.Add(line);
        closed = null;
        if (EntryFields.TryRead(line, out var fields))
        {
            details.Read(fields, index, batch);
            if (fields.Kind == EntryKind.Close) closed = fields.Day(0);
        }

        for (; known < Replay.Findings.Count; known++)
        {
            var code = Replay.Findings[known].Code;
            if (code.ToString()[0] != 'F' || (code == FindingCode.F14 && closed is { } day && wasCutShort(day)) || (code == FindingCode.F15 && batch == 0)) continue;
            findings.Add("log", $"line {index.ToString(CultureInfo.InvariantCulture)}", "entry", line, $"that it breaks rule {code}");
        }

        return leaf;
    }
}
