using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Reads the log's tables. Lines stand in tiles of 256 and, behind the last of these, in the batches that added them.</summary>
internal sealed class LogQueries(Database database)
{
    private const string Marks = "SELECT round_date, kind, note, marked_at FROM log_mark";

    /// <summary>
    /// Batches from the one on in which the line <c>@from</c> stands. The text of one that stands wholly in tiles is gone; it ends before
    /// the line then.
    /// </summary>
    internal const string BatchesFrom = "first_index >= COALESCE((SELECT MAX(first_index) FROM log_batch WHERE first_index <= @from), 0)";

    /// <summary>The log's end as it is committed; of what is known already only what came since is read.</summary>
    public Task<LogTail> TailAsync(LogTail known, CancellationToken cancellationToken) => Database.MapConnectionErrors(async () =>
    {
        await using var snapshot = await database.Engine.BeginSnapshotAsync(alone: false, cancellationToken);
        var newest = await snapshot.Connection.QueryFirstOrDefaultAsync<Batch>(
            "SELECT first_index, entries, note FROM log_batch ORDER BY first_index DESC LIMIT 1", transaction: snapshot.Transaction);
        if (newest is null) return LogTail.None;
        var size = newest.FirstIndex + newest.Entries;
        var first = Tile.Full * await snapshot.Connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(number) + 1, 0) FROM log_tile", transaction: snapshot.Transaction);
        // Another database than before, in which the log is shorter.
        if (known.Size > size) known = LogTail.None;
        var from = Math.Max(first, known.Size);
        List<string> lines = [.. known.Lines.Skip((int)Math.Min(int.MaxValue, first - known.First))];
        var batches = from == size
            ? []
            : await snapshot.Connection.QueryAsync<(long First, string? Body)>(
                $"SELECT first_index, body FROM log_batch WHERE {BatchesFrom} ORDER BY first_index", new { from }, snapshot.Transaction);
        foreach (var (start, body) in batches)
            if (body is not null) lines.AddRange(body.Split('\n').Skip((int)Math.Max(0, from - start)));
        return new LogTail(first, lines, LogNote.Of(newest.Note));
    });

    public Task<List<(long Number, string Body)>> TilesAsync(long first, long last, CancellationToken cancellationToken) => database.QueryAsync<(long, string)>(
        "SELECT number, body FROM log_tile WHERE number BETWEEN @first AND @last ORDER BY number", new { first, last }, cancellationToken);

    /// <summary>Roots over 256^level lines each, as many as are stored from the first of them on.</summary>
    public async Task<List<Hash>> RootsAsync(int level, long first, int count, CancellationToken cancellationToken) => (await database.QueryAsync<string>(
        level == 1
            ? "SELECT root FROM log_tile WHERE number >= @first AND number < @end ORDER BY number"
            : "SELECT root FROM log_span WHERE level = @level AND number >= @first AND number < @end ORDER BY number",
        new { level, first, end = first + count },
        cancellationToken)).ConvertAll(ReadHash);

    /// <summary>The batch in which a booking was made, with the pharmacy and the serial that it had then.</summary>
    public Task<BookingBatch?> BookingAsync(long booking, CancellationToken cancellationToken) => database.QueryOneAsync<BookingBatch>(
        """
        SELECT b.round_date, p.code, COALESCE(v.from_serial, b.serial) AS serial, l.first_index, l.entries, l.body, l.note
          FROM booking b
          JOIN log_batch l ON l.id = b.log_batch
          LEFT JOIN booking_move v ON v.booking_id = b.id
               AND v.lever_id = (SELECT m.lever_id FROM booking_move m WHERE m.booking_id = b.id AND m.moved_at IS NOT NULL ORDER BY m.moved_at, m.lever_id LIMIT 1)
          JOIN pharmacy p ON p.id = COALESCE(v.from_pharmacy_id, b.pharmacy_id)
         WHERE b.id = @booking
        """,
        new { booking },
        cancellationToken);

    public Task<List<LogMark>> MarksAsync(DateOnly round, CancellationToken cancellationToken) =>
        ReadMarksAsync($"{Marks} WHERE round_date = @round ORDER BY kind", new { round }, cancellationToken);

    /// <summary>Marks of a kind or of all, those of the latest rounds first.</summary>
    public Task<List<LogMark>> MarksAsync(LogMarkKind? kind, int count, CancellationToken cancellationToken) => kind is null
        ? ReadMarksAsync($"{Marks} ORDER BY round_date DESC, kind LIMIT @count", new { count }, cancellationToken)
        : ReadMarksAsync($"{Marks} WHERE kind = @kind ORDER BY round_date DESC LIMIT @count", new { kind, count }, cancellationToken);

    public Task<string?> DocumentAsync(Hash hash, CancellationToken cancellationToken) =>
        database.ScalarAsync<string>("SELECT body FROM log_document WHERE hash = @hash", new { hash = hash.ToString() }, cancellationToken);

    internal static Hash ReadHash(string text) => Hash.TryParse(text, out var hash) ? hash : throw new InvalidDataException("What is stored as a hash of the public log is none.");

    private async Task<List<LogMark>> ReadMarksAsync(string sql, object args, CancellationToken cancellationToken) =>
        (await database.QueryAsync<Mark>(sql, args, cancellationToken)).ConvertAll(m => new LogMark(m.RoundDate, m.Kind, LogNote.Of(m.Note), m.MarkedAt));

    internal class Batch
    {
        public long FirstIndex { get; init; }
        public int Entries { get; init; }
        public string Note { get; init; } = "";
    }

    internal sealed class BookingBatch : Batch
    {
        public DateOnly RoundDate { get; init; }
        public string Code { get; init; } = "";
        public int Serial { get; init; }
        public string? Body { get; init; }
    }

    private sealed class Mark
    {
        public DateOnly RoundDate { get; init; }
        public LogMarkKind Kind { get; init; }
        public string Note { get; init; } = "";
        public DateTimeOffset MarkedAt { get; init; }
    }
}
