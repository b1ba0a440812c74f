using System.Data.Common;
using System.Net.Sockets;
using Dapper;
using Microsoft.Extensions.Options;
using WeChatMask.Telemetry;

namespace WeChatMask.Data;

/// <summary>The database as features see it: read, or write in one transaction that is tried again after a lost race.</summary>
public sealed class Database : IDisposable
{
    private const int Tries = 5;

    private readonly Standby? standby;
    private readonly Instruments? instruments;

    static Database() => ColumnTypes.Register();

    public Database(
        IOptions<DatabaseSettings> settings, TimeProvider? time = null, IPublicLog? publicLog = null, Instruments? instruments = null, ILogger<Database>? log = null)
    {
        Engine = Engines.Create(settings.Value);
        this.instruments = instruments;
        if (Engines.CreateStandby(settings.Value) is { } follower) standby = new Standby(follower, log);
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
    /// Reads what may be a moment old: from the standby while there is one that has all this node has seen, else from the primary. Only
    /// for what the public is shown and nothing is decided by, and only of rows that change with the board's version.
    /// </summary>
    /// <param name="read">Told how long ago the database was last seen to hold what it reads; it may be run twice, the second time beside the first.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<T> ReadRecentAsync<T>(Func<DbConnection, TimeSpan, Task<T>> read, CancellationToken cancellationToken)
    {
        if (standby is null) return await ReadAsync(connection => read(connection, TimeSpan.Zero), cancellationToken);
        var answer = await standby.TryReadAsync(read, cancellationToken);
        instruments?.ReadRecent(answer is null ? "primary" : "standby");
        if (answer is not null) return answer.Value;
        return await ReadAsync(
            async connection =>
            {
                var value = await read(connection, TimeSpan.Zero);
                // What is read next, for the same page too, must not be older than this.
                await SeeVersionAsync(connection);
                return value;
            },
            cancellationToken);
    }

    /// <summary>The board's newest version; what the standby has is held against it.</summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken) => ReadAsync(SeeVersionAsync, cancellationToken);

    /// <summary>The database held that version of the board at that timestamp.</summary>
    internal void Saw(long version, long timestamp) => standby?.Saw(version, timestamp);

    /// <summary>What the standby holds; null where none is set.</summary>
    /// <exception cref="DbException">It does not answer.</exception>
    internal async Task<BoardState?> StandbyStateAsync(CancellationToken cancellationToken) => standby is null ? null : await standby.StateAsync(cancellationToken);

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

    public void Dispose()
    {
        (Engine as IDisposable)?.Dispose();
        standby?.Dispose();
    }

    private async Task<long> SeeVersionAsync(DbConnection connection)
    {
        var asked = TimeProvider.System.GetTimestamp();
        var version = await connection.ExecuteScalarAsync<long>(BoardStateQueries.SelectVersion);
        Saw(version, asked);
        return version;
    }
}
