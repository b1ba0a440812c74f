using System.Data.Common;
using System.Net.Sockets;
using Dapper;

namespace WeChatMask.Data;

/// <summary>
/// A server that follows the primary. It is read while it holds at least the newest version of the board that this node has seen, and
/// rests for a while after it did not answer.
/// </summary>
/// <remarks>
/// Whatever the version does not count, a standby of the newest version may still lack, however long ago it was written: only
/// figures that change with the version are read here.
/// </remarks>
internal sealed partial class Standby(DatabaseEngine engine, ILogger? log) : IDisposable
{
    // As long as browsers and proxies may keep the files anyway.
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly Lock seeing = new();
    private Seen? newest;

    // Zero while it answers.
    private long failedAt;

    /// <summary>The primary held that version at that timestamp.</summary>
    public void Saw(long version, long at)
    {
        lock (seeing) newest = new Seen(Math.Max(version, newest?.Version ?? 0), Math.Max(at, newest?.At ?? 0));
    }

    /// <summary>What <paramref name="read"/> gives of here, told how long ago the primary was last seen to hold no more. Null where the primary has to be read.</summary>
    public async Task<Answer<T>?> TryReadAsync<T>(Func<DbConnection, TimeSpan, Task<T>> read, CancellationToken cancellationToken)
    {
        Seen? known;
        lock (seeing) known = newest;
        if (known is null || TimeProvider.System.GetElapsedTime(known.At) > LongestUnseen || !MayTry()) return null;
        try
        {
            // One that takes longer ends by the driver's own limits.
            var answer = await Task.Run(() => ReadAsync(read, known), CancellationToken.None).WaitAsync(LongestRead, cancellationToken);
            if (Interlocked.Exchange(ref failedAt, 0) != 0 && log is not null) LogBack(log);
            return answer;
        }
        catch (Exception e) when (e is DbException or SocketException or IOException or TimeoutException)
        {
            if (Interlocked.Exchange(ref failedAt, TimeProvider.System.GetTimestamp()) == 0 && log is not null) LogAway(log, e);
            return null;
        }
    }

    /// <summary>The newest version that it holds, and when that was made.</summary>
    /// <exception cref="DbException">It does not answer.</exception>
    public Task<BoardState> StateAsync(CancellationToken cancellationToken) => Database.MapConnectionErrors(async () =>
    {
        await using var connection = await engine.OpenAsync(cancellationToken);
        return await BoardStateQueries.ReadAsync(connection);
    });

    public void Dispose() => (engine as IDisposable)?.Dispose();

    private async Task<Answer<T>?> ReadAsync<T>(Func<DbConnection, TimeSpan, Task<T>> read, Seen known)
    {
        await using var connection = await engine.OpenAsync(CancellationToken.None);
        var version = await connection.ExecuteScalarAsync<long>(BoardStateQueries.SelectVersion);
        if (version < known.Version) return null;
        var answer = new Answer<T>(await read(connection, TimeProvider.System.GetElapsedTime(known.At)));
        // Another standby behind the same address may be older; who has read this must not be shown that afterwards.
        Saw(version, known.At);
        return answer;
    }

    // Of all who come when the rest is over, one tries.
    private bool MayTry()
    {
        var failed = Interlocked.Read(ref failedAt);
        return failed == 0 || (TimeProvider.System.GetElapsedTime(failed) >= Rest
            && Interlocked.CompareExchange(ref failedAt, TimeProvider.System.GetTimestamp(), failed) == failed);
    }

    internal sealed record Answer<T>(T Value);

    private sealed record Seen(long Version, long At);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The standby that Database:ReadConnectionString names does not answer; what it is read for comes from the database meanwhile.")]
    private static partial void LogAway(ILogger log, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The standby that Database:ReadConnectionString names answers again.")]
    private static partial void LogBack(ILogger log);
}
