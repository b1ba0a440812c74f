using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Cases;

/// <summary>Destroys what people wrote and sent with their complaints; what is left are counts by kind and outcome.</summary>
public sealed class CaseForgettingStore(Database database, CityCalendar calendar)
{
    private const int Portion = 200;

    /// <summary>Destroys what is in cases that were closed before an instant. Returns how many.</summary>
    public async Task<int> ForgetAsync(DateTimeOffset closedBefore, CancellationToken cancellationToken)
    {
        const string due = "status = @closed AND destroyed_at IS NULL AND closed_at < @closedBefore";
        var args = new { closed = CaseStatus.Closed, closedBefore };
        var touched = 0;
        foreach (var portion in (await database.QueryAsync<long>($"SELECT id FROM complaint WHERE {due} ORDER BY id", args, cancellationToken)).Chunk(Portion))
        {
            await database.WriteAsync(transaction => DestroyAsync(transaction, portion, calendar.Now), cancellationToken);
            touched += portion.Length;
        }

        return touched;
    }

    /// <summary>Destroys what is in an account's cases; what is open is closed as taken back. Returns how many.</summary>
    internal static async Task<int> EraseAsync(WriteTransaction transaction, long account, DateTimeOffset now)
    {
        var own = await transaction.QueryAsync<long>($"SELECT id FROM complaint WHERE account_id = @account ORDER BY id{transaction.Engine.ForUpdate}", new { account });
        if (own.Count == 0) return 0;
        await transaction.ExecuteAsync(
            "UPDATE complaint SET status = @closed, outcome = @withdrawn, closed_at = @now, changed_at = @now, due_at = NULL WHERE account_id = @account AND status <> @closed",
            new { closed = CaseStatus.Closed, withdrawn = CaseOutcome.Withdrawn, now, account });
        await DestroyAsync(transaction, [.. own], now);
        return own.Count;
    }

    private static async Task DestroyAsync(WriteTransaction transaction, long[] cases, DateTimeOffset now)
    {
        var these = transaction.Engine.AnyOf("cases");
        await transaction.ExecuteAsync($"DELETE FROM complaint_photo WHERE complaint_id {these}", new { cases });
        await transaction.ExecuteAsync($"UPDATE complaint_step SET words = '' WHERE complaint_id {these}", new { cases });
        await transaction.ExecuteAsync(
            $"UPDATE complaint SET body = '', caller = '', account_id = NULL, booking_id = NULL, destroyed_at = @now WHERE id {these} AND destroyed_at IS NULL", new { cases, now });
    }
}
