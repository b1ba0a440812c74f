namespace WeChatMask.Data;

/// <summary>What a node asks the database about itself: whether it answers, and whose keys it was made with.</summary>
public sealed class NodeStore(Database database)
{
    private const string FingerprintSetting = "identity.fingerprint";

    /// <summary>Reads one row that every database has.</summary>
    /// <exception cref="System.Data.Common.DbException">The database does not answer, or is not ours.</exception>
    public Task PingAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<long>("SELECT version FROM board_version WHERE id = 1", cancellationToken: cancellationToken);

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
