using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>PostgreSQL.</summary>
internal sealed class PostgresServer(string? folder) : DatabaseServer("PostgreSQL", "postgres", folder)
{
    private const string Binaries = "/usr/lib/postgresql";
    private readonly string bin = FindBinaries();
    private readonly SemaphoreSlim copying = new(1);
    private string? migrated;

    /// <inheritdoc />
    protected override string FirstDatabase => "postgres";

    // An immediate shutdown: the first process takes the others with it.
    /// <inheritdoc />
    protected override string CrashSignal => "QUIT";

    /// <summary>A connection string that names a second server of this machine, on another port.</summary>
    public static string WithStandby(string connectionString, int port)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.Host = string.Create(CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port},{settings.Host}:{port}");
        settings.Remove("Port");
        return settings.ConnectionString;
    }

    /// <inheritdoc />
    public override async Task<string> CreateForNodeAsync()
    {
        // One at a time: who copies must be alone with what is copied.
        await copying.WaitAsync();
        try
        {
            migrated ??= await MigrateAsync();
            return await CreateDatabaseAsync($"TEMPLATE {migrated} STRATEGY FILE_COPY");
        }
        finally
        {
            copying.Release();
        }
    }

    /// <inheritdoc />
    public override Task DropDatabaseAsync(string connectionString) =>
        ExecuteAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    /// <inheritdoc />
    public override async Task<DatabaseServer> FollowSynchronouslyAsync()
    {
        var standby = new PostgresServer(null) { IsDurable = true };
        await standby.MakeFolderAsync();
        await standby.RunAsync(
            Program("pg_basebackup"), "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-D", standby.Data, "-R", "-c", "fast");
        await standby.StartAsync();
        // Only now, so that the copy has not got it: once promoted, it would wait for a standby of its own.
        await ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        await ExecuteAsync("DO $$ BEGIN FOR i IN 1..300 LOOP PERFORM pg_stat_clear_snapshot(); IF EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync') THEN RETURN; END IF; PERFORM pg_sleep(0.1); END LOOP; RAISE EXCEPTION 'no synchronous standby'; END $$");
        return standby;
    }

    /// <inheritdoc />
    public override Task PromoteAsync() => ExecuteAsync("SELECT pg_promote()");

    /// <inheritdoc />
    protected override string ConnectionString(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}");

    /// <inheritdoc />
    protected override DbConnection Connect() => new NpgsqlConnection(ConnectionString(FirstDatabase) + ";Pooling=false");

    /// <inheritdoc />
    protected override Task InstallAsync() =>
        RunAsync(Program("initdb"), "-D", Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8");

    /// <inheritdoc />
    protected override string[] Command() =>
    [
        Program("postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
        "-c", $"unix_socket_directories={Folder}", "-c", "max_connections=400", .. Durability(),
    ];

    // A crash of the server alone loses no page that it has handed to the system, so recovery needs no whole pages in the log.
    private string[] Durability() => IsDurable
        ? ["-c", "fsync=on"]
        : ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0"];

    private async Task<string> MigrateAsync()
    {
        var connectionString = await CreateDatabaseAsync();
        using (var database = new Database(Options.Create(new DatabaseSettings { Engine = DatabaseKind.PostgreSql, ConnectionString = connectionString })))
            await new Migrator(database, TimeProvider.System).MigrateAsync(CancellationToken.None);
        return new NpgsqlConnectionStringBuilder(connectionString).Database!;
    }

    private string Program(string name) => Path.Combine(bin, name);

    private static string FindBinaries() =>
        (Directory.Exists(Binaries) ? Directory.GetDirectories(Binaries) : [])
            .Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Max(StringComparer.Ordinal)
        ?? throw new InvalidOperationException($"PostgreSQL is not installed ({Binaries} has no initdb). On Debian: apt-get install postgresql; scripts/test does it too.");
}
