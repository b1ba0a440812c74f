namespace WeChatMask.PublicLog;

/// <summary>Which of a round's marks people are shown.</summary>
public static class RoundMarks
{
    /// <summary>The published one, which stands on doors and in messages; before it the newest. Null where there is none.</summary>
    public static LogMark? Shown(this IReadOnlyList<LogMark> marks) => marks.FirstOrDefault(m => m.Kind == LogMarkKind.Published) ?? (marks.Count == 0 ? null : marks[^1]);

    /// <summary>The lines that were added since the round's ready mark, up to another of its marks; null where there is none between them.</summary>
    public static (long First, long Last)? LinesTo(this IReadOnlyList<LogMark> marks, LogMark to) =>
        marks.FirstOrDefault(m => m.Kind == LogMarkKind.Ready) is { Note.Checkpoint.Size: var first } && first < to.Note.Checkpoint.Size
            ? (first, to.Note.Checkpoint.Size - 1)
            : null;

    /// <summary>The published mark's code; null where there is none.</summary>
    public static string? Code(this IReadOnlyList<LogMark> marks) => marks.FirstOrDefault(m => m.Kind == LogMarkKind.Published)?.Note.Checkpoint.Code;
}
