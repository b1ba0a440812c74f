using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WeChatMask.Data.Backup;

/// <summary>A table in an archive.</summary>
public sealed record ArchivedTable(string Name, string[] Columns, TableContent Content);

/// <summary>What an archive says of itself.</summary>
/// <param name="Format">Version of the archive's form.</param>
/// <param name="CreatedAt">When its state was read.</param>
/// <param name="Migrations">The schema that its rows are of.</param>
/// <param name="Tables">Its tables.</param>
public sealed record ArchiveManifest(int Format, DateTimeOffset CreatedAt, IReadOnlyList<AppliedMigration> Migrations, IReadOnlyList<ArchivedTable> Tables);

/// <summary>
/// A city's database in one file that every engine can be filled from: a zip with one file of lines a table and a manifest
/// with counts and checksums, which a keyed MAC seals. Personal data is in it as it lies in the database, encrypted; the keys are not.
/// </summary>
public sealed class CityBackup : IDisposable
{
    private const int Format = 1;
    private const string ManifestName = "manifest.json";
    private const string ChecksumName = "manifest.sha256";
    private const string SealName = "manifest.hmac";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly ZipArchive content;

    private CityBackup(ZipArchive content, ArchiveManifest manifest)
    {
        this.content = content;
        Manifest = manifest;
    }

    public ArchiveManifest Manifest { get; }

    /// <summary>Writes one state of a database to a new file, which is there whole or not at all. Without a key it is not sealed.</summary>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    /// <exception cref="InvalidDataException">The database is not one of this build's.</exception>
    public static async Task<ArchiveManifest> WriteAsync(
        DatabaseEngine engine, Snapshot snapshot, string path, byte[]? key, TimeProvider time, CancellationToken cancellationToken)
    {
        if (File.Exists(path)) throw new IOException($"{path} is there already; no backup is written over another.");
        var unfinished = path + ".unfinished";
        try
        {
            ArchiveManifest manifest;
            await using (var file = new FileStream(unfinished, PrivateFiles.OptionsFor(FileMode.Create)))
            {
                using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
                    manifest = await WriteAsync(engine, snapshot, zip, key, time, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path);
            return manifest;
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Opens a file and reads it through to its end: whatever is not as it was written is found before anything is done with it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key that sealed it; a seal is looked at only with one.</param>
    /// <param name="sealedOnly">Whether a file without a seal is refused.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">It is damaged, changed, not sealed, or no archive.</exception>
    public static async Task<CityBackup> OpenAsync(string path, byte[]? key, bool sealedOnly, CancellationToken cancellationToken)
    {
        ZipArchive? zip = null;
        try
        {
            zip = ZipFile.OpenRead(path);
            var archive = new CityBackup(zip, await ReadManifestAsync(zip, key, sealedOnly, cancellationToken));
            foreach (var table in archive.Manifest.Tables) await archive.CheckAsync(table, cancellationToken);
            return archive;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or EndOfStreamException)
        {
            zip?.Dispose();
            throw new InvalidDataException($"{path} is damaged, changed or no backup of a city: {e.Message}", e);
        }
        catch
        {
            zip?.Dispose();
            throw;
        }
    }

    /// <summary>The rows of a table, one at a time.</summary>
    public async IAsyncEnumerable<object?[]> RowsAsync(ArchivedTable table)
    {
        await using var stream = await Entry(content, FileOf(table.Name)).OpenAsync();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync() is { } line) yield return RowLine.Read(line, table.Columns.Length);
    }

    public void Dispose() => content.Dispose();

    private static async Task<ArchiveManifest> WriteAsync(
        DatabaseEngine engine, Snapshot snapshot, ZipArchive zip, byte[]? key, TimeProvider time, CancellationToken cancellationToken)
    {
        // The first statement fixes the state that all others see.
        var migrations = await TableQueries.MigrationsAsync(engine, snapshot.Connection, snapshot.Transaction);
        var createdAt = time.GetUtcNow();
        if (migrations.Count == 0) throw new InvalidDataException("This database holds no city.");
        Known(migrations);
        var tables = new List<ArchivedTable>();
        foreach (var table in SchemaTables.After([.. migrations.Select(m => m.Name)]))
        {
            var columns = await TableQueries.ColumnsAsync(snapshot.Connection, snapshot.Transaction, table);
            await using var stream = await zip.CreateEntry(FileOf(table.Name), CompressionLevel.Fastest).OpenAsync(cancellationToken);
            tables.Add(new ArchivedTable(
                table.Name, columns, await TableQueries.ReadAsync(snapshot.Connection, snapshot.Transaction, table, columns, stream, cancellationToken)));
        }

        var manifest = new ArchiveManifest(Format, createdAt, migrations, tables);
        var text = JsonSerializer.SerializeToUtf8Bytes(manifest, Json);
        await WriteEntryAsync(zip, ManifestName, text, cancellationToken);
        await WriteEntryAsync(zip, ChecksumName, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(text))), cancellationToken);
        if (key is not null) await WriteEntryAsync(zip, SealName, Encoding.ASCII.GetBytes(Seal(key, text)), cancellationToken);
        return manifest;
    }

    private static async Task<ArchiveManifest> ReadManifestAsync(ZipArchive zip, byte[]? key, bool sealedOnly, CancellationToken cancellationToken)
    {
        var text = await ReadEntryAsync(zip, ManifestName, cancellationToken);
        var checksum = Encoding.ASCII.GetString(await ReadEntryAsync(zip, ChecksumName, cancellationToken));
        if (checksum != Convert.ToHexStringLower(SHA256.HashData(text))) throw new InvalidDataException("its manifest does not have its checksum");
        var isSealed = zip.GetEntry(SealName) is not null;
        if (sealedOnly && !isSealed) throw new InvalidDataException("it has no seal, so nothing shows that it is as it was written; --unsealed takes it all the same");
        if (isSealed && key is not null && !CryptographicOperations.FixedTimeEquals(await ReadEntryAsync(zip, SealName, cancellationToken), Encoding.ASCII.GetBytes(Seal(key, text))))
            throw new InvalidDataException("its seal is not of this key: it was changed, or sealed by another Secrets:BackupKey");
        var manifest = JsonSerializer.Deserialize<ArchiveManifest>(text, Json) ?? throw new InvalidDataException("its manifest is empty");
        if (manifest.Format != Format) throw new InvalidDataException($"its form is version {manifest.Format}, and this build reads {Format}");
        Known(manifest.Migrations);
        if (!SchemaTables.After([.. manifest.Migrations.Select(m => m.Name)]).Select(t => t.Name).SequenceEqual(manifest.Tables.Select(t => t.Name), StringComparer.Ordinal))
            throw new InvalidDataException("its tables are not those of its schema");
        return manifest;
    }

    // The tables' checksums stand in the manifest, so one seal holds the whole file.
    private static string Seal(byte[] key, byte[] manifest) => Convert.ToHexStringLower(HMACSHA256.HashData(key, manifest));

    private static void Known(IReadOnlyList<AppliedMigration> migrations)
    {
        if (migrations.FirstOrDefault(m => !Migrator.Files.Any(f => f.Name == m.Name && f.Checksum == m.Checksum)) is { } unknown)
            throw new InvalidDataException($"its schema has {unknown.Name}, which this build does not know; use the build it was made with, or a newer one");
    }

    private async Task CheckAsync(ArchivedTable table, CancellationToken cancellationToken)
    {
        await using var stream = await Entry(content, FileOf(table.Name)).OpenAsync(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        var rows = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            rows += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        if (table.Content != new TableContent(rows, Convert.ToHexStringLower(hash.GetHashAndReset())))
            throw new InvalidDataException($"table {table.Name} does not have its checksum");
    }

    private static string FileOf(string table) => $"tables/{table}.jsonl";

    private static ZipArchiveEntry Entry(ZipArchive zip, string name) => zip.GetEntry(name) ?? throw new InvalidDataException($"{name} is missing");

    private static async Task<byte[]> ReadEntryAsync(ZipArchive zip, string name, CancellationToken cancellationToken)
    {
        await using var stream = await Entry(zip, name).OpenAsync(cancellationToken);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, cancellationToken);
        return memory.ToArray();
    }

    private static async Task WriteEntryAsync(ZipArchive zip, string name, byte[] content, CancellationToken cancellationToken)
    {
        await using var stream = await zip.CreateEntry(name).OpenAsync(cancellationToken);
        await stream.WriteAsync(content, cancellationToken);
    }
}
