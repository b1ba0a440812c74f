using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.OpenData;

/// <summary>Writes the supervisors' daily reconciliation of each round that has ended, and a correction of it when something was settled afterwards.</summary>
public sealed class ReportDayJob(Database database, RoundQueries rounds, BooksQueries books, DayReports reports, CityCalendar calendar) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var reported = 0;
        foreach (var round in await rounds.UnreportedAsync(cancellationToken))
            reported += await database.WriteAsync(t => ReportAsync(t, round.Date), cancellationToken);
        return reported;
    }

    private async Task<int> ReportAsync(WriteTransaction transaction, DateOnly round)
    {
        // Whoever settles something holds one of these locks, so nothing changes between the reading and the storing.
        await QuotaStore.LockAsync(transaction, round);
        var before = await DayReportStore.DocumentAsync(transaction, round);
        if (await books.OfAsync(round, transaction.Token) is not { } now) return 0;
        var at = calendar.Local(calendar.Now);
        if (before is null) return await DayReportStore.AddAsync(transaction, round, reports.First(now, at), at);
        var next = reports.Next(now, before, at);
        return await DayReportStore.CorrectAsync(transaction, round, next, next is null && now.Report is { } same ? same.CorrectedAt ?? same.ReportedAt : at);
    }
}
