using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>The secret of each round, from which its salts are made. It lives as long as the round's lists do.</summary>
public sealed class RoundKeyStore(PersonalData personal)
{
    // A stored key never changes, and goes with its round's lists; what is here, at each purge.
    private readonly ConcurrentDictionary<DateOnly, RoundKey> known = new();

    /// <summary>Makes the key of a round that has none. Gives what the log says of it.</summary>
    public async Task<Hash> MakeAsync(WriteTransaction transaction, DateOnly round)
    {
        if (await HashAsync(transaction.Connection, transaction.Transaction, round) is { } made) return made;
        var secret = RandomNumberGenerator.GetBytes(RoundKey.Size);
        var hash = new RoundKey(secret).KeyHash;
        await transaction.ExecuteAsync(
            "INSERT INTO round_key (round_date, key_hash, sealed) VALUES (@round, @hash, @text)",
            new { round, hash = hash.ToString(), text = personal.Encrypt(Convert.ToBase64String(secret)) });
        return hash;
    }

    /// <summary>The key; null where the round has none, as one that had begun before the log did, or where it is destroyed.</summary>
    public async Task<RoundKey?> FindAsync(DbConnection connection, DbTransaction? transaction, DateOnly round)
    {
        if (known.TryGetValue(round, out var key)) return key;
        var text = await connection.QueryFirstOrDefaultAsync<string?>("SELECT sealed FROM round_key WHERE round_date = @round", new { round }, transaction);
        if (text is null) return null;
        key = new RoundKey(Convert.FromBase64String(personal.Decrypt(text)));
        known[round] = key;
        return key;
    }

    /// <summary>Lets go of the keys that this node has read: another may have destroyed some of them. One that is asked for again is read again.</summary>
    public void Forget() => known.Clear();

    /// <summary>Destroys the key of a round and says so in the log; nothing where there is none any more, or where it is held.</summary>
    /// <param name="transaction">The one in which its lists go.</param>
    /// <param name="round">Its day.</param>
    /// <param name="backupsUntil">The last day on which a backup may still hold it.</param>
    public async Task DestroyAsync(WriteTransaction transaction, DateOnly round, DateOnly backupsUntil)
    {
        known.TryRemove(round, out _);
        var now = transaction.Engine.Now;
        var rows = await transaction.ExecuteAsync(
            "UPDATE round_key SET sealed = NULL, destroyed_at = @now WHERE round_date = @round AND sealed IS NOT NULL AND held_at IS NULL", new { now, round });
        if (rows == 0 || await HashAsync(transaction.Connection, transaction.Transaction, round) is not { } hash) return;
        transaction.Log([LogEntry.Shred(round, hash, now.ToUnixTimeSeconds(), backupsUntil)]);
    }

    private static async Task<Hash?> HashAsync(DbConnection connection, DbTransaction? transaction, DateOnly round) =>
        Hash.TryParse(await connection.QueryFirstOrDefaultAsync<string?>("SELECT key_hash FROM round_key WHERE round_date = @round", new { round }, transaction), out var hash) ? hash : null;
}
