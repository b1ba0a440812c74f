using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Supervision;

/// <summary>The plan of the coming days, what rows would change in it, and what the public was told of earlier changes.</summary>
public sealed class PlanChangeQueries(Database database, RoundQueries rounds, PolicyQueries policies, CityCalendar calendar)
{
    private const int DaysShown = 14;

    /// <summary>Today and the days after it.</summary>
    public Task<IReadOnlyList<PlanDay>> DaysAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var days = new List<PlanDay>();
            for (var day = 0; day < DaysShown; day++) days.Add(await DayAsync(connection, null, calendar.Today.AddDays(day)));
            return (IReadOnlyList<PlanDay>)days;
        },
        cancellationToken);

    public Task<PlanDay> DayAsync(DateOnly date, CancellationToken cancellationToken) => database.ReadAsync(c => DayAsync(c, null, date), cancellationToken);

    public Task<PlanEffect> EffectAsync(DateOnly date, IReadOnlyList<PlanRow> rows, CancellationToken cancellationToken) =>
        database.ReadAsync(c => EffectAsync(c, null, date, rows), cancellationToken);

    /// <summary>What the rows would do, as an open transaction sees it.</summary>
    public async Task<PlanEffect> EffectAsync(DbConnection connection, DbTransaction? transaction, DateOnly date, IReadOnlyList<PlanRow> rows)
    {
        var day = await DayAsync(connection, transaction, date);
        if (!day.IsOpenToChange) return new PlanEffect(RefusalOf(day.State), day);
        var (lines, faults) = PlanRules.Judge(rows, day.Pharmacies);
        if (faults.Count > 0) return new PlanEffect(Refusal.InvalidPlan, day) { Faults = faults };
        var effect = new PlanEffect(Refusal.None, day) { Lines = lines };
        return effect with { Fingerprint = FingerprintOf(effect) };
    }

    /// <summary>The newest changes of plans, newest first.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="ofDaysToCome">Only of days that are not long over.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<List<PlanNotice>> NoticesAsync(int count, bool ofDaysToCome, CancellationToken cancellationToken) => database.QueryAsync<PlanNotice>(
        $"SELECT round_date, reason, detail, created_at FROM plan_change {(ofDaysToCome ? "WHERE round_date >= @from " : "")}ORDER BY created_at DESC, id DESC LIMIT @count",
        new { from = calendar.Today.AddDays(-1), count },
        cancellationToken);

    internal static Refusal RefusalOf(PlanDayState state) => state switch
    {
        PlanDayState.Opened => Refusal.RoundHasOpened,
        PlanDayState.NoRound => Refusal.NoRoundThatDay,
        _ => Refusal.InvalidDate,
    };

    internal async Task<PlanDay> DayAsync(DbConnection connection, DbTransaction? transaction, DateOnly date)
    {
        var none = new PlanDay(date, PlanDayState.None, [], []);
        if (!PlanRules.IsWithin(date, calendar.Today)) return none;
        if (await rounds.FindAsync(connection, transaction, date) is { } round)
        {
            var opened = round.IsClosed || round.Times.OpensAt <= calendar.Now;
            return new PlanDay(date, opened ? PlanDayState.Opened : PlanDayState.Announced, round.Policy.Windows, await StoredAsync(connection, transaction, round)) { OpensAt = round.Times.OpensAt };
        }

        if (await PolicyQueries.FindForAsync(connection, transaction, date) is not { } id) return none;
        var policy = await policies.GetAsync(connection, transaction, id);
        var opens = RoundTimes.Of(policy, date, calendar.Instant).OpensAt;
        if (await PlanDayStore.NoRoundAsync(connection, transaction, date) is { } reason) return new PlanDay(date, PlanDayState.NoRound, policy.Windows, []) { NoRound = reason };
        var plan = await PlanQueries.OfAsync(connection, transaction, policy, date);
        return new PlanDay(date, opens <= calendar.Now ? PlanDayState.Opened : PlanDayState.Free, policy.Windows, [.. plan.OrderBy(p => p.Code, StringComparer.Ordinal)]) { OpensAt = opens };
    }

    // What its round has now; whoever has joined or left the city since it was made, is in it when its places are planned anew.
    private static async Task<IReadOnlyList<PlannedPharmacy>> StoredAsync(DbConnection connection, DbTransaction? transaction, RoundState round)
    {
        var stored = await PlanQueries.StoredAsync(connection, transaction, round.Date);
        int[] nothing = [.. round.Policy.Windows.Select(_ => 0)];
        int[] Now(long pharmacy) => stored[pharmacy].Select(q => q.Planned).ToArray() is { Length: > 0 } now ? now : nothing;
        var plan = (await PlanQueries.OfAsync(connection, transaction, round.Policy, round.Date)).Select(p => p with { Places = Now(p.Id) }).ToList();
        var gone = stored.Select(s => s.Key).Except(plan.Select(p => p.Id)).Where(id => Now(id).Sum() > 0).ToHashSet();
        if (gone.Count > 0)
        {
            var names = await connection.QueryAsync<(long Id, string Code, string Name, string District)>("SELECT id, code, name, district FROM pharmacy", transaction: transaction);
            plan.AddRange(names.Where(n => gone.Contains(n.Id)).Select(n => new PlannedPharmacy(n.Id, n.Code, n.Name, n.District, nothing, nothing, Now(n.Id), TakesPart: false)));
        }

        return [.. plan.OrderBy(p => p.Code, StringComparer.Ordinal)];
    }

    private static string FingerprintOf(PlanEffect effect)
    {
        var text = new StringBuilder(FormattableString.Invariant($"{effect.Day.Date:yyyy-MM-dd}|{effect.Day.State}|{effect.Day.Total}|{effect.Day.OpensAt?.ToUnixTimeMilliseconds()}"));
        foreach (var w in effect.Day.Windows) text.Append(CultureInfo.InvariantCulture, $"|{w.Opens}-{w.Closes}");
        foreach (var c in effect.Changes) text.Append(CultureInfo.InvariantCulture, $"|{c.Pharmacy.Code}:{Figures(c.Pharmacy.Places)}>{Figures(c.After)}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }

    private static string Figures(IReadOnlyList<int> places) => string.Join('+', places.Select(p => p.ToString(CultureInfo.InvariantCulture)));
}
