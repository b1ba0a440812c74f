using WeChatMask.Data;

namespace WeChatMask.Supervision;

/// <summary>Keeps the daily reports.</summary>
public static class DayReportStore
{
    /// <summary>Stores the report of a round unless it has one. Returns 1 when it was stored.</summary>
    public static async Task<int> SaveAsync(WriteTransaction transaction, DateOnly round, string document, DateTimeOffset now)
    {
        var rows = await transaction.ExecuteAsync(
            "UPDATE round SET reported_at = @now WHERE date = @round AND reported_at IS NULL", new { now, round });
        if (rows == 0) return 0;
        return await transaction.ExecuteAsync(
            "INSERT INTO day_report (round_date, document, created_at) VALUES (@round, @document, @now)", new { round, document, now });
    }
}
