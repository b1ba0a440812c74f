using System.Data.Common;
using Dapper;
using WeChatMask.Data;

namespace WeChatMask.Rounds;

/// <summary>A day as it is planned: held by whoever changes its plan or makes its round, before every other lock (docs/locking.md).</summary>
public static class PlanDayStore
{
    /// <summary>Holds the day until the transaction ends. Gives why there is to be no round on it, else null.</summary>
    public static async Task<string?> LockAsync(WriteTransaction transaction, DateOnly date)
    {
        // Two that are the day's first: the second one's insert clashes, it comes again, and then finds the first one's row.
        if (await transaction.ExecuteAsync("UPDATE plan_day SET changes = changes + 1 WHERE round_date = @date", new { date }) == 0)
            await transaction.ExecuteAsync("INSERT INTO plan_day (round_date, changes) VALUES (@date, 1)", new { date });
        return await NoRoundAsync(transaction.Connection, transaction.Transaction, date);
    }

    /// <summary>Why there is to be no round on a day, else null.</summary>
    internal static Task<string?> NoRoundAsync(DbConnection connection, DbTransaction? transaction, DateOnly date) =>
        connection.QueryFirstOrDefaultAsync<string?>("SELECT no_round FROM plan_day WHERE round_date = @date AND no_round IS NOT NULL", new { date }, transaction);

    /// <summary>Says that there is to be none, and why; with null, that there is one after all. Under <see cref="LockAsync"/>.</summary>
    public static Task SetNoRoundAsync(WriteTransaction transaction, DateOnly date, string? reason) =>
        transaction.ExecuteAsync("UPDATE plan_day SET no_round = @reason WHERE round_date = @date", new { reason, date });
}
