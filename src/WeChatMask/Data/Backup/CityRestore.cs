using System.Data.Common;

namespace WeChatMask.Data.Backup;

/// <summary>A table of a copy: what it was to hold and what the target holds.</summary>
public sealed record CopiedTable(string Name, TableContent Source, TableContent Target)
{
    public bool Agrees => Source == Target;
}

/// <summary>Fills an empty database of any engine from an archive, in one transaction that is committed only when every table is equal.</summary>
public sealed class CityRestore(Database target, Migrator migrator)
{
    private const int RowsAtATime = 1000;

    /// <summary>
    /// Makes the archive's schema, puts its rows in, compares, and brings the schema up to this build's. When a table differs,
    /// nothing was put in.
    /// </summary>
    /// <exception cref="InvalidOperationException">The target is not empty, or of a newer schema than the archive.</exception>
    public async Task<IReadOnlyList<CopiedTable>> FillAsync(CityBackup archive, CancellationToken cancellationToken)
    {
        var migrations = archive.Manifest.Migrations.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        await using (var snapshot = await target.Engine.BeginSnapshotAsync(alone: false, cancellationToken))
            await RefuseUnlessEmptyAsync(snapshot.Connection, snapshot.Transaction, migrations);
        await migrator.MigrateAsync(migrations.Contains, cancellationToken);
        var tables = SchemaTables.After(migrations);
        List<CopiedTable> copied;
        await using (var transaction = await target.Engine.BeginWriteAsync(cancellationToken))
        {
            copied = await FillAsync(transaction, archive, tables, migrations);
            if (!copied.TrueForAll(t => t.Agrees)) return copied;
            await transaction.CommitAsync();
        }

        await migrator.MigrateAsync(cancellationToken);
        return copied;
    }

    private async Task<List<CopiedTable>> FillAsync(
        WriteTransaction transaction, CityBackup archive, IReadOnlyList<SchemaTable> tables, HashSet<string> migrations)
    {
        // Asked again: somebody else may have begun to fill it.
        await RefuseUnlessEmptyAsync(transaction.Connection, transaction.Transaction, migrations);
        var copied = new List<CopiedTable>(tables.Count);
        foreach (var (table, archived) in tables.Zip(archive.Manifest.Tables))
        {
            if (table.Seeded) await TableQueries.ClearAsync(transaction, table);
            await FillTableAsync(transaction, archive, archived);
            var content = await TableQueries.ReadAsync(
                transaction.Connection, transaction.Transaction, table, archived.Columns, Stream.Null, transaction.Token);
            copied.Add(new CopiedTable(table.Name, archived.Content, content));
        }

        return copied;
    }

    private static async Task FillTableAsync(WriteTransaction transaction, CityBackup archive, ArchivedTable table)
    {
        var rows = new List<object?[]>(RowsAtATime);
        await foreach (var row in archive.RowsAsync(table))
        {
            rows.Add(row);
            if (rows.Count < RowsAtATime) continue;
            await transaction.InsertManyAsync(table.Name, table.Columns, rows);
            rows.Clear();
        }

        await transaction.InsertManyAsync(table.Name, table.Columns, rows);
    }

    private async Task RefuseUnlessEmptyAsync(DbConnection connection, DbTransaction transaction, HashSet<string> migrations)
    {
        var applied = await TableQueries.MigrationsAsync(target.Engine, connection, transaction);
        var filled = await TableQueries.FilledAsync(
            target.Engine, connection, transaction, SchemaTables.After([.. Migrator.Files.Select(f => f.Name)]));
        if (filled.Count > 0)
            throw new InvalidOperationException($"The target is not empty ({string.Join(", ", filled)}); nothing was changed. Give an empty database.");
        if (applied.FirstOrDefault(a => !migrations.Contains(a.Name)) is { } newer)
            throw new InvalidOperationException($"The target's schema has {newer.Name}, which the copy does not; nothing was changed. Give a new, empty database.");
    }
}
