using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text;
using Dapper;
using Microsoft.Extensions.Options;
using Quartz;

namespace WeChatMask.Data;

/// <summary>A MySQL 8 or MariaDB server: row locks under READ COMMITTED, rows inserted many at a time.</summary>
/// <remarks>
/// Written on ADO.NET's own base types. The driver is found by its name at run time, since its package is not in every
/// registry; a build with <c>-p:MySql=true</c> brings it along.
/// </remarks>
public sealed class MySqlEngine : DatabaseEngine
{
    private const string Driver = "MySqlConnector";
    private const string Factory = "MySqlConnector.MySqlConnectorFactory";

    // max_allowed_packet and the number of placeholders are far above what this makes.
    private const int RowsAtATime = 500;
    private const int LockSeconds = 60;
    private const string SchemaLock = "wechatmask.schema";

    private const string CommandSetting = "Default Command Timeout";
    private const string ConnectSetting = "Connection Timeout";

    private const int DiskFull = 1021;
    private const int TooManyConnections = 1040;
    private const int CannotConnect = 1042;
    private const int Shutdown = 1053;
    private const int TableFull = 1114;
    private const int OptionPrevents = 1290;
    private const int ReadOnlyMode = 1836;
    private const int Killed = 1927;
    private const int DuplicateEntry = 1062;
    private const int LockWaitTimeout = 1205;
    private const int Deadlock = 1213;

    private readonly DbProviderFactory factory;
    private readonly string connectionString;

    /// <summary>Uses the server of the connection string.</summary>
    /// <exception cref="OptionsValidationException">This build has no driver for it.</exception>
    public MySqlEngine(string connectionString)
    {
        factory = FindDriver();
        this.connectionString = SettingsOf(factory, connectionString).ConnectionString;
    }

    /// <summary>Keeps the nodes' shared schedule on the server of the connection string, over a small pool of its own.</summary>
    /// <exception cref="OptionsValidationException">This build has no driver for it.</exception>
    internal static void KeepJobs(IPersistentStoreBuilder store, string connectionString)
    {
        var driver = FindDriver();
        var settings = SettingsOf(driver, connectionString);
        settings["MaximumPoolSize"] = JobConnections;
        settings["MinimumPoolSize"] = 0;
        store.UseMySqlConnector(driver, settings.ConnectionString);
    }

    /// <inheritdoc />
    public override bool IsServer => true;

    /// <inheritdoc />
    public override string ForUpdate => " FOR UPDATE";

    /// <inheritdoc />
    public override string AnyOf(string parameter) => $"IN @{parameter}";

    /// <inheritdoc />
    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = factory.CreateConnection()!;
        try
        {
            connection.ConnectionString = connectionString;
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public override ValueTask<WriteTransaction> BeginWriteAsync(CancellationToken cancellationToken) => BeginOnServerAsync(cancellationToken);

    /// <inheritdoc />
    public override async Task LockSchemaAsync(WriteTransaction transaction)
    {
        // Here a CREATE TABLE commits by itself, so the lock is the session's; it ends with the connection's reset in the pool.
        if (await transaction.ScalarAsync<long?>("SELECT GET_LOCK(@SchemaLock, @LockSeconds)", new { SchemaLock, LockSeconds }) != 1)
            throw new StartFaultException("Another node has been changing the schema for a minute; this one stops. Start it again.");
    }

    /// <inheritdoc />
    public override Task UnlockSchemaAsync(WriteTransaction transaction) =>
        transaction.ScalarAsync<long?>("SELECT RELEASE_LOCK(@SchemaLock)", new { SchemaLock });

    /// <inheritdoc />
    public override Task<DateTimeOffset> ClockAsync(DbConnection connection) =>
        ReadClockAsync(connection, "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)");

    /// <inheritdoc />
    public override Task<IReadOnlyCollection<string>> TablesAsync(DbConnection connection, DbTransaction? transaction) =>
        ReadTablesAsync(connection, transaction, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'");

    /// <inheritdoc />
    public override async Task InsertManyAsync(
        WriteTransaction transaction, string table, string[] columns, IReadOnlyCollection<object?[]> rows, CancellationToken cancellationToken)
    {
        foreach (var part in rows.Chunk(RowsAtATime))
        {
            await using var command = transaction.Connection.CreateCommand();
            command.Transaction = transaction.Transaction;
            var sql = new StringBuilder($"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ");
            for (var r = 0; r < part.Length; r++)
            {
                sql.Append(r == 0 ? "(" : ", (");
                for (var c = 0; c < columns.Length; c++)
                {
                    var parameter = command.CreateParameter();
                    parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{r}_{c}");
                    parameter.Value = part[r][c] ?? DBNull.Value;
                    command.Parameters.Add(parameter);
                    sql.Append(c == 0 ? "" : ", ").Append(parameter.ParameterName);
                }

                sql.Append(')');
            }

            command.CommandText = sql.ToString();
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public override async Task<List<TRow>> SelectByKeysAsync<TKey, TRow>(
        WriteTransaction transaction, string select, string column, IReadOnlyCollection<TKey> keys, CancellationToken cancellationToken, string? newestBy = null) =>
        keys.Count == 0
            ? []
            : (await transaction.Connection.QueryAsync<TRow>(new CommandDefinition(
                $"{select} WHERE {column} IN @keys", new { keys }, transaction.Transaction, cancellationToken: cancellationToken))).AsList();

    /// <inheritdoc />
    public override async Task<int> ExecuteManyAsync<TArgs>(
        WriteTransaction transaction, string sql, IReadOnlyCollection<TArgs> args, CancellationToken cancellationToken) =>
        args.Count == 0 ? 0 : await transaction.Connection.ExecuteAsync(new CommandDefinition(sql, args, transaction.Transaction, cancellationToken: cancellationToken));

    /// <inheritdoc />
    public override bool MayRetry(DbException exception) => NumberOf(exception) is DuplicateEntry or LockWaitTimeout or Deadlock;

    // The driver's own number for a connection that broke is 0.
    /// <inheritdoc />
    public override bool IsOutage(DbException exception) => NumberOf(exception)
        is null or 0 or TooManyConnections or CannotConnect or Shutdown or DiskFull or TableFull or OptionPrevents or ReadOnlyMode or Killed;

    /// <inheritdoc />
    public override bool IsUniqueClash(DbException exception) => NumberOf(exception) is DuplicateEntry;

    /// <inheritdoc />
    public override string Translate(string migration) => migration
        .Replace("{key}", "VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", StringComparison.Ordinal)
        .Replace("{date}", "CHAR(10) CHARACTER SET ascii COLLATE ascii_bin", StringComparison.Ordinal)
        .Replace("{text}", "MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", StringComparison.Ordinal)
        .Replace("{int}", "INT", StringComparison.Ordinal)
        .Replace("{long}", "BIGINT", StringComparison.Ordinal)
        .Replace("{real}", "DOUBLE", StringComparison.Ordinal);

    // The driver's own exception type has the number; the base type has not.
    private static int? NumberOf(DbException exception) =>
        exception.GetType().GetProperty("Number", BindingFlags.Public | BindingFlags.Instance)?.GetValue(exception) as int?;

    private static DbConnectionStringBuilder SettingsOf(DbProviderFactory driver, string connectionString)
    {
        var settings = driver.CreateConnectionStringBuilder()!;
        settings.ConnectionString = connectionString;
        // Rows that a WHERE matched are counted, as on every engine; a driver's default may be those that changed.
        settings["UseAffectedRows"] = false;
        settings["CharacterSet"] = "utf8mb4";
        // A server that vanished without a word must not hold people longer than they wait; what an operator has set counts.
        if (!settings.ContainsKey(CommandSetting)) settings[CommandSetting] = SecondsToAnswer;
        if (!settings.ContainsKey(ConnectSetting)) settings[ConnectSetting] = SecondsToConnect;
        return settings;
    }

    private static DbProviderFactory FindDriver()
    {
        try
        {
            var type = Assembly.Load(new AssemblyName(Driver)).GetType(Factory, throwOnError: true)!;
            return (DbProviderFactory)type.GetField("Instance", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        }
        catch (FileNotFoundException)
        {
            throw new OptionsValidationException(
                "Database", typeof(DatabaseSettings),
                [$"Database:Engine is MySql, and this build has no driver for it; build it with -p:MySql=true, which brings the package {Driver}."]);
        }
    }
}
