using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Rounds;

namespace WeChatMask.Supervision;

/// <summary>Writes the supervisors' daily reconciliation of each round that has ended, once.</summary>
public sealed class ReportDayJob(Database database, RoundQueries rounds, PublicQueries books, CityCalendar calendar) : IJob
{
    /// <inheritdoc />
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var reported = 0;
        foreach (var round in await rounds.UnreportedAsync(cancellationToken))
        {
            if (await books.BooksAsync(round.Date, cancellationToken) is not { } report) continue;
            var document = JsonSerializer.Serialize(report, JsonSerializerOptions.Web);
            reported += await database.WriteAsync(t => DayReportStore.SaveAsync(t, round.Date, document, calendar.Now), cancellationToken);
        }

        return reported;
    }
}
