using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Data;

/// <summary>Brings the schema to this build's state: numbered SQL files, each run once however many nodes start together, each remembered with its checksum.</summary>
public sealed class Migrator(Database database, TimeProvider time)
{
    private const string Prefix = "Migrations/";

    /// <summary>Runs what is missing, all in one transaction. An old file that was edited since is an error.</summary>
    public Task MigrateAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await database.Engine.LockSchemaAsync(transaction);
            await transaction.ExecuteAsync(database.Engine.Translate(
                "CREATE TABLE IF NOT EXISTS schema_migration (name {key} NOT NULL PRIMARY KEY, checksum {key} NOT NULL, applied_at {long} NOT NULL)"));
            var applied = (await transaction.QueryAsync<Applied>("SELECT name, checksum FROM schema_migration"))
                .ToDictionary(a => a.Name, a => a.Checksum, StringComparer.Ordinal);
            foreach (var (name, sql) in Files())
            {
                var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
                if (applied.TryGetValue(name, out var known))
                {
                    if (known != checksum)
                        throw new InvalidOperationException($"Migration {name} was edited after it ran here; add a new one instead.");
                    continue;
                }

                foreach (var statement in Statements(database.Engine.Translate(sql))) await transaction.ExecuteAsync(statement);
                await transaction.ExecuteAsync(
                    "INSERT INTO schema_migration (name, checksum, applied_at) VALUES (@name, @checksum, @now)",
                    new { name, checksum, now = time.GetUtcNow() });
            }

            await database.Engine.UnlockSchemaAsync(transaction);
            return true;
        },
        cancellationToken);

    private static IEnumerable<(string Name, string Sql)> Files()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames()
                     .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (resource[Prefix.Length..], reader.ReadToEnd().ReplaceLineEndings("\n"));
        }
    }

    // Not every driver takes several statements at once. No migration holds a semicolon inside a statement.
    private static IEnumerable<string> Statements(string sql) =>
        string.Join('\n', sql.Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)))
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private sealed class Applied
    {
        public string Name { get; init; } = "";

        public string Checksum { get; init; } = "";
    }
}
