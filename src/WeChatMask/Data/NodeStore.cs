namespace WeChatMask.Data;

/// <summary>What a node asks the database about itself: whether it answers, and whose keys it was made with.</summary>
public sealed class NodeStore(Database database, MachineClock machine)
{
    // A difference that only the way to the server may have made is not held against the clock.
    private static readonly TimeSpan MostDifference = TimeSpan.FromSeconds(1);

    private const string FingerprintSetting = "identity.fingerprint";

    /// <summary>Reads one row that every database has.</summary>
    /// <exception cref="System.Data.Common.DbException">The database does not answer, or is not ours.</exception>
    public Task PingAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<long>("SELECT version FROM board_version WHERE id = 1", cancellationToken: cancellationToken);

    /// <summary>Whether this machine's clock is within a second of the database server's, which all nodes share.</summary>
    /// <exception cref="System.Data.Common.DbException">The database does not answer.</exception>
    public Task<bool> ClockFitsAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var asked = machine.Time.GetUtcNow();
            var server = await database.Engine.ClockAsync(connection);
            var heard = machine.Time.GetUtcNow();
            return server >= asked - MostDifference && server <= heard + MostDifference;
        },
        cancellationToken);

    /// <summary>The fingerprint of the hash key the database was made with; the first node writes its own.</summary>
    public Task<string> FingerprintAsync(string own, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var stored = await transaction.ScalarAsync<string>("SELECT value FROM setting WHERE name = @name", new { name = FingerprintSetting });
            if (stored is not null) return stored;
            await transaction.ExecuteAsync(
                "INSERT INTO setting (name, value) VALUES (@name, @own)", new { name = FingerprintSetting, own });
            return own;
        },
        cancellationToken);
}

/// <summary>The machine's own clock, which a sandbox's shift does not concern.</summary>
/// <param name="Time">Usually <see cref="TimeProvider.System"/>.</param>
public sealed record MachineClock(TimeProvider Time);
