using System.Data.Common;

namespace WeChatMask.Data;

/// <summary>A connection whose reads all see the same committed state.</summary>
/// <param name="connection">Open connection, closed with the snapshot.</param>
/// <param name="transaction">The reading transaction.</param>
public sealed class Snapshot(DbConnection connection, DbTransaction transaction) : IAsyncDisposable
{
    /// <summary>The connection.</summary>
    public DbConnection Connection { get; } = connection;

    /// <summary>The transaction.</summary>
    public DbTransaction Transaction { get; } = transaction;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
