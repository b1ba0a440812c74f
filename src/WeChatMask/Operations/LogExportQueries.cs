using WeChatMask.Data;

namespace WeChatMask.Operations;

/// <summary>Bookings of a round as auditors are given them: each by where it was made, with its person's commitment.</summary>
public sealed class LogExportQueries(Database database)
{
    /// <summary>The first line that is a booking of the round; null where it has none in the log.</summary>
    public Task<long?> FirstLineAsync(DateOnly round, CancellationToken cancellationToken) => database.ScalarAsync<long?>(
        "SELECT MIN(l.first_index) FROM booking b JOIN log_batch l ON l.id = b.log_batch WHERE b.round_date = @round", new { round }, cancellationToken);

    public async Task<IReadOnlyDictionary<(string Code, int Serial), ExportedBooking>> BookingsAsync(DateOnly round, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<ExportedBooking>(
            """
            SELECT b.number, p.code, COALESCE(v.from_serial, b.serial) AS serial, COALESCE(r.proof, '') AS proof
              FROM booking b
              LEFT JOIN booking_move v ON v.booking_id = b.id
                   AND v.lever_id = (SELECT m.lever_id FROM booking_move m WHERE m.booking_id = b.id AND m.moved_at IS NOT NULL ORDER BY m.moved_at, m.lever_id LIMIT 1)
              JOIN pharmacy p          ON p.id = COALESCE(v.from_pharmacy_id, b.pharmacy_id)
              LEFT JOIN resident r     ON r.id = b.resident_id
             WHERE b.round_date = @round
            """,
            new { round },
            cancellationToken);
        return rows.ToDictionary(r => (r.Code, r.Serial));
    }
}

/// <summary>A booking under the pharmacy and serial under which it was made.</summary>
public sealed class ExportedBooking
{
    public string Number { get; init; } = "";
    public string Code { get; init; } = "";
    public int Serial { get; init; }

    /// <summary>Empty where it is destroyed.</summary>
    public string Proof { get; init; } = "";
}
