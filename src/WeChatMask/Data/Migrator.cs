using System.Data.Common;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>Brings the schema to this build's state: numbered SQL files, each run once however many nodes start together, each remembered with its checksum.</summary>
public sealed class Migrator(Database database, TimeProvider time)
{
    /// <summary>The table that every city's database has.</summary>
    internal const string Table = "schema_migration";

    private const string Prefix = "Migrations/";

    /// <summary>This build's files in the order in which they run.</summary>
    internal static IReadOnlyList<MigrationFile> Files { get; } = [.. ReadFiles()];

    /// <summary>Runs what is missing, all in one transaction. An old file that was edited since is an error.</summary>
    public Task MigrateAsync(CancellationToken cancellationToken) => MigrateAsync(_ => true, cancellationToken);

    /// <summary>The same for some of the files only: rows of an older schema go in before the newer files run over them.</summary>
    public Task MigrateAsync(Func<string, bool> wanted, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            // Nearly every start finds all there, and need not wait for anybody.
            if ((await MissingAsync(transaction, wanted)).Count == 0) return;
            await database.Engine.LockSchemaAsync(transaction);
            try
            {
                await RunMissingAsync(transaction, wanted);
            }
            catch
            {
                await GiveUpAsync(transaction);
                throw;
            }

            await database.Engine.UnlockSchemaAsync(transaction);
        },
        cancellationToken);

    private async Task RunMissingAsync(WriteTransaction transaction, Func<string, bool> wanted)
    {
        await transaction.ExecuteAsync(database.Engine.Translate(
            $"CREATE TABLE IF NOT EXISTS {Table} (name {{key}} NOT NULL PRIMARY KEY, checksum {{key}} NOT NULL, applied_at {{long}} NOT NULL)"));
        foreach (var (name, sql, checksum) in await MissingAsync(transaction, wanted))
        {
            foreach (var statement in Statements(database.Engine.Translate(sql)))
            {
                // An index over ten million rows takes longer than any statement that a person waits for.
                await transaction.Connection.ExecuteAsync(new CommandDefinition(statement, transaction: transaction.Transaction, commandTimeout: 0));
            }

            await transaction.ExecuteAsync(
                $"INSERT INTO {Table} (name, checksum, applied_at) VALUES (@name, @checksum, @now)", new { name, checksum, now = time.GetUtcNow() });
        }
    }

    private async Task<IReadOnlyList<MigrationFile>> MissingAsync(WriteTransaction transaction, Func<string, bool> wanted)
    {
        var files = Files.Where(f => wanted(f.Name)).ToList();
        if (!(await database.Engine.TablesAsync(transaction.Connection, transaction.Transaction)).Contains(Table, StringComparer.OrdinalIgnoreCase)) return files;
        var applied = (await transaction.QueryAsync<Applied>($"SELECT name, checksum FROM {Table}")).ToDictionary(a => a.Name, a => a.Checksum, StringComparer.Ordinal);
        // What a newer build has added may need what this one does not know to do.
        if (applied.Keys.Except(Files.Select(f => f.Name), StringComparer.Ordinal).Max(StringComparer.Ordinal) is { } newer)
            throw new StartFaultException($"This database was brought up to {newer} by a newer build, which this one does not know; start that build, or one newer still.");
        if (files.Find(f => applied.TryGetValue(f.Name, out var known) && known != f.Checksum) is { } edited)
            throw new StartFaultException($"Migration {edited.Name} was edited after it ran here; add a new one instead.");
        return [.. files.Where(f => !applied.ContainsKey(f.Name))];
    }

    private async Task GiveUpAsync(WriteTransaction transaction)
    {
        try
        {
            await database.Engine.UnlockSchemaAsync(transaction);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            // What it is given up for is what counts.
        }
    }

    private static IEnumerable<MigrationFile> ReadFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames()
                     .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
            yield return new MigrationFile(resource[Prefix.Length..], sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
        }
    }

    /// <summary>The statements of a file, one by one, since not every driver takes several at once. No migration holds a semicolon inside a statement.</summary>
    internal static IEnumerable<string> Statements(string sql) =>
        string.Join('\n', sql.Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)))
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private sealed class Applied
    {
        public string Name { get; init; } = "";

        public string Checksum { get; init; } = "";
    }
}

/// <summary>One numbered file of the schema.</summary>
internal sealed record MigrationFile(string Name, string Sql, string Checksum);
