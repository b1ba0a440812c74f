namespace WeChatMask.PublicLog;

/// <summary>Sizes of the log that have names, the latest rounds' first.</summary>
public sealed record MarkList(IReadOnlyList<MarkView> Marks);

/// <summary>A size of the log that has a name in a round.</summary>
/// <param name="Date">The round.</param>
/// <param name="Kind">What had happened by then.</param>
/// <param name="Size">How many lines there were.</param>
/// <param name="Code">By which people compare what they were shown.</param>
/// <param name="Note">The signed note.</param>
public sealed record MarkView(DateOnly Date, LogMarkKind Kind, long Size, string Code, string Note)
{
    internal static MarkView Of(LogMark mark) => new(mark.Round, mark.Kind, mark.Note.Checkpoint.Size, mark.Note.Checkpoint.Code, mark.Note.Text);
}

/// <summary>That a line stands in the log.</summary>
/// <param name="Index">Where, from 0 on.</param>
/// <param name="Size">Of the tree that the path belongs to.</param>
/// <param name="Entry">The line.</param>
/// <param name="Path">Hashes from the line upwards, base64url.</param>
public sealed record InclusionView(long Index, long Size, string Entry, IReadOnlyList<string> Path);

/// <summary>That the log of a size begins with the log of a smaller one.</summary>
/// <param name="From">The smaller size.</param>
/// <param name="To">The larger one.</param>
/// <param name="Path">Hashes, base64url.</param>
public sealed record ConsistencyView(long From, long To, IReadOnlyList<string> Path);
