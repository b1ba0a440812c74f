using WeChatMask.Data;
using WeChatMask.Data.Backup;

namespace WeChatMask.Sandbox;

/// <summary>Copies the whole city by the product's own backup, and puts a copy in the place of what is there.</summary>
public sealed class CityCopyStore(Database database, TimeProvider time)
{
    // A running node keeps rounds' keys in memory; a key that it knows and the table does not would seal nothing.
    private const string Remembered = "round_key";

    private const int RowsAtATime = 1000;

    /// <summary>Writes a copy over an older one.</summary>
    public async Task TakeAsync(string file, CancellationToken cancellationToken)
    {
        PrivateFiles.CreateFolder(Path.GetDirectoryName(file)!);
        File.Delete(file);
        await using var snapshot = await database.Engine.BeginSnapshotAsync(alone: false, cancellationToken);
        await CityBackup.WriteAsync(database.Engine, snapshot, file, key: null, time, cancellationToken);
    }

    /// <summary>Makes every table what it was; only the board's version goes on, since it never falls.</summary>
    public async Task PutBackAsync(string file, CancellationToken cancellationToken)
    {
        using var copy = await CityBackup.OpenAsync(file, key: null, sealedOnly: false, cancellationToken);
        await using var transaction = await database.Engine.BeginWriteAsync(isLarge: true, cancellationToken);
        var version = await transaction.ScalarAsync<long>("SELECT version FROM board_version WHERE id = 1");
        await OtherLogStore.DropAsync(transaction);
        foreach (var table in copy.Manifest.Tables.Where(t => t.Name != Remembered))
        {
            await transaction.ExecuteAsync($"DELETE FROM {table.Name}");
            await FillAsync(transaction, copy, table);
        }

        await transaction.ExecuteAsync("UPDATE board_version SET version = @next WHERE id = 1", new { next = version + 1 });
        await transaction.CommitAsync();
    }

    private static async Task FillAsync(WriteTransaction transaction, CityBackup copy, ArchivedTable table)
    {
        var rows = new List<object?[]>(RowsAtATime);
        await foreach (var row in copy.RowsAsync(table))
        {
            rows.Add(row);
            if (rows.Count < RowsAtATime) continue;
            await transaction.InsertManyAsync(table.Name, table.Columns, rows);
            rows.Clear();
        }

        await transaction.InsertManyAsync(table.Name, table.Columns, rows);
    }
}
