using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>The one answer to how many places each pharmacy is planned to have on a day: its own line, else what the rules give.</summary>
public static class PlanQueries
{
    /// <summary>The pharmacies that take part, by id.</summary>
    public static async Task<IReadOnlyList<PlannedPharmacy>> OfAsync(DbConnection connection, DbTransaction? transaction, Policy policy, DateOnly date)
    {
        var pharmacies = await connection.QueryAsync<Taker>(
            "SELECT id, code, name, district, quota_group FROM pharmacy WHERE joins_on <= @date AND status <> @withdrawn ORDER BY id",
            new { date, withdrawn = PharmacyStatus.Withdrawn },
            transaction);
        var lines = (await connection.QueryAsync<Line>(
            "SELECT pharmacy_id, places FROM plan_place WHERE round_date = @date ORDER BY pharmacy_id, window_index", new { date }, transaction))
            .ToLookup(l => l.PharmacyId, l => l.Places);
        var plan = new List<PlannedPharmacy>();
        foreach (var p in pharmacies)
        {
            var byRules = policy.PlacesFor(p.Code, p.QuotaGroup);
            int[] own = [.. lines[p.Id]];
            var due = own.Length == policy.Windows.Count ? own : byRules;
            plan.Add(new PlannedPharmacy(p.Id, p.Code, p.Name, p.District, byRules, due, due));
        }

        return plan;
    }

    /// <summary>The planned places that an announced round has, by pharmacy.</summary>
    public static async Task<ILookup<long, QuotaRow>> StoredAsync(DbConnection connection, DbTransaction? transaction, DateOnly date) =>
        (await connection.QueryAsync<QuotaRow>(
            "SELECT pharmacy_id, window_index, planned FROM quota WHERE round_date = @date ORDER BY pharmacy_id, window_index", new { date }, transaction)).ToLookup(q => q.PharmacyId);

    /// <summary>From today on, the days with a plan of their own: whether each window has places. A day without a round has no entry in its list.</summary>
    internal static async Task<IReadOnlyDictionary<DateOnly, IReadOnlyList<bool>>> OpeningsAsync(
        DbConnection connection, DbTransaction? transaction, DateOnly today, PolicyTimeline rules)
    {
        var days = new Dictionary<DateOnly, IReadOnlyList<bool>>();
        var sums = await connection.QueryAsync<WindowSum>(
            """
            SELECT l.round_date, l.window_index, SUM(l.places) AS places
              FROM plan_place l
              JOIN pharmacy p ON p.id = l.pharmacy_id AND p.status <> @withdrawn AND p.joins_on <= l.round_date
             WHERE l.round_date >= @today
             GROUP BY l.round_date, l.window_index
             ORDER BY l.round_date, l.window_index
            """,
            new { today, withdrawn = PharmacyStatus.Withdrawn },
            transaction);
        foreach (var day in sums.GroupBy(s => s.RoundDate))
        {
            if (rules.For(day.Key) is not { } policy) continue;
            days[day.Key] = day.Count() == policy.Windows.Count && day.All(w => w.Places > 0)
                ? [.. day.Select(_ => true)]
                : await OpenWindowsAsync(connection, transaction, policy, day.Key);
        }

        foreach (var day in await connection.QueryAsync<DateOnly>(
            "SELECT round_date FROM plan_day WHERE round_date >= @today AND no_round IS NOT NULL", new { today }, transaction))
        {
            days[day] = [];
        }

        return days;
    }

    private static async Task<IReadOnlyList<bool>> OpenWindowsAsync(DbConnection connection, DbTransaction? transaction, Policy policy, DateOnly day)
    {
        var plan = await OfAsync(connection, transaction, policy, day);
        return [.. policy.Windows.Select((_, i) => plan.Any(p => p.Due[i] > 0))];
    }

    private sealed class Taker
    {
        public long Id { get; init; }
        public string Code { get; init; } = "";
        public string Name { get; init; } = "";
        public string District { get; init; } = "";
        public string QuotaGroup { get; init; } = "";
    }

    private sealed class Line
    {
        public long PharmacyId { get; init; }
        public int Places { get; init; }
    }

    private sealed class WindowSum
    {
        public DateOnly RoundDate { get; init; }
        public int WindowIndex { get; init; }
        public long Places { get; init; }
    }
}
