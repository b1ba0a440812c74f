using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Reads the log's tables and those whose rows it tells of, all as they were at one instant. Days that somebody may have changed come as they are written.</summary>
internal sealed class LogCheckQueries(Snapshot snapshot, CancellationToken cancellationToken)
{
    public Task<LogHead> HeadAsync() => LogStore.HeadAsync(snapshot.Connection, snapshot.Transaction);

    public Task<long> TilesAsync() => snapshot.Connection.ExecuteScalarAsync<long>(Command("SELECT COALESCE(MAX(number) + 1, 0) FROM log_tile"));

    public Task<List<TileRow>> TilesAsync(long from, int count) =>
        AllAsync<TileRow>("SELECT number, body, root FROM log_tile WHERE number >= @from ORDER BY number LIMIT @count", new { from, count });

    public Task<List<BatchRow>> BatchesAsync(long from, int count) =>
        AllAsync<BatchRow>("SELECT id, first_index, entries, body, note FROM log_batch WHERE first_index >= @from ORDER BY first_index LIMIT @count", new { from, count });

    public Task<List<(int Level, long Number, string Root)>> SpansAsync() => AllAsync<(int, long, string)>("SELECT level, number, root FROM log_span ORDER BY level, number");

    public Task<List<MarkRow>> MarksAsync() => AllAsync<MarkRow>("SELECT round_date, kind, size, note FROM log_mark ORDER BY size");

    public Task<List<(long Id, string Entry)>> PendingAsync() => AllAsync<(long, string)>("SELECT id, entry FROM log_pending ORDER BY id");

    public Task<List<LogKeyRow>> KeysAsync() => LogKeyStore.AllAsync(snapshot.Connection, snapshot.Transaction);

    public IAsyncEnumerable<(string Hash, string Body)> DocumentsAsync() => Stream<(string, string)>("SELECT hash, body FROM log_document");

    public IAsyncEnumerable<PolicyRow> PoliciesAsync() => Stream<PolicyRow>("SELECT id, effective_from, document FROM policy ORDER BY id");

    /// <summary>Rounds from a day on.</summary>
    public Task<List<RoundRow>> RoundsAsync(DateOnly from) => AllAsync<RoundRow>(
        """
        SELECT r.date, r.pickup_date, r.units_per_booking, COALESCE(p.document, '') AS document, r.closed_at, r.published_at, r.ended_at, r.annulled_at,
               CASE WHEN EXISTS (SELECT 1 FROM lever l WHERE l.round_date = r.date AND l.kind = @close) THEN 1 ELSE 0 END AS was_cut_short, k.key_hash, k.sealed, k.held_at
          FROM round r
          LEFT JOIN policy p    ON p.id = r.policy_id
          LEFT JOIN round_key k ON k.round_date = r.date
         WHERE r.date >= @from
         ORDER BY r.date
        """,
        new { from, close = LeverKind.Close });

    /// <summary>Under which pharmacy and serial bookings were made that have gone to another pharmacy since, in the order in which they went.</summary>
    public Task<List<(long Booking, string Code, int Serial)>> LeftAsync(DateOnly round) => AllAsync<(long, string, int)>(
        """
        SELECT v.booking_id, COALESCE(p.code, ''), v.from_serial
          FROM booking_move v
          LEFT JOIN pharmacy p ON p.id = v.from_pharmacy_id
         WHERE v.round_date = @round AND v.moved_at IS NOT NULL
         ORDER BY v.moved_at, v.lever_id
        """,
        new { round });

    public IAsyncEnumerable<BookingLineRow> BookingsAsync(DateOnly round) => Stream<BookingLineRow>(
        """
        SELECT b.id, b.number, COALESCE(p.code, '') AS code, b.serial, b.window_index, b.created_at, b.log_batch, b.resident_id, r.id AS known_resident, r.proof,
               CASE WHEN r.id_number = '' THEN 1 ELSE 0 END AS is_erased, r.created_at AS registered_at, r.consent_at
          FROM booking b
          LEFT JOIN pharmacy p ON p.id = b.pharmacy_id
          LEFT JOIN resident r ON r.id = b.resident_id
         WHERE b.round_date = @round
        """,
        new { round });

    /// <summary>In which other round a booking stands that was made at a pharmacy under a serial in some second; null where there is none.</summary>
    public async Task<string?> ElsewhereAsync(DateOnly round, string code, long serial, long second) => (await AllAsync<string>(
        """
        SELECT b.round_date
          FROM booking b
          JOIN pharmacy p ON p.id = b.pharmacy_id
         WHERE p.code = @code AND b.serial = @serial AND b.round_date <> @round AND b.created_at >= @from AND b.created_at < @until
        """,
        new { code, serial, round, from = second * 1000, until = (second + 1) * 1000 })).FirstOrDefault();

    /// <summary>What has become of bookings: one row a hand-over, in their order, or one without.</summary>
    public IAsyncEnumerable<BookingStateRow> StatesAsync(DateOnly round) => Stream<BookingStateRow>(
        """
        SELECT b.id, COALESCE(p.code, '') AS code, b.serial, b.status, b.cancelled_late, b.pharmacy_id,
               m.pickup_date, m.round_date AS moved_round, m.pharmacy_id AS moved_pharmacy,
               x.id AS redemption, x.units, x.voided_at, x.round_date AS redeemed_round, x.pharmacy_id AS redeemed_pharmacy
          FROM booking b
          LEFT JOIN pharmacy p     ON p.id = b.pharmacy_id
          LEFT JOIN moved_pickup m ON m.booking_id = b.id
          LEFT JOIN redemption x   ON x.booking_id = b.id
         WHERE b.round_date = @round
         ORDER BY b.id, x.id
        """,
        new { round });

    public Task<List<QuotaLineRow>> PlacesAsync(DateOnly round) => AllAsync<QuotaLineRow>(
        """
        SELECT COALESCE(p.code, '') AS code, q.window_index, q.planned + q.moved_in - q.moved_out AS planned, q.carried_in
          FROM quota q
          LEFT JOIN pharmacy p ON p.id = q.pharmacy_id
         WHERE q.round_date = @round
        """,
        new { round });

    public Task<List<(int Window, long OpensAt, long ClosesAt)>> WindowsAsync(DateOnly round) =>
        AllAsync<(int, long, long)>("SELECT window_index, opens_at, closes_at FROM round_window WHERE round_date = @round", new { round });

    /// <summary>Places that were given to rounds from a day on.</summary>
    public Task<List<CarriedRow>> CarriedAsync(DateOnly from) => AllAsync<CarriedRow>(
        """
        SELECT c.from_round, c.to_round, COALESCE(p.code, '') AS code, SUM(c.left_over) AS left_over, SUM(c.lapsed) AS lapsed, SUM(c.cancelled) AS cancelled,
               SUM(c.difference + c.converted) AS difference
          FROM carry_over c
          LEFT JOIN pharmacy p ON p.id = c.pharmacy_id
         WHERE c.to_round >= @from
         GROUP BY c.from_round, c.to_round, p.code
        """,
        new { from });

    /// <summary>The published rows of a round, serial by serial, each with what its booking would make of it now.</summary>
    public IAsyncEnumerable<ListRow> ListsAsync(DateOnly round) => Stream<ListRow>(
        """
        SELECT COALESCE(p.code, '') AS code, e.serial, e.name, e.id_number, e.slot_starts_at, e.slot_ends_at,
               b.id AS booking, b.slot_starts_at AS own_starts_at, b.slot_ends_at AS own_ends_at, m.booking_id AS moved,
               COALESCE(r.name, '') AS own_name, COALESCE(r.id_number, '') AS own_number
          FROM published_entry e
          LEFT JOIN pharmacy p     ON p.id = e.pharmacy_id
          LEFT JOIN booking b      ON b.round_date = e.round_date AND b.pharmacy_id = e.pharmacy_id AND b.serial = e.serial
          LEFT JOIN moved_pickup m ON m.booking_id = b.id
          LEFT JOIN resident r     ON r.id = b.resident_id
         WHERE e.round_date = @round
         ORDER BY e.pharmacy_id, e.serial
        """,
        new { round });

    /// <summary>Rows that name a booking which is not there.</summary>
    public Task<List<(string Table, long Booking)>> OrphansAsync() => AllAsync<(string, long)>(
        """
        SELECT 'redemption', x.booking_id FROM redemption x LEFT JOIN booking b ON b.id = x.booking_id WHERE b.id IS NULL
        UNION ALL
        SELECT 'moved_pickup', m.booking_id FROM moved_pickup m LEFT JOIN booking b ON b.id = m.booking_id WHERE b.id IS NULL
        """);

    private async Task<List<T>> AllAsync<T>(string sql, object? args = null) => (await snapshot.Connection.QueryAsync<T>(Command(sql, args))).AsList();

    // Whole tables, in a city of millions: not all of it at once, and for as long as it takes.
    private async IAsyncEnumerable<T> Stream<T>(string sql, object? args = null)
    {
        await using var reader = await snapshot.Connection.ExecuteReaderAsync(Command(sql, args));
        var read = reader.GetRowParser<T>();
        while (await reader.ReadAsync(cancellationToken)) yield return read(reader);
    }

    private CommandDefinition Command(string sql, object? args = null) => new(sql, args, snapshot.Transaction, commandTimeout: 0, cancellationToken: cancellationToken);
}
