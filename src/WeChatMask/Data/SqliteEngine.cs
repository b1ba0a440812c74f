using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;
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

    // What is deleted or written over is wiped where its page is written anyway: keys that are destroyed are to be gone.
    private const string Pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST;";

    // KiB of pages kept in memory: much for the one that writes, whose pages nobody else changes; little for each that reads,
    // which forgets them with every commit of the writer's, while the system keeps the file at hand.
    private const int WriterPages = 65_536;
    private const int ReaderPages = 2_048;

    private const int MostIdle = 16;

    private readonly string connectionString;
    private readonly string file;
    private volatile bool isMade;

    private readonly SqliteWriter writer;
    private readonly ConcurrentBag<KeptConnection> idle = [];
    private volatile bool isDisposed;

    /// <summary>Uses the file named in the connection string, which is made when it does not exist.</summary>
    public SqliteEngine(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = 30, Pooling = false };
        this.connectionString = builder.ToString();
        file = builder.DataSource;
        writer = new SqliteWriter(() => OpenKept(WriterPages));
    }

    public override string ForUpdate => "";

    public override int WritersAtOnce => 1;

    /// <inheritdoc />
    /// <remarks>Old pages stand in the write-ahead log until it is written over. Whoever reads or writes meanwhile is not waited for.</remarks>
    public override async Task<bool> WipeAsync(CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition("PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken: cancellationToken)) == 0;
    }

    public override string AnyOf(string parameter) => $"IN @{parameter}";

    public override Task LockSchemaAsync(WriteTransaction transaction) => Task.CompletedTask;

    public override Task<DateTimeOffset> ClockAsync(DbConnection connection) =>
        ReadClockAsync(connection, "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)");

    public override ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
#pragma warning disable CA2000 // Whoever asked disposes it.
        return new ValueTask<DbConnection>(idle.TryTake(out var kept) ? kept.GoOut() : OpenKept(ReaderPages, Keep));
#pragma warning restore CA2000
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

    /// <summary>How many wait to write.</summary>
    internal int WritersInLine => writer.InLine;

    public override ValueTask<WriteTransaction> BeginWriteAsync(bool isLarge, CancellationToken cancellationToken) => writer.BeginAsync(this, isLarge, cancellationToken);

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

    public override Task InsertManyAsync(
        WriteTransaction transaction, string table, string[] columns, IReadOnlyCollection<object?[]> rows) => RunMany(
        transaction, $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(_ => "?"))})", rows);

    public override Task UpdateManyAsync(
        WriteTransaction transaction, string table, string[] keys, string[] columns, IReadOnlyCollection<object?[]> rows)
    {
        // Numbered, since the keys come first in a row and last in the statement.
        var set = columns.Select((c, i) => $"{c} = ?{keys.Length + i + 1}");
        return RunMany(transaction, $"UPDATE {table} SET {string.Join(", ", set)} WHERE {string.Join(" AND ", keys.Select((k, i) => $"{k} = ?{i + 1}"))}", rows);
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

    public override Task<List<TRow>> ReadByKeysAsync<TKey, TRow>(
        DbConnection connection, DbTransaction? transaction, string select, string column, IReadOnlyCollection<TKey> keys, Func<IRow, TRow> read,
        CancellationToken cancellationToken, string? newestBy = null)
    {
        var kept = (KeptConnection)connection;
        var statement = kept.Statement($"{select} WHERE {column} = ?{NewestOnly(newestBy)}");
        var row = new StatementRow(statement);
        var found = new List<TRow>(keys.Count);
        foreach (var key in keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (key is long number) raw.sqlite3_bind_int64(statement, 1, number);
            else KeptConnection.Bind(statement, 1, key);
            try
            {
                while (kept.Step(statement)) found.Add(read(row));
            }
            finally
            {
                // Also where a row cannot be read: a connection with an open statement would show its old state to whoever gets it next.
                raw.sqlite3_reset(statement);
            }
        }

        return Task.FromResult(found);
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
        [("key", "TEXT"), ("date", "TEXT"), ("text", "TEXT"), ("int", "INTEGER"), ("long", "INTEGER"), ("real", "REAL"), ("clustered", "WITHOUT ROWID"), ("postgresql", "--")];

    /// <summary>Also closes the connections that wait for reuse: each holds the file, and as much of it in memory as it has read.</summary>
    public void Dispose()
    {
        isDisposed = true;
        writer.Dispose();
        while (idle.TryTake(out var kept)) kept.GoOut().Dispose();
    }

    private bool Keep(KeptConnection connection)
    {
        if (isDisposed || idle.Count >= MostIdle) return false;
        idle.Add(connection);
        return true;
    }

    private KeptConnection OpenKept(int pages, Func<KeptConnection, bool>? giveBack = null)
    {
        MakeFile();
        var connection = new KeptConnection(connectionString, giveBack);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = FormattableString.Invariant($"{Pragmas} PRAGMA cache_size = -{pages}; PRAGMA wal_autocheckpoint = {PagesBeforeCheckpoint};");
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static Task RunMany(WriteTransaction transaction, string sql, IReadOnlyCollection<object?[]> rows)
    {
        if (rows.Count == 0) return Task.CompletedTask;
        var connection = (KeptConnection)transaction.Connection;
        var statement = connection.Statement(sql);
        foreach (var row in rows)
        {
            transaction.Token.ThrowIfCancellationRequested();
            for (var i = 0; i < row.Length; i++) KeptConnection.Bind(statement, i + 1, row[i]);
            connection.Step(statement);
            raw.sqlite3_reset(statement);
        }

        return Task.CompletedTask;
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

    private sealed class StatementRow(sqlite3_stmt statement) : IRow
    {
        public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

        public long Number(int column) => raw.sqlite3_column_int64(statement, column);

        public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";
    }
}
