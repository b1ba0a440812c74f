using System.Data.Common;
using Dapper;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Data;

/// <summary>A connection with an open write transaction. What is not committed when it is disposed never happened.</summary>
/// <remarks>The token cancels statements, not the commit.</remarks>
/// <param name="engine">For what differs between engines.</param>
/// <param name="connection">Open.</param>
/// <param name="transaction">Begun on it.</param>
/// <param name="commit">Makes it durable.</param>
/// <param name="end">Called once at the end, committed or not: rolls back what was not, and lets go of the connection.</param>
/// <param name="token">Cancels statements.</param>
public sealed class WriteTransaction(
    DatabaseEngine engine, DbConnection connection, DbTransaction transaction, Func<Task> commit, Func<ValueTask> end, CancellationToken token) : IAsyncDisposable
{
    /// <summary>One that has a connection to itself.</summary>
    /// <param name="engine">For what differs between engines.</param>
    /// <param name="connection">Disposed with it.</param>
    /// <param name="transaction">Begun on it.</param>
    /// <param name="confirm">Asked after the commit whether it is where the city wants it.</param>
    /// <param name="token">Cancels statements.</param>
    internal static WriteTransaction Of(DatabaseEngine engine, DbConnection connection, DbTransaction transaction, Func<Task> confirm, CancellationToken token) => new(
        engine, connection, transaction,
        async () =>
        {
            // A commit that is called off while it waits for a standby may be reported as done.
            await transaction.CommitAsync(CancellationToken.None);
            await confirm();
        },
        async () =>
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        },
        token);

    private readonly List<LogEntry> lines = [];
    private long logBatch;

    /// <summary>For row locks.</summary>
    public DatabaseEngine Engine { get; } = engine;

    public DbConnection Connection { get; } = connection;

    public DbTransaction Transaction { get; } = transaction;

    /// <summary>Cancelled when nobody waits for the outcome any more.</summary>
    public CancellationToken Token { get; } = token;

    /// <summary>Runs a statement; the number of rows it touched is often the answer.</summary>
    public Task<int> ExecuteAsync(string sql, object? args = null) => Connection.ExecuteAsync(Command(sql, args));

    public async Task<List<T>> QueryAsync<T>(string sql, object? args = null) => (await Connection.QueryAsync<T>(Command(sql, args))).AsList();

    /// <summary>Reads one row or none.</summary>
    public Task<T?> QueryOneAsync<T>(string sql, object? args = null) => Connection.QuerySingleOrDefaultAsync<T>(Command(sql, args));

    public Task<T?> ScalarAsync<T>(string sql, object? args = null) => Connection.ExecuteScalarAsync<T>(Command(sql, args));

    /// <inheritdoc cref="DatabaseEngine.InsertManyAsync" />
    public Task InsertManyAsync(string table, string[] columns, IReadOnlyCollection<object?[]> rows) => Engine.InsertManyAsync(this, table, columns, rows);

    /// <inheritdoc cref="DatabaseEngine.SelectByKeysAsync" />
    public Task<List<TRow>> SelectByKeysAsync<TKey, TRow>(string select, string column, IReadOnlyCollection<TKey> keys, string? newestBy = null)
        where TKey : notnull => Engine.SelectByKeysAsync<TKey, TRow>(this, select, column, keys, newestBy);

    /// <inheritdoc cref="DatabaseEngine.ExecuteManyAsync" />
    public Task<int> ExecuteManyAsync<TArgs>(string sql, IReadOnlyCollection<TArgs> args)
        where TArgs : class => Engine.ExecuteManyAsync(this, sql, args);

    /// <inheritdoc cref="DatabaseEngine.UpdateManyAsync" />
    public Task UpdateManyAsync(string table, string[] keys, string[] columns, IReadOnlyCollection<object?[]> rows) =>
        Engine.UpdateManyAsync(this, table, keys, columns, rows);

    /// <summary>The id of the row that will hold the lines, for rows that name it.</summary>
    public long LogBatch => logBatch == 0 ? logBatch = Ids.Next() : logBatch;

    /// <summary>Whether it adds to the public log.</summary>
    public bool HasLines => lines.Count > 0;

    /// <summary>Whether the board shows something of what it changes; whoever holds the log's end then counts the board's version up too.</summary>
    public bool TouchesBoard { get; set; }

    /// <summary>What was added to the public log, once it is committed; null where nothing was.</summary>
    public LoggedLines? Logged { get; set; }

    /// <summary>Adds lines to the public log, in this order. The log's end is held last of all, right before the commit.</summary>
    public void Log(params IEnumerable<LogEntry> entries) => lines.AddRange(entries);

    /// <summary>Makes it durable, on every disk that the city asked for. Only after this may anybody be told.</summary>
    /// <exception cref="ConnectionLostException">The server says that it is done, but not everywhere: the outcome is unknown.</exception>
    public async Task CommitAsync()
    {
        if (HasLines) await (Engine.PublicLog ?? throw new InvalidOperationException("No public log was given to this database.")).AppendAsync(this, lines);
        await commit();
    }

    public ValueTask DisposeAsync() => end();

    private CommandDefinition Command(string sql, object? args) => new(sql, args, Transaction, cancellationToken: Token);
}
