using System.Data.Common;
using System.Globalization;
using Dapper;
using MySqlConnector;

namespace WeChatMask.Tests.Support;

/// <summary>MariaDB.</summary>
internal sealed class MariaDbServer : DatabaseServer
{
    private const string Program = "/usr/sbin/mariadbd";
    private const string Installer = "/usr/bin/mariadb-install-db";
    private const string LogSize = "--innodb-log-file-size=32M";
    private readonly int number;

    /// <summary>Prepares one.</summary>
    public MariaDbServer(string? folder)
        : this(folder, 1)
    {
    }

    private MariaDbServer(string? folder, int number)
        : base("MariaDB", "mysql", folder)
    {
        this.number = number;
        if (!File.Exists(Program) || !File.Exists(Installer))
            throw new InvalidOperationException($"MariaDB is not installed ({Program} or {Installer} is missing). On Debian: apt-get install mariadb-server; scripts/test does it too.");
    }

    /// <inheritdoc />
    protected override string FirstDatabase => "mysql";

    /// <inheritdoc />
    protected override string CrashSignal => "KILL";

    /// <inheritdoc />
    public override async Task DropDatabaseAsync(string connectionString)
    {
        var name = new MySqlConnectionStringBuilder(connectionString).Database;
        await using var connection = Connect();
        foreach (var id in await connection.QueryAsync<long>("SELECT id FROM information_schema.processlist WHERE db = @name", new { name }))
        {
            try
            {
                await connection.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"KILL {id}"));
            }
            catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.NoSuchThread)
            {
                // It has gone by itself.
            }
        }

        await connection.ExecuteAsync($"DROP DATABASE IF EXISTS {name}");
    }

    /// <inheritdoc />
    public override async Task<DatabaseServer> FollowSynchronouslyAsync()
    {
        var standby = new MariaDbServer(null, number + 1) { IsDurable = true };
        await standby.MakeFolderAsync();
        await standby.InstallAsync();
        await standby.StartAsync();
        // It begins with the first statement in the primary's log, so it needs no copy.
        await standby.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"SET GLOBAL read_only = 1; SET GLOBAL rpl_semi_sync_slave_enabled = 1; CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {Port}, MASTER_USER = 'root', MASTER_USE_GTID = slave_pos; START SLAVE"));
        // By default the primary would go on alone after ten seconds, and what it then promised could be lost.
        await ExecuteAsync("SET GLOBAL rpl_semi_sync_master_wait_point = AFTER_SYNC; SET GLOBAL rpl_semi_sync_master_timeout = 4294967295; SET GLOBAL rpl_semi_sync_master_enabled = 1");
        await Eventually.UntilAsync(async () => await ReadAsync("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'", "Value") == "1");
        await standby.CatchUpAsync(await ReadAsync("SELECT @@gtid_binlog_pos AS written", "written"));
        return standby;
    }

    /// <inheritdoc />
    public override async Task PromoteAsync()
    {
        await ExecuteAsync("STOP SLAVE IO_THREAD");
        // What it has received and not carried out yet was promised too.
        await CatchUpAsync(await ReadAsync("SHOW SLAVE STATUS", "Gtid_IO_Pos"));
        await ExecuteAsync("STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0");
    }

    /// <inheritdoc />
    protected override string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={Port};User ID=root;Database={database}");

    /// <inheritdoc />
    protected override DbConnection Connect() => new MySqlConnection(ConnectionString(FirstDatabase) + ";Pooling=false");

    /// <inheritdoc />
    protected override Task InstallAsync() => RunAsync(
        Installer, "--no-defaults", $"--datadir={Data}", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", LogSize, "--innodb-flush-method=nosync");

    /// <inheritdoc />
    protected override string[] Command() =>
    [
        Program, "--no-defaults", $"--datadir={Data}", $"--socket={Folder}/socket", $"--pid-file={Folder}/pid", $"--tmpdir={Folder}",
        "--bind-address=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"--port={Port}"), "--skip-name-resolve", LogSize, .. Durability(),
    ];

    private IEnumerable<string> Durability() => IsDurable
        ? ["--innodb-flush-log-at-trx-commit=1", "--log-bin=log", "--sync-binlog=1", string.Create(CultureInfo.InvariantCulture, $"--server-id={number}")]
        // Each table of each database would be a file of its own, which is made, grown, written out and removed.
        : ["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--debug-no-sync", "--skip-innodb-file-per-table"];

    // A statement of its own may wait for half a minute only.
    private Task CatchUpAsync(string? position) =>
        Eventually.UntilAsync(async () => await ReadAsync($"SELECT MASTER_GTID_WAIT('{position}', 10) AS late", "late") == "0");

    private async Task<string?> ReadAsync(string sql, string column)
    {
        await using var connection = Connect();
        return ((IDictionary<string, object?>)await connection.QuerySingleAsync(sql))[column]?.ToString();
    }
}
