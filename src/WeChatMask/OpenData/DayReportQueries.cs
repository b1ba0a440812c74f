using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.OpenData;

/// <summary>Reads the daily reports.</summary>
public sealed class DayReportQueries(Database database, CityCalendar calendar)
{
    /// <summary>The newest report of a round, or null.</summary>
    public Task<string?> DocumentAsync(DateOnly round, CancellationToken cancellationToken) => database.QueryOneAsync<string>(
        "SELECT document FROM day_report WHERE round_date = @round", new { round }, cancellationToken);

    /// <summary>The newest report of a round with its state, or null before there is one.</summary>
    public async Task<DayReport?> FindAsync(DateOnly round, CancellationToken cancellationToken)
    {
        var row = await database.QueryOneAsync<StateRow>(
            "SELECT created_at, document FROM day_report WHERE round_date = @round", new { round }, cancellationToken);
        if (row is null) return null;
        var report = DayReports.Read(row.Document!);
        return report with { Report = report.Report ?? First(row) };
    }

    /// <summary>Revision and corrections of a round's report, or null before there is one. The document is read only where something was corrected.</summary>
    public async Task<ReportState?> StateAsync(DateOnly round, CancellationToken cancellationToken)
    {
        var row = await database.QueryOneAsync<StateRow>(
            """
            SELECT d.created_at, CASE WHEN r.reported_at = d.created_at THEN NULL ELSE d.document END AS document
              FROM day_report d
              JOIN round r ON r.date = d.round_date
             WHERE d.round_date = @round
            """,
            new { round },
            cancellationToken);
        if (row is null) return null;
        return (row.Document is { } document ? DayReports.Read(document).Report : null) ?? First(row);
    }

    /// <summary>Of the rounds from a day on that have a report: when the newest correction was made, or null where nothing was corrected.</summary>
    public async Task<IReadOnlyDictionary<DateOnly, DateTimeOffset?>> CorrectedAsync(DateOnly from, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<CorrectedRow>(
            """
            SELECT d.round_date, CASE WHEN r.reported_at > d.created_at THEN r.reported_at END AS corrected_at
              FROM day_report d
              JOIN round r ON r.date = d.round_date
             WHERE d.round_date >= @from
            """,
            new { from },
            cancellationToken);
        return rows.ToDictionary(r => r.RoundDate, r => r.CorrectedAt);
    }

    private ReportState First(StateRow row) => new(1, calendar.Local(row.CreatedAt), null, []);

    private sealed class StateRow
    {
        public DateTimeOffset CreatedAt { get; init; }
        public string? Document { get; init; }
    }

    private sealed class CorrectedRow
    {
        public DateOnly RoundDate { get; init; }
        public DateTimeOffset? CorrectedAt { get; init; }
    }
}
