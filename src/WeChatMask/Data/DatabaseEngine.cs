using System.Data;
using System.Data.Common;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>
/// Everything that differs between database engines, and nothing else: opening, write transactions, row locks, bulk
/// writes and reads, what may be retried, and the column types. Stores hold one SQL text for all engines.
/// </summary>
public abstract class DatabaseEngine
{
    /// <summary>Seconds in which a server must answer a statement, unless the connection string says otherwise; then it counts as gone.</summary>
    protected const int SecondsToAnswer = 10;

    /// <summary>Seconds in which a server must take a connection, or the pool give one, unless the connection string says otherwise.</summary>
    protected const int SecondsToConnect = 5;

    /// <summary>The same for a standby, which is only read while that is quicker than not to.</summary>
    protected const int StandbySeconds = 1;

    /// <summary>
    /// The most connections a node opens to a server, unless the connection string says otherwise. Three nodes fit a server
    /// as it is installed, which takes a hundred. More brought nothing in a rush on two cores.
    /// </summary>
    protected const int Connections = 25;

    /// <summary>Seconds for which a node waits while another one changes the schema.</summary>
    protected const int SchemaSeconds = 60;

    private TimeProvider time = TimeProvider.System;

    /// <summary>The instant it is, by the program's clock: for what every writer writes without being told the time.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Where what transactions tell the public goes; null where nobody tells anything.</summary>
    public IPublicLog? PublicLog { get; internal set; }

    /// <summary>Takes another clock than the machine's.</summary>
    internal void Follow(TimeProvider clock) => time = clock;

    /// <summary>How many of one node's transactions are worth being under way at once for one kind of work.</summary>
    public virtual int WritersAtOnce => 2;

    /// <summary>Appended to a SELECT that must hold its rows until the transaction ends; empty where one writer runs at a time.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The comparison of a column with a list that is given as a parameter, such as <c>IN @ids</c>.</summary>
    /// <param name="parameter">The parameter's name, a constant of the caller; its value is a list of texts or 64-bit integers.</param>
    public abstract string AnyOf(string parameter);

    /// <summary>Keeps every other node from changing the schema until the transaction ends or <see cref="UnlockSchemaAsync"/>.</summary>
    public abstract Task LockSchemaAsync(WriteTransaction transaction);

    /// <summary>Gives the schema's lock back where the end of the transaction does not.</summary>
    public virtual Task UnlockSchemaAsync(WriteTransaction transaction) => Task.CompletedTask;

    /// <summary>Takes what was destroyed out of the engine's own files, where it does not come to that by itself. False where it is to be tried again.</summary>
    public virtual Task<bool> WipeAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>What the database server's own clock shows.</summary>
    public abstract Task<DateTimeOffset> ClockAsync(DbConnection connection);

    /// <summary>A statement that wakes other nodes which wait in <see cref="WaitForOthersAsync"/>; it takes effect with the commit. None where they look by themselves.</summary>
    public virtual string? WakeOthers => null;

    /// <summary>Waits until another node may have changed something, at most for a while. An engine that cannot tell waits the whole while.</summary>
    public virtual Task WaitForOthersAsync(TimeSpan atMost, CancellationToken cancellationToken) => Task.Delay(atMost, cancellationToken);

    /// <summary>Asks once, with little patience, whether the database can be opened and written; makes an embedded one that is not there.</summary>
    /// <exception cref="DbException">It cannot.</exception>
    /// <exception cref="StartFaultException">It is damaged.</exception>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenProbeAsync(write: true, cancellationToken);
    }

    /// <summary>Refuses to read a city where there is none, without making an empty one.</summary>
    /// <exception cref="StartFaultException">There is no database, or no city's.</exception>
    public async Task RequireCityAsync(CancellationToken cancellationToken)
    {
        const string cure = "check the name, or start a node or import a city first.";
        if (!IsThere()) throw new StartFaultException($"The database that Database:ConnectionString names is not there, so it holds no city; {cure}");
        await using var connection = await OpenProbeAsync(write: false, cancellationToken);
        if (!(await TablesAsync(connection, null)).Contains(Migrator.Table, StringComparer.OrdinalIgnoreCase))
            throw new StartFaultException($"The database that Database:ConnectionString names holds no city; {cure}");
    }

    /// <summary>Opens a connection that has little patience and is not kept for reuse.</summary>
    protected virtual ValueTask<DbConnection> OpenProbeAsync(bool write, CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    /// <summary>Whether waiting may help while it does not answer; an embedded one's file must be mended by somebody.</summary>
    public virtual bool MayComeBack => true;

    /// <summary>Whether there is something to open; a server says so itself.</summary>
    protected virtual bool IsThere() => true;

    /// <summary>Opens a connection for reading (the latest committed state).</summary>
    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction that will write. Dispose it to roll back what was not committed.</summary>
    public ValueTask<WriteTransaction> BeginWriteAsync(CancellationToken cancellationToken) => BeginWriteAsync(isLarge: false, cancellationToken);

    /// <inheritdoc cref="BeginWriteAsync(CancellationToken)" />
    /// <param name="isLarge">Whether it will write hundreds of rows. Where writers share a commit, a large one goes first.</param>
    /// <param name="cancellationToken">Ends the waiting and cancels its statements.</param>
    public abstract ValueTask<WriteTransaction> BeginWriteAsync(bool isLarge, CancellationToken cancellationToken);

    /// <summary>
    /// Begins a reading that sees one committed state from its first statement to its end, whatever others commit meanwhile.
    /// </summary>
    /// <param name="alone">Whether everybody else is kept out of the database until it ends; only where the database is this machine's own.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="IOException">It was to be alone, and somebody else has the database open.</exception>
    public virtual async ValueTask<Snapshot> BeginSnapshotAsync(bool alone, CancellationToken cancellationToken)
    {
        if (alone) throw new NotSupportedException("A database server cannot be read alone; stop the nodes instead.");
        var connection = await OpenAsync(cancellationToken);
        try
        {
            return new Snapshot(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public abstract Task<IReadOnlyCollection<string>> TablesAsync(DbConnection connection, DbTransaction? transaction);

    /// <summary>Inserts many rows in the fastest way the engine has.</summary>
    /// <remarks>Names of table and columns are constants of the caller; each row is an array in the columns' order.</remarks>
    public abstract Task InsertManyAsync(
        WriteTransaction transaction, string table, string[] columns, IReadOnlyCollection<object?[]> rows);

    /// <summary>Reads the rows whose key is among <paramref name="keys"/>.</summary>
    /// <remarks>
    /// Keys are texts or 64-bit integers, each once; without any, nothing is read. <paramref name="select"/> goes up to and
    /// without WHERE, and its first FROM is its own, not one of a query inside it. Of the column <paramref name="newestBy"/>
    /// only each key's greatest value is asked for; an engine may bring the other rows too.
    /// </remarks>
    public abstract Task<List<TRow>> SelectByKeysAsync<TKey, TRow>(
        WriteTransaction transaction, string select, string column, IReadOnlyCollection<TKey> keys, string? newestBy = null)
        where TKey : notnull;

    /// <summary>The same without a mapper, also outside a transaction.</summary>
    public abstract Task<List<TRow>> ReadByKeysAsync<TKey, TRow>(
        DbConnection connection, DbTransaction? transaction, string select, string column, IReadOnlyCollection<TKey> keys, Func<IRow, TRow> read,
        CancellationToken cancellationToken, string? newestBy = null)
        where TKey : notnull;

    /// <summary>Runs one UPDATE or DELETE once for each set of arguments, as few trips as the engine allows. Returns the rows touched.</summary>
    public abstract Task<int> ExecuteManyAsync<TArgs>(
        WriteTransaction transaction, string sql, IReadOnlyCollection<TArgs> args)
        where TArgs : class;

    /// <summary>Sets columns of many rows that are known by their keys, each to values of its own.</summary>
    /// <remarks>Each row is an array: the keys' values, then the columns'.</remarks>
    public abstract Task UpdateManyAsync(
        WriteTransaction transaction, string table, string[] keys, string[] columns, IReadOnlyCollection<object?[]> rows);

    /// <summary>Whether the same transaction may succeed when tried again: a lock conflict, a lost race for a unique key, a dead connection.</summary>
    public abstract bool MayRetry(DbException exception);

    /// <summary>Whether the database cannot be reached, or cannot take anything just now: trying again at once is in vain, trying later is not.</summary>
    public abstract bool IsOutage(DbException exception);

    public abstract bool IsUniqueClash(DbException exception);

    /// <summary>Whether a text was given that this database cannot hold: whoever sent it is wrong, and nothing is broken.</summary>
    public virtual bool IsUnholdable(DbException exception) => false;

    /// <summary>A migration with this engine's words for the column types in braces.</summary>
    public virtual string Translate(string migration) =>
        Types.Aggregate(migration, (sql, type) => sql.Replace($"{{{type.Name}}}", type.Sql, StringComparison.Ordinal));

    /// <summary>The engine's words for <c>key</c>, <c>date</c>, <c>text</c>, <c>int</c>, <c>long</c> and <c>real</c>; <c>clustered</c>, after a table, keeps its rows with their primary key; <c>postgresql</c> begins a line that is that engine's alone.</summary>
    protected abstract IReadOnlyList<(string Name, string Sql)> Types { get; }

    /// <summary>What stops a start whose wait for the schema was in vain.</summary>
    protected static StartFaultException SchemaIsLocked() =>
        new("Another node has been changing the schema for a minute; this one stops. Start it again.") { ExitCode = ExitCodes.NotYet };

    /// <summary>The end of a statement for one key that wants its newest row only.</summary>
    protected static string NewestOnly(string? column) => column is null ? "" : $" ORDER BY {column} DESC LIMIT 1";

    /// <summary>What a commit ends with that the server calls done though a standby was to have it and has not.</summary>
    protected static ConnectionLostException OnlyHere() =>
        new("The server committed without its synchronous standby: whether this lasts is not known.");

    /// <summary>Reads a clock that a statement gives as milliseconds.</summary>
    protected static async Task<DateTimeOffset> ReadClockAsync(DbConnection connection, string sql) =>
        DateTimeOffset.FromUnixTimeMilliseconds(await Dapper.SqlMapper.ExecuteScalarAsync<long>(connection, sql));

    protected static async Task<List<TRow>> ReadAllAsync<TRow>(DbCommand command, Func<IRow, TRow> read, CancellationToken cancellationToken)
    {
        var rows = new List<TRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = new ReaderRow(reader);
        while (await reader.ReadAsync(cancellationToken)) rows.Add(read(row));
        return rows;
    }

    protected static async Task<IReadOnlyCollection<string>> ReadTablesAsync(DbConnection connection, DbTransaction? transaction, string sql) =>
        [.. await Dapper.SqlMapper.QueryAsync<string>(connection, sql, transaction: transaction)];
}
