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

    /// <summary>Chooses the engine by configuration.</summary>
    public Database(IOptions<DatabaseSettings> settings) => Engine = Engines.Create(settings.Value);

    /// <summary>The engine in use.</summary>
    public DatabaseEngine Engine { get; }

    /// <summary>Reads rows of the latest committed state.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, object? args = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, args, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Reads one row or none.</summary>
    public async Task<T?> QueryOneAsync<T>(string sql, object? args = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, args, cancellationToken: cancellationToken));
    }

    /// <summary>Reads one value.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, object? args = null, CancellationToken cancellationToken = default)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, args, cancellationToken: cancellationToken));
    }

    /// <summary>Runs several reads on one connection.</summary>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await Engine.OpenAsync(cancellationToken);
            return await read(connection);
        }
        catch (SocketException e)
        {
            throw new ConnectionLostException(e.Message, e);
        }
    }

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
                await using var transaction = await Engine.BeginWriteAsync(cancellationToken);
                var result = await work(transaction);
                await transaction.CommitAsync(cancellationToken);
                return result;
            }
            catch (DbException e) when (attempt < Tries && Engine.MayRetry(e))
            {
                await Task.Delay(Random.Shared.Next(1, 10 * attempt), cancellationToken);
            }
            catch (SocketException e)
            {
                // A driver may pass on what the system says when it sends into a line that has just broken.
                throw new ConnectionLostException(e.Message, e);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => (Engine as IDisposable)?.Dispose();
}
