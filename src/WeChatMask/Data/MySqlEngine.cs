using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dapper;
using MySqlConnector;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>A MySQL 8 or MariaDB server: row locks under READ COMMITTED, rows inserted many at a time.</summary>
public sealed class MySqlEngine : DatabaseEngine, IDisposable, IAsyncDisposable
{
    // max_allowed_packet and the number of placeholders are far above what this makes.
    private const int RowsAtATime = 500;
    private const int LockTries = SchemaSeconds / LockSeconds;
    private const int LockSeconds = 3;
    private const string From = "FROM ";
    private const string Text = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    private const string Key = $"VARCHAR(200) {Text}";
    // Longer than any key by one: what does not fit is cut, and must not become somebody's key by that.
    private const string AskedKey = $"VARCHAR(201) {Text}";
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(5);

    private const string SchemaLock = "wechatmask.schema";

    private const string PoolSetting = "Maximum Pool Size";
    private const string CommandSetting = "Default Command Timeout";
    private const string ConnectSetting = "Connection Timeout";

    // Text as it is, which is shorter than escapes.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> columnTypes = new(StringComparer.Ordinal);
    private readonly MySqlDataSource source;
    private volatile SemiSynchronous? semiSynchronous;
    private readonly int secondsToAnswer;
    private readonly TimeSpan timeToAnswer;

    public MySqlEngine(string connectionString, bool isStandby = false)
    {
        var settings = SettingsOf(connectionString, isStandby);
        secondsToAnswer = (int)settings.DefaultCommandTimeout;
        timeToAnswer = secondsToAnswer == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(secondsToAnswer);
        source = new MySqlDataSource(settings.ConnectionString);
    }

    public override string ForUpdate => " FOR UPDATE";

    // Two who insert into the same indexes end each other's transactions too often.
    public override int WritersAtOnce => 1;

    public override string AnyOf(string parameter) => $"IN @{parameter}";

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => await source.OpenConnectionAsync(cancellationToken);

    public override async ValueTask<WriteTransaction> BeginWriteAsync(bool isLarge, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken);
        var begin = connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).AsTask();
        try
        {
            // The driver waits for this answer without any limit, whatever the connection string says.
            return WriteTransaction.Of(
                this, connection, await begin.WaitAsync(timeToAnswer, CancellationToken.None), () => ConfirmAsync(connection), cancellationToken);
        }
        catch (TimeoutException e)
        {
            _ = CloseAfterAsync(begin, connection);
            throw new ConnectionLostException(e.Message, e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override async Task LockSchemaAsync(WriteTransaction transaction)
    {
        // Here a CREATE TABLE commits by itself, so the lock is the session's; it ends with the connection's reset in the pool.
        // A statement that waits as long as a change of the schema may take would be called off by its own time limit.
        for (var i = 0; i < LockTries; i++)
        {
            if (await transaction.ScalarAsync<long?>("SELECT GET_LOCK(@SchemaLock, @LockSeconds)", new { SchemaLock, LockSeconds }) != 1) continue;
            if (await SchemaLockStore.IsNeededAsync(transaction) && !await SchemaLockStore.TryTakeAsync(transaction, TimeSpan.FromSeconds(SchemaSeconds))) break;
            return;
        }

        throw SchemaIsLocked();
    }

    public override async Task UnlockSchemaAsync(WriteTransaction transaction)
    {
        if (await SchemaLockStore.IsNeededAsync(transaction)) await SchemaLockStore.GiveBackAsync(transaction);
        await transaction.ScalarAsync<long?>("SELECT RELEASE_LOCK(@SchemaLock)", new { SchemaLock });
    }

    public override Task<DateTimeOffset> ClockAsync(DbConnection connection) =>
        ReadClockAsync(connection, "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)");

    public override Task<IReadOnlyCollection<string>> TablesAsync(DbConnection connection, DbTransaction? transaction) =>
        ReadTablesAsync(connection, transaction, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'");

    public override async Task InsertManyAsync(
        WriteTransaction transaction, string table, string[] columns, IReadOnlyCollection<object?[]> rows)
    {
        // The driver takes a bare question mark by its place, which is quicker than looking a name up eight thousand times.
        var row = $"({string.Join(", ", columns.Select(_ => "?"))})";
        foreach (var part in rows.Chunk(RowsAtATime))
        {
            await using var command = new MySqlCommand { Connection = (MySqlConnection)transaction.Connection, Transaction = (MySqlTransaction)transaction.Transaction };
            command.CommandText = $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES {string.Join(", ", Enumerable.Repeat(row, part.Length))}";
            foreach (var value in part.SelectMany(values => values)) command.Parameters.Add(new MySqlParameter { Value = value ?? DBNull.Value });
            await command.ExecuteNonQueryAsync(transaction.Token);
        }
    }

    public override async Task<List<TRow>> SelectByKeysAsync<TKey, TRow>(
        WriteTransaction transaction, string select, string column, IReadOnlyCollection<TKey> keys, string? newestBy = null)
    {
        if (keys.Count == 0) return [];
        return (await transaction.Connection.QueryAsync<TRow>(new CommandDefinition(
            ByKeys<TKey>(select, column), new { asked = JsonSerializer.Serialize(keys, Json) }, transaction.Transaction, cancellationToken: transaction.Token))).AsList();
    }

    public override async Task<List<TRow>> ReadByKeysAsync<TKey, TRow>(
        DbConnection connection, DbTransaction? transaction, string select, string column, IReadOnlyCollection<TKey> keys, Func<IRow, TRow> read,
        CancellationToken cancellationToken, string? newestBy = null)
    {
        if (keys.Count == 0) return [];
        await using var command = new MySqlCommand(ByKeys<TKey>(select, column), (MySqlConnection)connection, (MySqlTransaction?)transaction);
        command.Parameters.AddWithValue("@asked", JsonSerializer.Serialize(keys, Json));
        return await ReadAllAsync(command, read, cancellationToken);
    }

    public override async Task<int> ExecuteManyAsync<TArgs>(
        WriteTransaction transaction, string sql, IReadOnlyCollection<TArgs> args)
    {
        var properties = typeof(TArgs).GetProperties();
        var touched = 0;
        foreach (var part in args.Chunk(RowsAtATime))
        {
            // One trip for many: the driver sends the statements of a batch together.
            await using var batch = new MySqlBatch((MySqlConnection)transaction.Connection, (MySqlTransaction)transaction.Transaction);
            // A command takes its limit from the connection string, a batch has none.
            batch.Timeout = secondsToAnswer;
            foreach (var arg in part)
            {
                var command = new MySqlBatchCommand(sql);
                foreach (var property in properties) command.Parameters.AddWithValue($"@{property.Name}", ColumnTypes.Value(property.GetValue(arg)) ?? DBNull.Value);
                batch.BatchCommands.Add(command);
            }

            touched += await batch.ExecuteNonQueryAsync(transaction.Token);
        }

        return touched;
    }

    public override async Task UpdateManyAsync(
        WriteTransaction transaction, string table, string[] keys, string[] columns, IReadOnlyCollection<object?[]> rows)
    {
        if (rows.Count == 0) return;
        var types = await ColumnTypesAsync(transaction, table);
        string[] names = [.. keys, .. columns];
        var sql =
            $"UPDATE JSON_TABLE(@part, '$[*]' COLUMNS ({string.Join(", ", names.Select((n, i) => $"{n} {types[n]} PATH '$[{i}]' ERROR ON ERROR"))})) AS v "
            + $"STRAIGHT_JOIN {table} AS t ON {string.Join(" AND ", keys.Select(k => $"t.{k} = v.{k}"))} "
            + $"SET {string.Join(", ", columns.Select(c => $"t.{c} = v.{c}"))}";
        foreach (var part in rows.Chunk(RowsAtATime))
        {
            await transaction.Connection.ExecuteAsync(new CommandDefinition(
                sql, new { part = JsonSerializer.Serialize(part, Json) }, transaction.Transaction, cancellationToken: transaction.Token));
        }
    }

    public override bool MayRetry(DbException exception) => MySqlErrors.MayRetry(MySqlErrors.CodeOf(exception));

    public override bool IsOutage(DbException exception) => MySqlErrors.IsOutage(MySqlErrors.CodeOf(exception));

    /// <summary>What an operator is told of a failure of this engine; none of another's.</summary>
    internal static StartFault? FaultOf(DbException exception) =>
        exception is not MySqlException ? null : MySqlErrors.IsOutage(MySqlErrors.CodeOf(exception)) ? StartFaults.NoAnswer(exception) : StartFaults.Refusal(exception);

    public override bool IsUniqueClash(DbException exception) => MySqlErrors.IsUniqueClash(MySqlErrors.CodeOf(exception));

    // Else a view would read with the rights of the user that made it, and fail when the product gets another.
    public override string Translate(string migration) =>
        base.Translate(migration).Replace("CREATE VIEW", "CREATE SQL SECURITY INVOKER VIEW", StringComparison.Ordinal);

    protected override IReadOnlyList<(string Name, string Sql)> Types =>
    [
        ("key", Key), ("date", "CHAR(10) CHARACTER SET ascii COLLATE ascii_bin"), ("text", $"MEDIUMTEXT {Text}"),
        ("int", "INT"), ("long", "BIGINT"), ("real", "DOUBLE"), ("clustered", ""), ("postgresql", "--"),
    ];

    public void Dispose() => source.Dispose();

    public ValueTask DisposeAsync() => source.DisposeAsync();

    // A server that was told to wait for a standby gives up after a time, says nothing, and goes on alone. Asked by no token:
    // what is committed must not look undone because somebody went away.
    private async Task ConfirmAsync(DbConnection connection)
    {
        if (!await IsSemiSynchronousAsync(connection)) return;
        var states = await connection.QueryAsync<(string Name, string Value)>(
            "SHOW GLOBAL STATUS WHERE Variable_name IN ('Rpl_semi_sync_master_status', 'Rpl_semi_sync_source_status')");
        if (!states.Any(s => s.Value == "ON")) throw OnlyHere();
    }

    // An operator may turn it on while the city runs.
    private async ValueTask<bool> IsSemiSynchronousAsync(DbConnection connection)
    {
        if (semiSynchronous is { } known && Stopwatch.GetElapsedTime(known.AskedAt) < BetweenQuestions) return known.IsOn;
        var settings = await connection.QueryAsync<(string Name, string Value)>(
            "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('rpl_semi_sync_master_enabled', 'rpl_semi_sync_source_enabled')");
        var isOn = settings.Any(s => s.Value == "ON");
        semiSynchronous = new SemiSynchronous(isOn, Stopwatch.GetTimestamp());
        return isOn;
    }

    private sealed record SemiSynchronous(bool IsOn, long AskedAt);

    // A key must have its column's own character set and order, or its index is of no use.
    private async Task<IReadOnlyDictionary<string, string>> ColumnTypesAsync(WriteTransaction transaction, string table)
    {
        if (columnTypes.TryGetValue(table, out var known)) return known;
        var columns = await transaction.Connection.QueryAsync<(string Name, string Type)>(new CommandDefinition(
            """
            SELECT column_name, CONCAT(column_type, COALESCE(CONCAT(' CHARACTER SET ', character_set_name, ' COLLATE ', collation_name), ''))
              FROM information_schema.columns
             WHERE table_schema = DATABASE() AND table_name = @table
            """,
            new { table }, transaction.Transaction, cancellationToken: transaction.Token));
        return columnTypes[table] = columns.ToDictionary(c => c.Name, c => c.Type, StringComparer.Ordinal);
    }

    // As a table, the keys are neither parsed as a thousand literals nor sorted into ranges. In the order in which they are
    // written: the keys first, then ours by its index. Left the choice, the planner begins with the one round there is and
    // reads all its bookings.
    private static string ByKeys<TKey>(string select, string column)
    {
        var from = select.IndexOf(From, StringComparison.Ordinal) + From.Length;
        var type = typeof(TKey) == typeof(string) ? AskedKey : "BIGINT";
        return $"SELECT STRAIGHT_JOIN {select["SELECT ".Length..from]} JSON_TABLE(@asked, '$[*]' COLUMNS (wanted {type} PATH '$')) AS asked "
            + $"JOIN {select[from..]} WHERE {column} = asked.wanted";
    }

    // Back in its pool, a connection with an answer outstanding would give it to whoever comes next.
    private static async Task CloseAfterAsync(Task begin, DbConnection connection)
    {
        await begin.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync();
    }

    /// <summary>The connection string with what this product needs of the driver; what an operator has set counts.</summary>
    internal static MySqlConnectionStringBuilder SettingsOf(string connectionString, bool isStandby = false)
    {
        var settings = new MySqlConnectionStringBuilder(connectionString)
        {
            // Rows that a WHERE matched are counted, as on every engine; a driver's default may be those that changed.
            UseAffectedRows = false,
            CharacterSet = "utf8mb4",
        };
        if (!settings.ContainsKey(PoolSetting)) settings.MaximumPoolSize = Connections;
        // A server that vanished without a word must not hold people longer than they wait.
        if (!settings.ContainsKey(CommandSetting)) settings.DefaultCommandTimeout = (uint)(isStandby ? StandbySeconds : SecondsToAnswer);
        if (!settings.ContainsKey(ConnectSetting)) settings.ConnectionTimeout = (uint)(isStandby ? StandbySeconds : SecondsToConnect);
        // What ran out of time is not killed, but its line is cut: a COMMIT that is killed while it waits for a standby may be
        // reported as done. Whatever the operator set, since people would be told yes.
        settings.CancellationTimeout = -1;
        return settings;
    }
}
