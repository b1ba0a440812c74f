namespace WeChatMask.Data;

/// <summary>What a node asks the database about itself: whether it answers, and whose keys it was made with.</summary>
public sealed class NodeStore(Database database, MachineClock machine)
{
    // A difference that only the way to the server may have made is not held against the clock.
    private static readonly TimeSpan MostDifference = TimeSpan.FromSeconds(1);

    private const string IdentityRow = "identity.fingerprint";
    private const string KeyPrefix = "key ";

    /// <summary>Reads one row that every database has.</summary>
    /// <exception cref="System.Data.Common.DbException">The database does not answer, or is not ours.</exception>
    public Task PingAsync(CancellationToken cancellationToken) => database.VersionAsync(cancellationToken);

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

    /// <summary>Holds this node's keys against those the database was used with, and notes those it sees for the first time where it is to.</summary>
    /// <param name="own">Fingerprints by the name of the setting.</param>
    /// <param name="readable">Whether a stored value can be read with the node's keys.</param>
    /// <param name="note">Whether new ones are noted.</param>
    /// <param name="cancellationToken">Stops the looking.</param>
    /// <returns>The settings that hold another key than before, or none where values are stored under one; nothing is noted then.</returns>
    public Task<List<string>> WrongKeysAsync(
        IReadOnlyDictionary<string, string> own, Func<string, bool> readable, bool note, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var rows = await transaction.QueryAsync<(string Name, string Value)>(
                "SELECT name, value FROM setting WHERE name = @IdentityRow OR name LIKE @keys", new { IdentityRow, keys = $"{KeyPrefix}%" });
            var known = rows.ToDictionary(r => r.Name == IdentityRow ? KeyFingerprints.IdentityKey : r.Name[KeyPrefix.Length..], r => r.Value, StringComparer.Ordinal);
            var wrong = own.Where(k => known.TryGetValue(k.Key, out var before) && before != k.Value).Select(k => k.Key).ToList();
            // A city older than its fingerprints, and a key that was taken out while something is stored under it.
            var untold = own.Keys.Where(k => !known.ContainsKey(k)).Concat(known.Keys.Where(k => !own.ContainsKey(k)));
            foreach (var name in untold.Where(n => n.StartsWith(KeyFingerprints.EncryptionKey(""), StringComparison.Ordinal)))
            {
                if (await StoredUnderAsync(transaction, name[KeyFingerprints.EncryptionKey("").Length..]) is { } value && !readable(value)) wrong.Add(name);
            }

            if (wrong.Count > 0 || !note) return wrong;
            foreach (var (name, value) in own.Where(k => !known.ContainsKey(k.Key)))
                await transaction.ExecuteAsync(
                    "INSERT INTO setting (name, value) VALUES (@row, @value)", new { row = name == KeyFingerprints.IdentityKey ? IdentityRow : KeyPrefix + name, value });
            return wrong;
        },
        cancellationToken);

    // One value is enough: all that is stored under an id was made with one key.
    private static async Task<string?> StoredUnderAsync(WriteTransaction transaction, string id)
    {
        // No LIKE, which on some engines takes k1 and K1 for the same.
        var args = new { prefix = $"{id}:", length = id.Length + 1 };
        return await transaction.ScalarAsync<string>("SELECT name FROM resident WHERE SUBSTR(name, 1, @length) = @prefix LIMIT 1", args)
            ?? await transaction.ScalarAsync<string>("SELECT proof_salt FROM resident WHERE SUBSTR(proof_salt, 1, @length) = @prefix LIMIT 1", args)
            ?? await transaction.ScalarAsync<string>("SELECT sealed FROM round_key WHERE SUBSTR(sealed, 1, @length) = @prefix LIMIT 1", args)
            ?? await transaction.ScalarAsync<string>("SELECT contact_mobile FROM pharmacy WHERE SUBSTR(contact_mobile, 1, @length) = @prefix LIMIT 1", args)
            ?? await transaction.ScalarAsync<string>("SELECT proxy_name FROM redemption WHERE SUBSTR(proxy_name, 1, @length) = @prefix LIMIT 1", args)
            ?? await transaction.ScalarAsync<string>("SELECT totp_secret FROM staff WHERE SUBSTR(totp_secret, 1, @length) = @prefix LIMIT 1", args);
    }
}

/// <summary>The machine's own clock, which a sandbox's shift does not concern.</summary>
/// <param name="Time">Usually <see cref="TimeProvider.System"/>.</param>
public sealed record MachineClock(TimeProvider Time);
