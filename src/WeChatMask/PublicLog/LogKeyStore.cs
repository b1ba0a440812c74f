using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Public halves of the keys that have signed the log, and the lines that tell of them. What a key has signed can be checked when the key is gone.</summary>
public static class LogKeyStore
{
    /// <summary>All of them, those that sign no more too.</summary>
    public static async Task<List<LogKeyRow>> AllAsync(DbConnection connection, DbTransaction? transaction) =>
        (await connection.QueryAsync<LogKeyRow>("SELECT id, public_key, ended_at FROM log_key ORDER BY added_at, id", transaction: transaction)).AsList();

    /// <summary>Tells of keys that are configured and were not told of, and of those that are configured no more. Gives the lines.</summary>
    /// <param name="transaction">One that tells nothing else of keys.</param>
    /// <param name="keys">The configured ones.</param>
    /// <param name="isFirst">Whether line 0 is told with it, which names the one in use; nothing that an older log told of keys counts then.</param>
    public static async Task<IReadOnlyList<LogEntry>> TellAsync(WriteTransaction transaction, LogKeys keys, bool isFirst = false)
    {
        var now = transaction.Engine.Now;
        var at = now.ToUnixTimeSeconds();
        var known = (await AllAsync(transaction.Connection, transaction.Transaction)).ToDictionary(k => k.Id, StringComparer.Ordinal);
        List<LogEntry> lines = [];
        var configured = keys.KeysOf(keys.Origin);
        foreach (var key in configured)
        {
            var isTold = known.TryGetValue(key.Id, out var row) && row.EndedAt is null;
            if (row is null)
                await transaction.ExecuteAsync("INSERT INTO log_key (id, public_key, added_at) VALUES (@Id, @text, @now)", new { key.Id, text = LogKeyRow.TextOf(key), now });
            else if (!isTold)
                await transaction.ExecuteAsync("UPDATE log_key SET ended_at = NULL WHERE id = @Id", new { key.Id });
            if (isFirst ? key != configured[0] : !isTold) lines.Add(LogEntry.KeyAdded(key.Id, key.PublicKeyHash, at));
        }

        foreach (var gone in known.Values.Where(k => k.EndedAt is null && !configured.Any(c => c.Id == k.Id)))
        {
            await transaction.ExecuteAsync("UPDATE log_key SET ended_at = @now WHERE id = @Id", new { now, gone.Id });
            if (!isFirst && gone.Of(keys.Origin) is { } key) lines.Add(LogEntry.KeyEnded(key.Id, key.PublicKeyHash, at));
        }

        transaction.Log(lines);
        return lines;
    }
}

/// <summary>A key of the log.</summary>
public sealed class LogKeyRow
{
    /// <summary>As lines and notes name it.</summary>
    public string Id { get; init; } = "";

    public string PublicKey { get; init; } = "";

    /// <summary>Null while it signs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>By which anybody checks what it has signed for a log of some name; null where the row was changed.</summary>
    public VerifierKey? Of(string origin) => VerifierKey.TryParse($"{origin}+{Id}+{PublicKey}");

    internal static string TextOf(VerifierKey key) => key.ToString().Split('+', 3)[2];
}
