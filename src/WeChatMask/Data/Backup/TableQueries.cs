using System.Buffers;
using System.Data.Common;
using System.Security.Cryptography;
using Dapper;

namespace WeChatMask.Data.Backup;

/// <summary>What a table holds: how many rows, and the SHA-256 of their lines in the order of the key.</summary>
public sealed record TableContent(long Rows, string Checksum);

/// <summary>A migration that has run in a database.</summary>
public sealed record AppliedMigration(string Name, string Checksum);

/// <summary>Reads whole tables, whichever they are. Every name in a statement here comes from the schema.</summary>
internal static class TableQueries
{
    private const string History = "schema_migration";

    /// <summary>The migrations that have run; none where nothing of ours is.</summary>
    public static async Task<IReadOnlyList<AppliedMigration>> MigrationsAsync(DatabaseEngine engine, DbConnection connection, DbTransaction transaction)
    {
        if (!(await engine.TablesAsync(connection, transaction)).Contains(History, StringComparer.Ordinal)) return [];
        var rows = await connection.QueryAsync<(string Name, string Checksum)>($"SELECT name, checksum FROM {History} ORDER BY name", transaction: transaction);
        return [.. rows.Select(r => new AppliedMigration(r.Name, r.Checksum))];
    }

    /// <summary>Those of the tables that have a row, other than the migrations' own.</summary>
    public static async Task<IReadOnlyList<string>> FilledAsync(
        DatabaseEngine engine, DbConnection connection, DbTransaction transaction, IEnumerable<SchemaTable> tables)
    {
        var present = await engine.TablesAsync(connection, transaction);
        var filled = new List<string>();
        foreach (var table in tables.Where(t => !t.Seeded && present.Contains(t.Name, StringComparer.Ordinal)))
        {
            if (await connection.ExecuteScalarAsync<long?>($"SELECT 1 FROM {table.Name} LIMIT 1", transaction: transaction) is not null)
                filled.Add(table.Name);
        }

        return filled;
    }

    public static async Task<string[]> ColumnsAsync(DbConnection connection, DbTransaction transaction, SchemaTable table)
    {
        await using var reader = await connection.ExecuteReaderAsync($"SELECT * FROM {table.Name} WHERE 1 = 0", transaction: transaction);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
    }

    /// <summary>Reads every row in the order of the key, one at a time, and writes its line.</summary>
    public static async Task<TableContent> ReadAsync(
        DbConnection connection, DbTransaction transaction, SchemaTable table, string[] columns, Stream to, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandTimeout = 0;
        command.CommandText = $"SELECT {string.Join(", ", columns)} FROM {table.Name} ORDER BY {string.Join(", ", table.Key)}";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var line = new ArrayBufferWriter<byte>(1024);
        var row = new object?[columns.Length];
        var rows = 0L;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            reader.GetValues(row!);
            line.ResetWrittenCount();
            RowLine.Write(line, row);
            hash.AppendData(line.WrittenSpan);
            await to.WriteAsync(line.WrittenMemory, cancellationToken);
            rows++;
        }

        return new TableContent(rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Takes out what a migration put in, before the rows of a copy go in.</summary>
    public static Task ClearAsync(WriteTransaction transaction, SchemaTable table) => transaction.ExecuteAsync($"DELETE FROM {table.Name}");
}
