using System.Data.Common;
using System.Net.Sockets;
using Dapper;
using Microsoft.Extensions.Options;

namespace WeChatMask.Data;

/// <summary>The database as features see it: read, or write in one transaction that is tried again after a lost race.</summary>
public sealed class Database : IDisposable
{
    private const int Tries = 5;

    static Database() => ColumnTypes.Register();

    public Database(IOptions<DatabaseSettings> settings, TimeProvider? time = null, IPublicLog? publicLog = null)
    {
        Engine = Engines.Create(settings.Value);
        Engine.PublicLog = publicLog;
        if (time is not null) Engine.Follow(time);
    }

    public DatabaseEngine Engine { get; }

    /// <summary>Rows of the latest committed state.</summary>
    public Task<List<T>> QueryAsync<T>(string sql, object? args = null, CancellationToken cancellationToken = default) => ReadAsync(
        async connection => (await connection.QueryAsync<T>(new CommandDefinition(sql, args, cancellationToken: cancellationToken))).AsList(), cancellationToken);

    /// <summary>Reads one row or none.</summary>
    public Task<T?> QueryOneAsync<T>(string sql, object? args = null, CancellationToken cancellationToken = default) => ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, args, cancellationToken: cancellationToken)), cancellationToken);

    public Task<T?> ScalarAsync<T>(string sql, object? args = null, CancellationToken cancellationToken = default) => ReadAsync(
        connection => connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, args, cancellationToken: cancellationToken)), cancellationToken);

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken) => MapConnectionErrors(async () =>
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        return await read(connection);
    });

    /// <summary>
    /// Runs <paramref name="work"/> in one write transaction and commits it. A lost race (deadlock, unique key) rolls
    /// back and runs it again from the start, so it must have no effect outside the transaction.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await MapConnectionErrors(async () =>
                {
                    await using var transaction = await Engine.BeginWriteAsync(cancellationToken);
                    var result = await work(transaction);
                    await transaction.CommitAsync();
                    return result;
                });
            }
            catch (DbException e) when (attempt < Tries && Engine.MayRetry(e))
            {
                await Task.Delay(Random.Shared.Next(1, 10 * attempt), cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="WriteAsync{T}" />
    public Task WriteAsync(Func<WriteTransaction, Task> work, CancellationToken cancellationToken) => WriteAsync<object?>(
        async transaction =>
        {
            await work(transaction);
            return null;
        },
        cancellationToken);

    /// <summary>Runs what talks to the database. A driver may pass on what the system says when it sends into a line that has just broken; here it becomes an outage.</summary>
    /// <exception cref="ConnectionLostException">The line broke.</exception>
    internal static async Task<T> MapConnectionErrors<T>(Func<Task<T>> talk)
    {
        try
        {
            return await talk();
        }
        catch (SocketException e)
        {
            throw new ConnectionLostException(e.Message, e);
        }
    }

    public void Dispose() => (Engine as IDisposable)?.Dispose();
}
