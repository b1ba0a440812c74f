using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>The city's dated policies. A stored version never changes, so each is read and parsed once per process.</summary>
public sealed class PolicyQueries(Database database, CityCalendar calendar)
{
    private readonly ConcurrentDictionary<long, Policy> parsed = new();
    private readonly SharedRead<Policy?> todays = new();

    /// <summary>Today's rules, as everything says and judges by them: those today's round was planned under, whatever was stored since; without a round the newest. None before the first version begins.</summary>
    public Task<Policy?> TodayAsync(CancellationToken cancellationToken) => todays
        .AskAsync(() => database.ReadAsync(
            async connection => await TodayIdAsync(connection) is { } id ? await GetAsync(connection, null, id) : null,
            CancellationToken.None))
        .WaitAsync(cancellationToken);

    /// <summary>Which version today's rules are.</summary>
    public Task<long?> TodayIdAsync(CancellationToken cancellationToken) => database.ReadAsync(connection => TodayIdAsync(connection), cancellationToken);

    /// <summary>All versions in their order with today's rules, so that any day's can be asked for.</summary>
    public Task<PolicyTimeline> TimelineAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => TimelineAsync(connection, null), cancellationToken);

    public async Task<PolicyTimeline> TimelineAsync(DbConnection connection, DbTransaction? transaction)
    {
        var today = calendar.Today;
        var all = (await AllAsync(connection, transaction)).Select(p => p.Policy).ToList();
        (DateOnly, Policy)? kept = await RoundOfAsync(connection, transaction, today) is { } id ? (today, await GetAsync(connection, transaction, id)) : null;
        return new(all, kept, await PlanQueries.OpeningsAsync(connection, transaction, today, new(all, kept)));
    }

    /// <summary>When the first window with places opens after a day by the rules alone, where no round is planned yet.</summary>
    internal async Task<DateTimeOffset?> OpensAfterAsync(DbConnection connection, DateOnly day) =>
        (await TimelineAsync(connection, null)).OpensAfter(day, calendar.Instant);

    public async Task<Policy> GetAsync(DbConnection connection, DbTransaction? transaction, long id)
    {
        if (parsed.TryGetValue(id, out var known)) return known;
        var document = await connection.QuerySingleAsync<string>("SELECT document FROM policy WHERE id = @id", new { id }, transaction);
        return parsed.GetOrAdd(id, PolicyDocument.Parse(document));
    }

    /// <summary>The newest version whose date is not after <paramref name="round"/>; of one date the one stored last.</summary>
    internal static Task<long?> FindForAsync(DbConnection connection, DbTransaction? transaction, DateOnly round) =>
        connection.QueryFirstOrDefaultAsync<long?>(
            "SELECT id FROM policy WHERE effective_from <= @round ORDER BY effective_from DESC, id DESC LIMIT 1", new { round }, transaction);

    private Task<long?> TodayIdAsync(DbConnection connection) => connection.QueryFirstOrDefaultAsync<long?>(
        """
        SELECT COALESCE((SELECT policy_id FROM round WHERE date = @today),
                        (SELECT id FROM policy WHERE effective_from <= @today ORDER BY effective_from DESC, id DESC LIMIT 1))
        """,
        new { today = calendar.Today });

    private static Task<long?> RoundOfAsync(DbConnection connection, DbTransaction? transaction, DateOnly day) =>
        connection.QueryFirstOrDefaultAsync<long?>("SELECT policy_id FROM round WHERE date = @day", new { day }, transaction);

    /// <summary>All versions with their rules, in the order they were stored.</summary>
    public async Task<IReadOnlyList<(StoredPolicy Stored, Policy Policy)>> AllAsync(DbConnection connection, DbTransaction? transaction)
    {
        var all = new List<(StoredPolicy, Policy)>();
        foreach (var stored in await connection.QueryAsync<StoredPolicy>(
            "SELECT id, effective_from, created_at, created_by FROM policy ORDER BY id", transaction: transaction))
        {
            all.Add((stored, await GetAsync(connection, transaction, stored.Id)));
        }

        return all;
    }
}

/// <summary>A stored version, without its rules.</summary>
public sealed class StoredPolicy
{
    public long Id { get; init; }
    public DateOnly EffectiveFrom { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string CreatedBy { get; init; } = "";
}
