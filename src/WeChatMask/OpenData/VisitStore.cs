using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.OpenData;

/// <summary>Adds a node's counted visits to the city's, and reads those.</summary>
public sealed class VisitStore(Database database, Visits visits, CityCalendar calendar) : IDisposable
{
    // The job and a node's stop may come together: what one has taken and cannot write must be back before the other takes.
    private readonly SemaphoreSlim one = new(1);

    /// <summary>Writes what was counted and reads what is published. Returns how many days were added to.</summary>
    public async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        await one.WaitAsync(CancellationToken.None);
        try
        {
            return await WriteAloneAsync(cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    /// <summary>Visits of a day, as far as they are written.</summary>
    public static Task<long> OfAsync(DbConnection connection, DateOnly day) => connection.ExecuteScalarAsync<long>(
        "SELECT COALESCE(SUM(visits), 0) FROM visit_day WHERE day = @day", new { day });

    /// <summary>Visits of each day from one on that had any, as far as they are written.</summary>
    public static async Task<IReadOnlyDictionary<DateOnly, long>> SinceAsync(DbConnection connection, DateOnly day) =>
        (await connection.QueryAsync<VisitRow>("SELECT day, visits FROM visit_day WHERE day >= @day", new { day })).ToDictionary(d => d.Day, d => d.Visits);

    private async Task<int> WriteAloneAsync(CancellationToken cancellationToken)
    {
        var counted = visits.Take();
        try
        {
            if (counted.Count > 0) await database.WriteAsync(t => AddAsync(t, counted), cancellationToken);
        }
        catch
        {
            visits.GiveBack(counted);
            throw;
        }

        var today = await database.ReadAsync(connection => OfAsync(connection, calendar.Today), cancellationToken);
        visits.Published = new VisitFigures(today, await database.ScalarAsync<long>("SELECT COALESCE(SUM(visits), 0) FROM visit_day", cancellationToken: cancellationToken));
        return counted.Count;
    }

    private static async Task AddAsync(WriteTransaction transaction, IReadOnlyList<DayVisits> counted)
    {
        foreach (var day in counted)
        {
            // Of two nodes that find no row, one meets the other's key and begins anew.
            if (await transaction.ExecuteAsync("UPDATE visit_day SET visits = visits + @Visits WHERE day = @Day", day) == 0)
                await transaction.ExecuteAsync("INSERT INTO visit_day (day, visits) VALUES (@Day, @Visits)", day);
        }
    }

    private sealed class VisitRow
    {
        public DateOnly Day { get; init; }
        public long Visits { get; init; }
    }
}
