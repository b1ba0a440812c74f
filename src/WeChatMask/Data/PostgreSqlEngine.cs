using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>A PostgreSQL server, or a relative that speaks its protocol: many writers, kept apart by row locks under READ COMMITTED.</summary>
/// <remarks>
/// With several hosts in the connection string the one that takes writes is chosen, so a promoted standby is found
/// without a hand.
/// </remarks>
public sealed class PostgreSqlEngine : DatabaseEngine, IDisposable, IAsyncDisposable
{
    // Any number that no other program on this server uses: ours spells "mask".
    private const long SchemaLock = 0x6D61736B;

    // The server's source file that waits for standbys; its sentences come in the server's language.
    private const string SynchronousReplication = "syncrep.c";

    private const string RecheckSetting = "Host Recheck Seconds";
    private const string PoolSetting = "Maximum Pool Size";
    private const string CommandSetting = "Command Timeout";
    private const string ConnectSetting = "Timeout";
    private const string KerberosSetting = "GSS Encryption Mode";

    // A statement's plan must be of its moment: one made while a round has few bookings would still read the whole table when
    // there are a hundred thousand. So none is kept, also where an operator lets the driver prepare statements by itself, which
    // is not done here: one that fails while it is being prepared leaves its connection out of step (npgsql issue 6391), and it
    // brought nothing measurable. The disks are solid, so that a page somewhere costs little more than the next one; and
    // nothing here runs long enough to be worth compiling.
    private const string PlannerOptions = "-c plan_cache_mode=force_custom_plan -c random_page_cost=1.1 -c jit=off";

    private readonly NpgsqlDataSource source;
    private NpgsqlConnection? listener;
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, NpgsqlDbType>> columnTypes = new(StringComparer.Ordinal);

    public PostgreSqlEngine(string connectionString, bool isStandby = false)
    {
        var settings = SettingsOf(connectionString, isStandby);
        source = HasSeveralHosts(settings)
            ? new NpgsqlDataSourceBuilder(settings.ConnectionString).BuildMultiHost().WithTargetSession(isStandby ? TargetSessionAttributes.PreferStandby : TargetSessionAttributes.Primary)
            : new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    public override string ForUpdate => " FOR UPDATE";

    // Dapper hands this driver a list as one array parameter.
    public override string AnyOf(string parameter) => $"= ANY(@{parameter})";

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => await source.OpenConnectionAsync(cancellationToken);

    public override async ValueTask<WriteTransaction> BeginWriteAsync(bool isLarge, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)await OpenAsync(cancellationToken);
        try
        {
            var isOnlyHere = false;
            // Whoever calls a waiting commit off makes the server say yes, and mention beside it that no standby has it.
            connection.Notice += (_, told) => isOnlyHere |= told.Notice.File == SynchronousReplication;
            return WriteTransaction.Of(
                this, connection, await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken),
                () => isOnlyHere ? throw OnlyHere() : Task.CompletedTask, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override string WakeOthers => "NOTIFY wechatmask";

    public override async Task WaitForOthersAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            listener ??= await ListenAsync(cancellationToken);
            await listener.WaitAsync(atMost, cancellationToken);
        }
        catch (Exception e) when (e is DbException or IOException)
        {
            // The line is gone, and with it what was told meanwhile: the caller looks by itself, and then a new one is opened.
            if (listener is { } broken) await broken.DisposeAsync();
            listener = null;
            await Task.Delay(atMost, cancellationToken);
        }
    }

    public override async Task LockSchemaAsync(WriteTransaction transaction)
    {
        try
        {
            // Another node's change of the schema may take longer than any statement that a person waits for.
            await transaction.Connection.ExecuteAsync(new CommandDefinition(
                "SELECT pg_advisory_xact_lock(@SchemaLock)", new { SchemaLock }, transaction.Transaction, commandTimeout: SchemaSeconds));
        }
        catch (NpgsqlException e) when (e.InnerException is TimeoutException)
        {
            throw SchemaIsLocked();
        }
    }

    public override Task<DateTimeOffset> ClockAsync(DbConnection connection) =>
        ReadClockAsync(connection, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");

    public override Task<IReadOnlyCollection<string>> TablesAsync(DbConnection connection, DbTransaction? transaction) =>
        ReadTablesAsync(connection, transaction, "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'");

    public override async Task InsertManyAsync(
        WriteTransaction transaction, string table, string[] columns, IReadOnlyCollection<object?[]> rows)
    {
        if (rows.Count == 0) return;
        var types = await ColumnTypesAsync(transaction, table);
        await using var command = CommandOf(transaction);
        command.CommandText =
            $"INSERT INTO {table} ({string.Join(", ", columns)}) SELECT * FROM unnest({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        for (var i = 0; i < columns.Length; i++) command.Parameters.Add(ColumnOf(i, types[columns[i]], rows));
        await command.ExecuteNonQueryAsync(transaction.Token);
    }

    public override async Task UpdateManyAsync(
        WriteTransaction transaction, string table, string[] keys, string[] columns, IReadOnlyCollection<object?[]> rows)
    {
        if (rows.Count == 0) return;
        var types = await ColumnTypesAsync(transaction, table);
        string[] names = [.. keys, .. columns];
        await using var command = CommandOf(transaction);
        command.CommandText =
            $"UPDATE {table} AS t SET {string.Join(", ", columns.Select(c => $"{c} = v.{c}"))} "
            + $"FROM unnest({string.Join(", ", names.Select((_, i) => $"@p{i}"))}) AS v({string.Join(", ", names)}) "
            + $"WHERE {string.Join(" AND ", keys.Select(k => $"t.{k} = v.{k}"))}";
        for (var i = 0; i < names.Length; i++) command.Parameters.Add(ColumnOf(i, types[names[i]], rows));
        await command.ExecuteNonQueryAsync(transaction.Token);
    }

    public override async Task<List<TRow>> SelectByKeysAsync<TKey, TRow>(
        WriteTransaction transaction, string select, string column, IReadOnlyCollection<TKey> keys, string? newestBy = null) =>
        keys.Count == 0
            ? []
            : (await transaction.Connection.QueryAsync<TRow>(new CommandDefinition(
                ByKeys(select, column, newestBy), new { keys = keys.ToArray() }, transaction.Transaction, cancellationToken: transaction.Token))).AsList();

    public override async Task<List<TRow>> ReadByKeysAsync<TKey, TRow>(
        DbConnection connection, DbTransaction? transaction, string select, string column, IReadOnlyCollection<TKey> keys, Func<IRow, TRow> read,
        CancellationToken cancellationToken, string? newestBy = null)
    {
        if (keys.Count == 0) return [];
        await using var command = new NpgsqlCommand(ByKeys(select, column, newestBy), (NpgsqlConnection)connection, (NpgsqlTransaction?)transaction);
        command.Parameters.Add(new NpgsqlParameter<TKey[]>("keys", [.. keys]));
        return await ReadAllAsync(command, read, cancellationToken);
    }

    public override async Task<int> ExecuteManyAsync<TArgs>(
        WriteTransaction transaction, string sql, IReadOnlyCollection<TArgs> args)
    {
        if (args.Count == 0) return 0;
        // One trip for all: the driver sends the statements of a batch together.
        await using var batch = new NpgsqlBatch((NpgsqlConnection)transaction.Connection, (NpgsqlTransaction)transaction.Transaction);
        foreach (var arg in args) batch.BatchCommands.Add(CommandWith(sql, arg));
        return await batch.ExecuteNonQueryAsync(transaction.Token);
    }

    public override bool MayRetry(DbException exception) =>
        exception is PostgresException
        {
            SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.LockNotAvailable
        };

    // What is no error of the server's is one of the way to it. The classes: connection, operator (shutdown, starting up),
    // resources (disk, memory, connections); and the standby that is not promoted yet.
    public override bool IsOutage(DbException exception) => IsNoAnswer(exception);

    /// <summary>What an operator is told of a failure of this engine; none of another's.</summary>
    internal static StartFault? FaultOf(DbException exception) =>
        exception is not NpgsqlException ? null : IsNoAnswer(exception) ? StartFaults.NoAnswer(exception) : StartFaults.Refusal(exception);

    private static bool IsNoAnswer(DbException exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => true,
        PostgresException e => e.SqlState is ['0', '8', ..] or ['5', '7', 'P', ..] or ['5', '3', ..],
        _ => exception is NpgsqlException,
    };

    public override bool IsUniqueClash(DbException exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    // A NUL, which no text of this database may hold.
    public override bool IsUnholdable(DbException exception) => exception is PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire };

    protected override IReadOnlyList<(string Name, string Sql)> Types =>
    [
        ("key", "VARCHAR(200) COLLATE \"C\""), ("date", "VARCHAR(10) COLLATE \"C\""), ("text", "TEXT"),
        ("int", "INTEGER"), ("long", "BIGINT"), ("real", "DOUBLE PRECISION"), ("clustered", ""), ("postgresql", ""),
    ];

    public void Dispose()
    {
        listener?.Dispose();
        source.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (listener is not null) await listener.DisposeAsync();
        await source.DisposeAsync();
    }

    /// <summary>The connection string with what this product needs of the driver; what an operator has set counts.</summary>
    internal static NpgsqlConnectionStringBuilder SettingsOf(string connectionString, bool isStandby = false)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // The driver's ContainsKey tells whether there is such a setting at all, its keys tell which were given.
        var given = settings.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        settings.Options = $"{settings.Options} {PlannerOptions}".TrimStart();
        if (!given.Contains(PoolSetting)) settings.MaxPoolSize = Connections;
        // A server that vanished without a word must not hold people longer than they wait.
        if (!given.Contains(CommandSetting)) settings.CommandTimeout = isStandby ? StandbySeconds : SecondsToAnswer;
        if (!given.Contains(ConnectSetting)) settings.Timeout = isStandby ? StandbySeconds : SecondsToConnect;
        // What ran out of time is not called off, but its line is cut: a COMMIT that is called off while it waits for a
        // synchronous standby is reported as done. Whatever the operator set, since people would be told yes.
        settings.CancellationTimeout = -1;
        if (!given.Contains(KerberosSetting)) settings.GssEncryptionMode = GssEncryptionMode.Disable;
        if (!HasSeveralHosts(settings)) return settings;
        settings.TargetSessionAttributes ??= isStandby ? "prefer-standby" : "primary";
        // A server that was seen down, or was no primary, is asked again after a second instead of ten.
        if (!given.Contains(RecheckSetting)) settings.HostRecheckSeconds = 1;
        return settings;
    }

    private static bool HasSeveralHosts(NpgsqlConnectionStringBuilder settings) => settings.Host?.Contains(',', StringComparison.Ordinal) == true;

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            await connection.ExecuteAsync("LISTEN wechatmask");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // OFFSET 0 keeps the inner SELECT whole, so that each key is looked up by its index. Left the choice, the planner
    // reads a table to its end whose statistics are older than the rush that fills it.
    private static string ByKeys(string select, string column, string? newestBy) =>
        $"SELECT found.* FROM unnest(@keys) AS wanted(key) CROSS JOIN LATERAL ({select} WHERE {column} = wanted.key{NewestOnly(newestBy)} OFFSET 0) AS found";

    private static NpgsqlCommand CommandOf(WriteTransaction transaction) =>
        new() { Connection = (NpgsqlConnection)transaction.Connection, Transaction = (NpgsqlTransaction)transaction.Transaction };

    private static NpgsqlBatchCommand CommandWith<TArgs>(string sql, TArgs args)
        where TArgs : class
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var property in args.GetType().GetProperties())
            command.Parameters.Add(new NpgsqlParameter(property.Name, ColumnTypes.Value(property.GetValue(args)) ?? DBNull.Value));
        return command;
    }

    private static NpgsqlParameter ColumnOf(int index, NpgsqlDbType type, IReadOnlyCollection<object?[]> rows)
    {
        Array values = type switch
        {
            NpgsqlDbType.Bigint => rows.Select(r => r[index] is { } v ? Convert.ToInt64(v, null) : (long?)null).ToArray(),
            NpgsqlDbType.Integer => rows.Select(r => r[index] is { } v ? Convert.ToInt32(v, null) : (int?)null).ToArray(),
            NpgsqlDbType.Double => rows.Select(r => r[index] is { } v ? Convert.ToDouble(v, null) : (double?)null).ToArray(),
            _ => rows.Select(r => (string?)r[index]).ToArray(),
        };
        return new NpgsqlParameter($"p{index}", NpgsqlDbType.Array | type) { Value = values };
    }

    // A column of nulls says nothing of its type, so the table is asked once.
    private async Task<IReadOnlyDictionary<string, NpgsqlDbType>> ColumnTypesAsync(
        WriteTransaction transaction, string table)
    {
        if (columnTypes.TryGetValue(table, out var known)) return known;
        var columns = await transaction.Connection.QueryAsync<(string Name, string Type)>(new CommandDefinition(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table",
            new { table }, transaction.Transaction, cancellationToken: transaction.Token));
        return columnTypes[table] = columns.ToDictionary(
            c => c.Name,
            c => c.Type switch
            {
                "bigint" => NpgsqlDbType.Bigint,
                "integer" => NpgsqlDbType.Integer,
                "double precision" => NpgsqlDbType.Double,
                _ => NpgsqlDbType.Text,
            },
            StringComparer.Ordinal);
    }
}
