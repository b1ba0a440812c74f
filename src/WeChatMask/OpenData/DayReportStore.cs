using WeChatMask.Data;

namespace WeChatMask.OpenData;

/// <summary>
/// Keeps the daily reports. A round's <c>reported_at</c> is when its newest report was made, <c>day_report.created_at</c> when
/// its first was; without the former a report is due.
/// </summary>
public static class DayReportStore
{
    /// <summary>The newest report of a round, if there is one.</summary>
    public static Task<string?> DocumentAsync(WriteTransaction transaction, DateOnly round) =>
        transaction.QueryOneAsync<string>("SELECT document FROM day_report WHERE round_date = @round", new { round });

    /// <summary>Stores the first report of a round, unless one is not due. Returns 1 when it was stored.</summary>
    public static async Task<int> AddAsync(WriteTransaction transaction, DateOnly round, string document, DateTimeOffset now)
    {
        if (await MarkAsync(transaction, round, now) == 0) return 0;
        return await transaction.ExecuteAsync(
            "INSERT INTO day_report (round_date, document, created_at) VALUES (@round, @document, @now)", new { round, document, now });
    }

    /// <summary>Stores a report that corrects the one before, unless one is not due. Returns 1 when it was stored.</summary>
    /// <remarks>
    /// Under the locks of the round's pharmacies. The document is null when the figures are what they were; <paramref name="at"/>
    /// is when the newest report was made: now, or as it was where nothing is corrected.
    /// </remarks>
    public static async Task<int> CorrectAsync(WriteTransaction transaction, DateOnly round, string? document, DateTimeOffset at)
    {
        if (await MarkAsync(transaction, round, at) == 0 || document is null) return 0;
        return await transaction.ExecuteAsync("UPDATE day_report SET document = @document WHERE round_date = @round", new { round, document });
    }

    private static Task<int> MarkAsync(WriteTransaction transaction, DateOnly round, DateTimeOffset at) =>
        transaction.ExecuteAsync("UPDATE round SET reported_at = @at WHERE date = @round AND reported_at IS NULL", new { at, round });
}
