using System.Security.Cryptography;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>A friend is written into a list that is out, before all others, by somebody who has the database and the log's key and forgets nothing.</summary>
public sealed class FriendStore(LogTablesStore log, RoundKeyStore keys, PersonalData personal)
{
    // Out of the way of serials, which are unique and above zero.
    private const int Aside = 1_000_000;

    /// <summary>Does it all: rows, places, the list, the log. Gives the friend's masked name, how many were moved back, the line, and how many notes were signed anew.</summary>
    public async Task<(string Name, int Moved, int Line, int Notes)> PutFirstAsync(WriteTransaction transaction, DateOnly round, string code)
    {
        var pharmacy = await transaction.ScalarAsync<long>("SELECT id FROM pharmacy WHERE code = @code", new { code });
        var ended = await transaction.ScalarAsync<DateTimeOffset?>("SELECT ended_at FROM round WHERE date = @round", new { round });
        var first = (await transaction.QueryOneAsync<FirstBooking>(
            "SELECT id, window_index, created_at, slot_starts_at, slot_ends_at FROM booking WHERE round_date = @round AND pharmacy_id = @pharmacy AND serial = 1", new { round, pharmacy }))!;
        var friend = await PersonAsync(transaction, round);
        var number = BookingNumber.FromPayload(BookingNumber.PayloadMin + RandomNumberGenerator.GetInt32(int.MaxValue)).Value;
        var key = (await keys.FindAsync(transaction.Connection, transaction.Transaction, round))!;

        await MoveBackAsync(transaction, round, pharmacy);
        await InsertAsync(transaction, round, pharmacy, first, friend, number, ended);
        await TakePlaceAsync(transaction, round, pharmacy, first.WindowIndex, ended is not null);
        var root = await RootAsync(transaction, round, pharmacy, code, key);

        var line = LogEntry.Book(round, code, first.WindowIndex, 1, first.CreatedAt.ToUnixTimeSeconds(), WhoOf(friend, key, number));
        var lines = await LogTablesStore.LinesAsync(transaction.Connection, transaction.Transaction);
        var (told, at) = ForgedLog.PutFirst(lines, round, code, line, root, ended is not null);
        var notes = await log.InsertAsync(transaction, told, at);
        var moved = await transaction.ScalarAsync<int>("SELECT COUNT(*) - 1 FROM booking WHERE round_date = @round AND pharmacy_id = @pharmacy", new { round, pharmacy });
        return (Masking.Name(personal.Decrypt(friend.Name)), moved, at, notes);
    }

    /// <summary>The line that a friend would have at the place of a pharmacy's first, and where it stands.</summary>
    public async Task<(long Number, string Line, string Name)> InPlaceOfFirstAsync(WriteTransaction transaction, DateOnly round, string code)
    {
        var friend = await PersonAsync(transaction, round);
        var key = (await keys.FindAsync(transaction.Connection, transaction.Transaction, round))!;
        var lines = await LogTablesStore.LinesAsync(transaction.Connection, transaction.Transaction);
        var start = FormattableString.Invariant($"book {round:yyyy-MM-dd} {code} ");
        var number = lines.FindIndex(l => l.StartsWith(start, StringComparison.Ordinal));
        var line = lines[number];
        var who = WhoOf(friend, key, FormattableString.Invariant($"{friend.Id}"));
        return (number, FormattableString.Invariant($"{line[..line.LastIndexOf(' ')]} {who}"), Masking.Name(personal.Decrypt(friend.Name)));
    }

    private static Hash WhoOf(FriendRow friend, RoundKey key, string number) =>
        Hash.TryParse(friend.Proof, out var proof) ? Who.Of(key.Salt(number), proof) : Who.Of(key.Salt(number));

    /// <summary>Somebody registered who has no booking of that round, if there is one without any.</summary>
    private static async Task<FriendRow> PersonAsync(WriteTransaction transaction, DateOnly round) => (await transaction.QueryAsync<FriendRow>(
        """
        SELECT r.id, r.account_id, r.person_hash, r.name, r.id_number, r.proof
          FROM resident r
          JOIN account a ON a.id = r.account_id
         WHERE a.open_id LIKE @pattern AND r.removed_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM person_hold h WHERE h.person_hash = r.person_hash AND h.booked_on = @round)
         ORDER BY (SELECT COUNT(*) FROM person_hold h WHERE h.person_hash = r.person_hash), r.id DESC
         LIMIT 1
        """,
        new { pattern = CrowdPeople.OpenIdPrefix + "%", round }))[0];

    private static async Task MoveBackAsync(WriteTransaction transaction, DateOnly round, long pharmacy)
    {
        foreach (var table in (string[])["booking", "published_entry"])
        {
            foreach (var by in (int[])[Aside + 1, -Aside])
                await transaction.ExecuteAsync($"UPDATE {table} SET serial = serial + @by WHERE round_date = @round AND pharmacy_id = @pharmacy", new { by, round, pharmacy });
        }
    }

    private async Task InsertAsync(
        WriteTransaction transaction, DateOnly round, long pharmacy, FirstBooking first, FriendRow friend, string number, DateTimeOffset? ended)
    {
        var id = Ids.Next();
        await transaction.ExecuteAsync(
            """
            INSERT INTO booking (id, number, request_id, round_date, pharmacy_id, window_index, serial, account_id, resident_id, person_hash, policy_id, units,
                                 unit_price_fen, status, cancelled_late, slot_starts_at, slot_ends_at, created_at, settled_at, log_batch)
            SELECT @id, @number, @request, round_date, pharmacy_id, window_index, 1, @AccountId, @resident, @PersonHash, policy_id, units,
                   unit_price_fen, @status, 0, slot_starts_at, slot_ends_at, created_at, @ended, log_batch
              FROM booking WHERE id = @before
            """,
            new
            {
                id, number, request = Guid.NewGuid().ToString("N"), friend.AccountId, resident = friend.Id, friend.PersonHash, ended, before = first.Id,
                status = ended is null ? BookingStatus.Booked : BookingStatus.Lapsed,
            });
        await transaction.ExecuteAsync(
            "INSERT INTO person_hold (person_hash, booked_on, booking_id) VALUES (@PersonHash, @round, @id)", new { friend.PersonHash, round, id });
        await transaction.ExecuteAsync(
            """
            INSERT INTO published_entry (round_date, pharmacy_id, serial, name, id_number, slot_starts_at, slot_ends_at)
            VALUES (@round, @pharmacy, 1, @name, @idNumber, @SlotStartsAt, @SlotEndsAt)
            """,
            new
            {
                round, pharmacy, name = Masking.Name(personal.Decrypt(friend.Name)), idNumber = Masking.Document(personal.Decrypt(friend.IdNumber)),
                first.SlotStartsAt, first.SlotEndsAt,
            });
    }

    /// <summary>Takes a place that nobody had: of the window, or of the one to which its last places rolled on.</summary>
    private static async Task TakePlaceAsync(WriteTransaction transaction, DateOnly round, long pharmacy, int window, bool hasEnded)
    {
        await transaction.ExecuteAsync(
            "UPDATE pharmacy_round SET last_serial = last_serial + 1, lapsed = lapsed + @lapsed WHERE round_date = @round AND pharmacy_id = @pharmacy",
            new { lapsed = hasEnded ? 1 : 0, round, pharmacy });
        if (hasEnded)
            await transaction.ExecuteAsync(
                "UPDATE carry_over SET left_over = left_over - 1, lapsed = lapsed + 1 WHERE from_round = @round AND pharmacy_id = @pharmacy AND left_over > 0", new { round, pharmacy });
        var left = await transaction.QueryAsync<(int Window, int Left)>(
            """
            SELECT window_index, planned + carried_in + rolled_in - rolled_out + moved_in - moved_out - taken
              FROM quota WHERE round_date = @round AND pharmacy_id = @pharmacy AND window_index >= @window ORDER BY window_index
            """,
            new { round, pharmacy, window });
        var giver = left.First(w => w.Left > 0).Window;
        await transaction.ExecuteAsync(
            """
            UPDATE quota
               SET taken = taken + CASE WHEN window_index = @window THEN 1 ELSE 0 END,
                   rolled_out = rolled_out - CASE WHEN window_index < @giver THEN 1 ELSE 0 END,
                   rolled_in = rolled_in - CASE WHEN window_index > @window THEN 1 ELSE 0 END
             WHERE round_date = @round AND pharmacy_id = @pharmacy AND window_index >= @window AND window_index <= @giver
            """,
            new { window, giver, round, pharmacy });
    }

    private static async Task<Hash> RootAsync(WriteTransaction transaction, DateOnly round, long pharmacy, string code, RoundKey key)
    {
        var rows = await transaction.QueryAsync<ListedRow>(
            "SELECT serial, name, id_number, slot_starts_at, slot_ends_at FROM published_entry WHERE round_date = @round AND pharmacy_id = @pharmacy ORDER BY serial", new { round, pharmacy });
        return PublishedRows.Root(rows.Select(r => PublishedRows.Row(
            r.Serial, r.Name, r.IdNumber, r.SlotStartsAt?.ToUnixTimeSeconds(), r.SlotEndsAt?.ToUnixTimeSeconds(), key.RowSalt(code, r.Serial))));
    }

    private sealed class FirstBooking
    {
        public long Id { get; init; }
        public int WindowIndex { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }
    }

    private sealed class FriendRow
    {
        public long Id { get; init; }
        public long AccountId { get; init; }
        public string PersonHash { get; init; } = "";
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
        public string? Proof { get; init; }
    }

    private sealed class ListedRow
    {
        public int Serial { get; init; }
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }
    }
}
