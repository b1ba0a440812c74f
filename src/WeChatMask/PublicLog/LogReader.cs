using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Reads the public log: lines, proofs, marks. What is asked of a size that has been reached never changes, and is kept.</summary>
public sealed class LogReader(Database database)
{
    /// <summary>The newest note that a commit has stored, read once a second for all who ask. Null where the log has not begun.</summary>
    public Task<LogNote?> NewestAsync(CancellationToken cancellationToken) => throw new NotImplementedException(database.ToString());

    /// <summary>Lines from an index on, as many as there are of them up to <paramref name="count"/>.</summary>
    public Task<IReadOnlyList<string>> EntriesAsync(long first, int count, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>That a line stands at an index of the tree of a size, which must have been reached.</summary>
    public Task<IReadOnlyList<Hash>> InclusionAsync(long index, long size, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>That the tree of a size begins with the tree of a smaller one.</summary>
    public Task<IReadOnlyList<Hash>> ConsistencyAsync(long from, long to, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The root at a size that has been reached.</summary>
    public Task<Hash> RootAsync(long size, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The line by which a booking was made, with its batch's note; null where the booking is older than the log.</summary>
    /// <remarks>Its pharmacy and serial are those under which it was made, which may not be those it has now.</remarks>
    public Task<LoggedLine?> OfBookingAsync(long booking, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The marks of a round in the order of their kinds.</summary>
    public Task<IReadOnlyList<LogMark>> MarksAsync(DateOnly round, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Marks of one kind, those of the latest rounds first.</summary>
    public Task<IReadOnlyList<LogMark>> NewestMarksAsync(LogMarkKind kind, int count, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A document that a line names by its hash.</summary>
    public Task<string?> DocumentAsync(Hash hash, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>A signed note and what it says.</summary>
public sealed record LogNote(string Text, Checkpoint Checkpoint);

/// <summary>A line, where it stands, and the note of the commit that added it.</summary>
public sealed record LoggedLine(long Index, string Entry, LogNote Note);

/// <summary>A size of the log that has a name in a round.</summary>
public sealed record LogMark(DateOnly Round, LogMarkKind Kind, LogNote Note, DateTimeOffset At);
