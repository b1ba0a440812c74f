using System.Diagnostics;
using MySqlConnector;

namespace WeChatMask.Data;

/// <summary>
/// Keeps nodes on other members of a Galera cluster from changing the schema, which GET_LOCK does not: it holds on one member.
/// A row is the lock, since of two who insert it the cluster lets one commit.
/// </summary>
/// <remarks>The first statement commits what came before; from then on each commits by itself.</remarks>
internal static class SchemaLockStore
{
    // Who dies while it holds the lock leaves its row. Longer than any change of the schema takes.
    private const int SecondsHeld = 3600;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether the server is a member of a cluster.</summary>
    public static async Task<bool> IsNeededAsync(WriteTransaction transaction) =>
        (await transaction.QueryAsync<(string Name, string Value)>("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'")).Any(v => v.Value == "ON");

    /// <summary>Takes the lock. False where another node has kept it all the while.</summary>
    public static async Task<bool> TryTakeAsync(WriteTransaction transaction, TimeSpan patience)
    {
        await transaction.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_lock (id INT NOT NULL PRIMARY KEY, held_until BIGINT NOT NULL, holder BIGINT NOT NULL)");
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await transaction.ExecuteAsync("DELETE FROM schema_lock WHERE held_until < UNIX_TIMESTAMP()");
                await transaction.ExecuteAsync("INSERT INTO schema_lock (id, held_until, holder) VALUES (1, UNIX_TIMESTAMP() + @SecondsHeld, @LogBatch)", new { SecondsHeld, transaction.LogBatch });
                return true;
            }
            catch (MySqlException e) when (MySqlErrors.MayRetry(e.ErrorCode))
            {
                if (Stopwatch.GetElapsedTime(began) > patience) return false;
                await Task.Delay(BetweenTries, transaction.Token);
            }
        }
    }

    /// <summary>Gives the lock back, where it has not run out and gone to another node.</summary>
    public static Task GiveBackAsync(WriteTransaction transaction) =>
        transaction.ExecuteAsync("DELETE FROM schema_lock WHERE holder = @LogBatch", new { transaction.LogBatch });
}
