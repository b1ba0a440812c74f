using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;

namespace WeChatMask.DayEnd;

/// <summary>What the public log says of a round's frozen lists: of each pharmacy with places how many rows, and their root.</summary>
public sealed class ListRootQueries(Database database, RoundKeyStore keys)
{
    private const string SelectRows =
        "SELECT p.code, e.serial, e.name, e.id_number, e.slot_starts_at, e.slot_ends_at FROM published_entry e JOIN pharmacy p ON p.id = e.pharmacy_id WHERE e.round_date = @round";

    /// <summary>Of lists that are written and stand still. None where the round is not in the log.</summary>
    public Task<IReadOnlyList<LogEntry>> OfAsync(DateOnly round, CancellationToken cancellationToken) => database.ReadAsync(
        connection => EntriesAsync(connection, null, round, $"{SelectRows} ORDER BY p.code, e.serial"), cancellationToken);

    /// <summary>Of a round that was annulled before its lists were out: its serials, with nobody's name.</summary>
    public Task<IReadOnlyList<LogEntry>> OfNamelessAsync(WriteTransaction transaction, DateOnly round) => EntriesAsync(
        transaction.Connection, transaction.Transaction, round,
        "SELECT p.code, b.serial, '-' AS name, '-' AS id_number FROM booking b JOIN pharmacy p ON p.id = b.pharmacy_id WHERE b.round_date = @round ORDER BY p.code, b.serial");

    /// <summary>The rows over which a pharmacy's root was made, in their order. Behind them stands what came from a withdrawn pharmacy. None where the list is down.</summary>
    public Task<IReadOnlyList<string>> RowsAsync(DateOnly round, string code, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<string>>(
        async connection => await keys.FindAsync(connection, null, round) is { } key
            ? [.. (await connection.QueryAsync<Row>($"{SelectRows} AND p.code = @code ORDER BY e.serial", new { round, code })).Select(r => r.Text(key))]
            : [],
        cancellationToken);

    private async Task<IReadOnlyList<LogEntry>> EntriesAsync(DbConnection connection, DbTransaction? transaction, DateOnly round, string rows)
    {
        if (await keys.FindAsync(connection, transaction, round) is not { } key) return [];
        var codes = (await connection.QueryAsync<string>(
            "SELECT DISTINCT p.code FROM quota q JOIN pharmacy p ON p.id = q.pharmacy_id WHERE q.round_date = @round ORDER BY p.code", new { round }, transaction)).AsList();
        var lists = (await connection.QueryAsync<Row>(rows, new { round }, transaction)).ToLookup(r => r.Code, StringComparer.Ordinal);
        return [.. codes.Select(code => LogEntry.List(round, code, lists[code].Count(), PublishedRows.Root(lists[code].Select(r => r.Text(key)))))];
    }

    private sealed class Row
    {
        public string Code { get; init; } = "";
        public int Serial { get; init; }
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }

        public string Text(RoundKey key) =>
            PublishedRows.Row(Serial, Name, IdNumber, SlotStartsAt?.ToUnixTimeSeconds(), SlotEndsAt?.ToUnixTimeSeconds(), key.RowSalt(Code, Serial));
    }
}
