using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Data.Backup;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>
/// What an operator does with a whole city's database: <c>backup FILE</c>, <c>restore FILE</c>, and <c>move</c> into the
/// database that section <c>Target</c> names. A backup is sealed by <c>Secrets:BackupKey</c>, or with <c>--unsealed</c> by nothing.
/// </summary>
public sealed class BackupCommands(Database database, Migrator migrator, InvariantQueries invariants, string backupKey, TimeProvider time, TextWriter output, TextWriter? errors = null)
{
    private const int KeyBytes = 32;
    private const string Unsealed = "--unsealed";

    private readonly TextWriter errors = errors ?? output;

    /// <summary>Whether the arguments name one of these commands.</summary>
    public static bool Named(string[] args) => args is ["backup" or "restore" or "move", ..];

    /// <summary>Makes them for the configured database.</summary>
    public static BackupCommands Of(IServiceProvider services, TextWriter output) => new(
        services.GetRequiredService<Database>(), services.GetRequiredService<Migrator>(), services.GetRequiredService<InvariantQueries>(),
        // Read by itself: whoever restores a city has its backup's key before the others.
        services.GetRequiredService<IConfiguration>()["Secrets:BackupKey"] ?? "", services.GetRequiredService<TimeProvider>(), output, Console.Error);

    /// <summary>Runs the command and gives the process's exit code, one of <see cref="ExitCodes"/>.</summary>
    /// <param name="args">The command with its arguments.</param>
    /// <param name="target">Where <c>move</c> goes.</param>
    /// <param name="cancellationToken">Stops it; what is not finished is as if it had not begun.</param>
    public async Task<int> RunAsync(string[] args, Func<DatabaseSettings> target, CancellationToken cancellationToken)
    {
        try
        {
            switch (args)
            {
                case ["backup", var file, .. [] or [Unsealed]]:
                    return await BackupAsync(file, Key(isNeeded: args.Length == 2), cancellationToken);
                case ["restore", var file, .. [] or [Unsealed]]:
                    return await RestoreAsync(file, Key(isNeeded: args.Length == 2), sealedOnly: args.Length == 2, cancellationToken);
                case ["move"] or ["move", "--final"]:
                    return await MoveAsync(target(), alone: args.Length > 1, cancellationToken);
                default:
                    await errors.WriteLineAsync("Usage: backup FILE [--unsealed] | restore FILE [--unsealed] | move [--final]");
                    return ExitCodes.Mend;
            }
        }
        // Said here, since the sentence belongs to what the command has printed before.
        catch (Exception e) when (e is OptionsValidationException or IOException or InvalidDataException or InvalidOperationException or UnauthorizedAccessException or NotSupportedException or DbException or ArgumentException)
        {
            var faults = StartFaults.Of(e);
            foreach (var fault in faults) await errors.WriteLineAsync(fault.Sentence);
            return faults[0].ExitCode;
        }
    }

    private byte[]? Key(bool isNeeded)
    {
        if (backupKey.Length == 0 && !isNeeded) return null;
        var key = new byte[KeyBytes];
        return Convert.TryFromBase64String(backupKey, key, out var length) && length == KeyBytes
            ? key
            : throw new InvalidDataException("Secrets:BackupKey must be base64 of 32 bytes, by which a backup is sealed; make one with: openssl rand -base64 32. Without a seal: --unsealed.");
    }

    private async Task<int> BackupAsync(string file, byte[]? key, CancellationToken cancellationToken)
    {
        if (!File.Exists(file)) await database.Engine.RequireCityAsync(cancellationToken);
        await using var snapshot = await database.Engine.BeginSnapshotAsync(alone: false, cancellationToken);
        var manifest = await CityBackup.WriteAsync(database.Engine, snapshot, file, key, time, cancellationToken);
        await output.WriteLineAsync($"{"table",-24}{"rows",12}  sha256");
        foreach (var table in manifest.Tables) await output.WriteLineAsync($"{table.Name,-24}{table.Content.Rows,12}  {table.Content.Checksum[..16]}");
        // What was written is read again, so that a bad disk shows itself now and not on the day of need.
        using (await CityBackup.OpenAsync(file, key, sealedOnly: key is not null, cancellationToken))
            await output.WriteLineAsync($"{file}: {manifest.Tables.Sum(t => t.Content.Rows)} rows of {manifest.Tables.Count} tables, {new FileInfo(file).Length} bytes, {(key is null ? "not sealed" : "sealed")}, read again and equal");
        return ExitCodes.Stopped;
    }

    private async Task<int> RestoreAsync(string file, byte[]? key, bool sealedOnly, CancellationToken cancellationToken)
    {
        using var archive = await CityBackup.OpenAsync(file, key, sealedOnly, cancellationToken);
        return await FillAsync(archive, new CityRestore(database, migrator), invariants, cancellationToken);
    }

    private async Task<int> MoveAsync(DatabaseSettings to, bool alone, CancellationToken cancellationToken)
    {
        await database.Engine.RequireCityAsync(cancellationToken);
        using var target = new Database(Options.Create(to));
        var folder = Directory.CreateTempSubdirectory("wechatmask-move-");
        try
        {
            // The snapshot ends with the reading, so that a slow target does not hold the source's log; alone, it ends last.
            var snapshot = await database.Engine.BeginSnapshotAsync(alone, cancellationToken);
            try
            {
                var file = Path.Combine(folder.FullName, "city.zip");
                // It lives as long as this command, in a folder of its own.
                var key = RandomNumberGenerator.GetBytes(KeyBytes);
                var manifest = await CityBackup.WriteAsync(database.Engine, snapshot, file, key, time, cancellationToken);
                if (!alone) await snapshot.DisposeAsync();
                await output.WriteLineAsync(
                    alone
                        ? "Nobody else has the source open, and nobody can open it until this ends: everything is in the copy."
                        : $"Copying the state of {manifest.CreatedAt:yyyy-MM-dd HH:mm:ss.fff} UTC; what is written later is not in the copy.");
                using var archive = await CityBackup.OpenAsync(file, key, sealedOnly: true, cancellationToken);
                return await FillAsync(archive, new CityRestore(target, new Migrator(target, time)), new InvariantQueries(target), cancellationToken);
            }
            finally
            {
                await snapshot.DisposeAsync();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<int> FillAsync(CityBackup archive, CityRestore filler, InvariantQueries promises, CancellationToken cancellationToken)
    {
        var tables = await filler.FillAsync(archive, cancellationToken);
        await output.WriteLineAsync($"{"table",-24}{"source",12}{"target",12}  same  sha256");
        foreach (var table in tables)
            await output.WriteLineAsync($"{table.Name,-24}{table.Source.Rows,12}{table.Target.Rows,12}  {(table.Agrees ? "yes " : "NO  ")}  {table.Target.Checksum[..16]}");
        var different = tables.Count(t => !t.Agrees);
        if (different > 0)
        {
            await output.WriteLineAsync($"{different} of {tables.Count} tables differ; no row was put into the target");
            return ExitCodes.Mend;
        }

        await output.WriteLineAsync($"{tables.Sum(t => t.Target.Rows)} rows of {tables.Count} tables copied, every count and checksum equal");
        return await OperatorCommands.VerifyAsync(promises, output, cancellationToken);
    }
}
