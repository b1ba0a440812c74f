using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>SQLite in the same process: one file, WAL, every commit synced to the disk, one writer at a time.</summary>
public sealed class SqliteEngine : DatabaseEngine, IDisposable
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Corrupt = 11;
    private const int Constraint = 19;
    private const int NotADatabase = 26;
    private const int UniqueClash = 2067;
    private const int PrimaryKeyClash = 1555;

    // The log is copied into the database file by a commit once it has this many pages of 4 KB. A rush writes the same
    // index pages again and again; by SQLite's own 1,000 pages nearly every batch of the desk would copy them all.
    private const int PagesBeforeCheckpoint = 16_000;

    private static readonly string Pragmas = FormattableString.Invariant(
        $"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = {PagesBeforeCheckpoint};");

    private readonly string connectionString;
    private readonly string file;
    private volatile bool isMade;

    // SQLite lets one transaction write. Waiting here is first come, first served; waiting in SQLite's busy handler
    // would be sleeping and polling, and could starve a writer during a rush.
    private readonly SemaphoreSlim writer = new(1, 1);

    /// <summary>Uses the file named in the connection string, which is made when it does not exist.</summary>
    public SqliteEngine(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = 30, Pooling = true };
        this.connectionString = builder.ToString();
        file = builder.DataSource;
    }

    public override string ForUpdate => "";

    public override string AnyOf(string parameter) => $"IN @{parameter}";

    public override Task LockSchemaAsync(WriteTransaction transaction) => Task.CompletedTask;

    public override Task<DateTimeOffset> ClockAsync(DbConnection connection) =>
        ReadClockAsync(connection, "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)");

    public override ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        MakeFile();
        return OpenAsync(connectionString, Pragmas, cancellationToken);
    }

    protected override ValueTask<DbConnection> OpenProbeAsync(bool write, CancellationToken cancellationToken)
    {
        SqliteFile.RefuseIfCut(file);
        MakeFile();
        var unpooled = new SqliteConnectionStringBuilder(connectionString) { Pooling = false, DefaultTimeout = SecondsToConnect }.ToString();
        return OpenAsync(unpooled, write ? "BEGIN IMMEDIATE; ROLLBACK;" : "PRAGMA user_version;", cancellationToken);
    }

    public override bool MayComeBack => false;

    protected override bool IsThere() => File.Exists(file);

    /// <summary>What an operator is told of a failure of this engine; none of another's.</summary>
    internal static StartFault? FaultOf(DbException exception) => exception is not SqliteException e ? null : e.SqliteErrorCode switch
    {
        Busy or Locked => new StartFault("Another program holds the database that Database:ConnectionString names; end it, or wait until it is done.", ExitCodes.NotYet),
        Full => new StartFault("The disk of the database that Database:ConnectionString names is full.", ExitCodes.NotYet),
        InputOutput => StartFaults.NoAnswer(e),
        NotADatabase or Corrupt => SqliteFile.Damaged,
        CannotOpen => new StartFault("The file that Database:ConnectionString names cannot be opened: it must be a file, not a folder, in a folder that this user may write."),
        ReadOnly => new StartFault("The file that Database:ConnectionString names, or its folder, cannot be written by this user."),
        _ => StartFaults.Refusal(e),
    };

    public override async ValueTask<WriteTransaction> BeginWriteAsync(CancellationToken cancellationToken)
    {
        await writer.WaitAsync(cancellationToken);
        try
        {
            var connection = (SqliteConnection)await OpenAsync(cancellationToken);
            try
            {
                // Not deferred: a transaction that reads first and writes later could never write after another's commit.
                return new WriteTransaction(this, connection, connection.BeginTransaction(deferred: false), cancellationToken, () => writer.Release());
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch
        {
            writer.Release();
            throw;
        }
    }

    public override async ValueTask<Snapshot> BeginSnapshotAsync(bool alone, CancellationToken cancellationToken)
    {
        try
        {
            var connection = (SqliteConnection)await (alone ? OpenAloneAsync(cancellationToken) : OpenAsync(cancellationToken));
            try
            {
                // Deferred, so that it takes no writer's turn: the log keeps its state while others go on committing.
                return new Snapshot(connection, connection.BeginTransaction(deferred: !alone));
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch (SqliteException e) when (alone && e.SqliteErrorCode is (Busy or Locked))
        {
            throw new IOException("Another program has this database open; stop the city first.", e);
        }
    }

    public override Task<IReadOnlyCollection<string>> TablesAsync(DbConnection connection, DbTransaction? transaction) =>
        ReadTablesAsync(connection, transaction, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");

    public override async Task InsertManyAsync(
        WriteTransaction transaction, string table, string[] columns, IReadOnlyCollection<object?[]> rows)
    {
        if (rows.Count == 0) return;
        await using var command = transaction.Connection.CreateCommand();
        command.Transaction = transaction.Transaction;
        command.CommandText =
            $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        var parameters = columns.Select((_, i) => new SqliteParameter($"@p{i}", null)).ToArray();
        command.Parameters.AddRange(parameters);
        await command.PrepareAsync(transaction.Token);
        foreach (var row in rows)
        {
            transaction.Token.ThrowIfCancellationRequested();
            for (var i = 0; i < parameters.Length; i++) parameters[i].Value = row[i] ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(transaction.Token);
        }
    }

    public override async Task<List<TRow>> SelectByKeysAsync<TKey, TRow>(
        WriteTransaction transaction, string select, string column, IReadOnlyCollection<TKey> keys, string? newestBy = null)
    {
        // In the same process a prepared statement per key costs microseconds; a long IN list would be parsed anew each time.
        var found = new List<TRow>();
        if (keys.Count == 0) return found;
        await using var command = transaction.Connection.CreateCommand();
        command.Transaction = transaction.Transaction;
        command.CommandText = $"{select} WHERE {column} = @key{NewestOnly(newestBy)}";
        var parameter = new SqliteParameter("@key", null);
        command.Parameters.Add(parameter);
        await command.PrepareAsync(transaction.Token);
        // One mapping for all keys, as for the rows of one query: Dapper's look-up of it costs as much as reading a row.
        Func<DbDataReader, TRow>? map = null;
        foreach (var key in keys)
        {
            parameter.Value = key;
            await using var reader = await command.ExecuteReaderAsync(transaction.Token);
            if (!reader.HasRows) continue;
            map ??= reader.GetRowParser<TRow>();
            while (await reader.ReadAsync(transaction.Token)) found.Add(map(reader));
        }

        return found;
    }

    public override async Task<int> ExecuteManyAsync<TArgs>(
        WriteTransaction transaction, string sql, IReadOnlyCollection<TArgs> args) =>
        args.Count == 0 ? 0 : await transaction.Connection.ExecuteAsync(sql, args, transaction.Transaction);

    public override bool MayRetry(DbException exception) =>
        exception is SqliteException { SqliteErrorCode: Busy or Locked } || IsUniqueClash(exception);

    public override bool IsOutage(DbException exception) =>
        exception is SqliteException { SqliteErrorCode: Busy or Locked or ReadOnly or InputOutput or Full or CannotOpen };

    public override bool IsUniqueClash(DbException exception) =>
        exception is SqliteException { SqliteErrorCode: Constraint, SqliteExtendedErrorCode: UniqueClash or PrimaryKeyClash };

    protected override IReadOnlyList<(string Name, string Sql)> Types =>
        [("key", "TEXT"), ("date", "TEXT"), ("text", "TEXT"), ("int", "INTEGER"), ("long", "INTEGER"), ("real", "REAL")];

    /// <summary>Also closes the connections that wait for reuse: each holds the file, and as much of it in memory as it has read.</summary>
    public void Dispose()
    {
        writer.Dispose();
        using var pooled = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(pooled);
    }

    // Not before something is opened: a command that is refused leaves nothing behind.
    private void MakeFile()
    {
        if (isMade) return;
        if (Directory.Exists(file)) throw new StartFaultException($"Database:ConnectionString names {file}, which is a folder; it must be a file, not a folder.");
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && File.Exists(folder))
            throw new StartFaultException($"Database:ConnectionString names the folder {folder}, which is a file.");
        // Its log and the index of that take the file's own mode.
        if (file is not ("" or ":memory:")) PrivateFiles.Create(file);
        isMade = true;
    }

    private static async ValueTask<DbConnection> OpenAsync(string connectionString, string pragmas, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = pragmas;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Every connection of a log holds the file shared for as long as it is open, idle or not. So the exclusive lock is got
    // only when no other process has the file open, and nobody can open it while this connection lives.
    private ValueTask<DbConnection> OpenAloneAsync(CancellationToken cancellationToken) => OpenAsync(
        new SqliteConnectionStringBuilder(connectionString) { Pooling = false, DefaultTimeout = 1 }.ToString(), "PRAGMA locking_mode = EXCLUSIVE", cancellationToken);
}
