using System.Data.Common;
using Dapper;

namespace WeChatMask.Data;

/// <summary>A connection with an open write transaction. What is not committed when it is disposed never happened.</summary>
/// <param name="engine">The engine it belongs to.</param>
/// <param name="connection">Open connection, closed with the transaction.</param>
/// <param name="transaction">The transaction.</param>
/// <param name="release">Gives back what the engine holds for a writer, if anything.</param>
public sealed class WriteTransaction(DatabaseEngine engine, DbConnection connection, DbTransaction transaction, Action? release = null)
    : IAsyncDisposable
{
    /// <summary>The engine, for bulk statements and row locks.</summary>
    public DatabaseEngine Engine { get; } = engine;

    /// <summary>The connection, for the engine's own statements.</summary>
    public DbConnection Connection { get; } = connection;

    /// <summary>The transaction, for the engine's own statements.</summary>
    public DbTransaction Transaction { get; } = transaction;

    /// <summary>Runs a statement; the number of rows it touched is often the answer.</summary>
    public Task<int> ExecuteAsync(string sql, object? args = null) => Connection.ExecuteAsync(sql, args, Transaction);

    /// <summary>Reads rows.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, object? args = null) =>
        (await Connection.QueryAsync<T>(sql, args, Transaction)).AsList();

    /// <summary>Reads one row or none.</summary>
    public Task<T?> QueryOneAsync<T>(string sql, object? args = null) =>
        Connection.QuerySingleOrDefaultAsync<T>(sql, args, Transaction);

    /// <summary>Reads one value.</summary>
    public Task<T?> ScalarAsync<T>(string sql, object? args = null) => Connection.ExecuteScalarAsync<T>(sql, args, Transaction);

    /// <summary>Makes it durable. Only after this may anybody be told.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => Transaction.CommitAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
        finally
        {
            release?.Invoke();
        }
    }
}
