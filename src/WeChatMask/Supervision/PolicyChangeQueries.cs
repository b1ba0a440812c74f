using System.Data.Common;
using Dapper;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Supervision;

/// <summary>Works out what a new policy would do, and reads what the public was told of earlier ones.</summary>
public sealed class PolicyChangeQueries(Database database, PolicyQueries policies, RoundQueries rounds, CityCalendar calendar)
{
    /// <summary>All versions, the newest date first.</summary>
    public Task<IReadOnlyList<(StoredPolicy Stored, Policy Policy)>> AllAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection => (IReadOnlyList<(StoredPolicy Stored, Policy Policy)>)
            [.. (await policies.AllAsync(connection, null)).OrderByDescending(p => p.Stored.EffectiveFrom).ThenByDescending(p => p.Stored.Id)],
        cancellationToken);

    /// <summary>What a policy would do, or why it cannot be used.</summary>
    public Task<PolicyJudgement> EffectAsync(Policy policy, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => EffectAsync(connection, null, policy), cancellationToken);

    public async Task<PolicyJudgement> EffectAsync(DbConnection connection, DbTransaction? transaction, Policy policy)
    {
        if (policy.Faults() is { Count: > 0 } faults) return new(Refusal.InvalidPolicy) { Faults = faults };
        if (policy.UnknownPharmacies(await CityQueries.PlacesNamesAsync(connection, transaction)) is { Count: > 0 } strangers) return new(Refusal.InvalidPolicy) { Faults = strangers };
        if (await HasOpenedAsync(connection, transaction, policy)) return new(Refusal.RoundHasOpened);
        if (await PolicyQueries.FindForAsync(connection, transaction, policy.From) is not { } beforeId) return new(Refusal.InvalidDate);
        var old = await policies.TimelineAsync(connection, transaction);
        var next = old.With(policy);
        return new(Refusal.None, new PolicyEffect(
            await policies.GetAsync(connection, transaction, beforeId),
            beforeId,
            policy,
            old.After(policy.From)?.From,
            await BookersAsync(connection, transaction, old, next),
            await KeptAsync(connection, transaction),
            await ReplannedAsync(connection, transaction, policy, old.After(policy.From)?.From)));
    }

    /// <summary>The newest notices of changed rules, newest first.</summary>
    public Task<IReadOnlyList<PolicyNotice>> NoticesAsync(int count, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var rows = await connection.QueryAsync<NoticeRow>(
                """
                SELECT policy_id, before_id, effective_from, reason, published_at
                  FROM policy_notice
                 ORDER BY published_at DESC, policy_id DESC
                 LIMIT @count
                """,
                new { count });
            var notices = new List<PolicyNotice>();
            foreach (var row in rows)
            {
                notices.Add(new PolicyNotice(
                    row.PolicyId, row.EffectiveFrom, row.PublishedAt, row.Reason,
                    await policies.GetAsync(connection, null, row.BeforeId), await policies.GetAsync(connection, null, row.PolicyId)));
            }

            return (IReadOnlyList<PolicyNotice>)notices;
        },
        cancellationToken);

    /// <summary>Whether the first round it is for has opened, or would have opened already by its own hours.</summary>
    private async Task<bool> HasOpenedAsync(DbConnection connection, DbTransaction? transaction, Policy policy)
    {
        if (policy.From < calendar.Today) return true;
        if (policy.From > calendar.Today) return false;
        if (RoundTimes.Of(policy, policy.From, calendar.Instant).OpensAt <= calendar.Now) return true;
        return await rounds.FindAsync(connection, transaction, policy.From) is { } round && (round.IsClosed || round.Times.OpensAt <= calendar.Now);
    }

    private async Task<IReadOnlyList<AffectedBookers>> BookersAsync(
        DbConnection connection, DbTransaction? transaction, PolicyTimeline old, PolicyTimeline next)
    {
        var held = await connection.QueryAsync<HeldRow>(
            """
            SELECT booked_on, COUNT(*) AS persons
              FROM (SELECT person_hash, MAX(booked_on) AS booked_on FROM person_hold GROUP BY person_hash) newest
             GROUP BY booked_on
             ORDER BY booked_on
            """,
            transaction: transaction);
        return
        [
            .. held.Select(h => new AffectedBookers(
                    h.BookedOn, h.Persons, old.BookableFrom(h.BookedOn, calendar.Today), next.BookableFrom(h.BookedOn, calendar.Today)))
                .Where(a => a.Before != a.After),
        ];
    }

    private static Task<int> KeptAsync(DbConnection connection, DbTransaction? transaction) => connection.ExecuteScalarAsync<int>(
        """
        SELECT COUNT(*)
          FROM round r
          JOIN booking b ON b.round_date = r.date AND b.status = @booked
         WHERE r.ended_at IS NULL OR EXISTS (SELECT 1 FROM moved_pickup m WHERE m.booking_id = b.id)
        """,
        new { booked = BookingStatus.Booked },
        transaction);

    private async Task<IReadOnlyList<ReplannedRound>> ReplannedAsync(DbConnection connection, DbTransaction? transaction, Policy policy, DateOnly? until)
    {
        var affected = (await rounds.AnnouncedAsync(connection, transaction, calendar.Now))
            .Where(r => r.Date >= policy.From && (until is null || r.Date < until)).ToList();
        var replanned = new List<ReplannedRound>();
        foreach (var round in affected)
        {
            var before = await connection.ExecuteScalarAsync<int?>(
                "SELECT SUM(planned) FROM quota WHERE round_date = @Date", new { round.Date }, transaction) ?? 0;
            var plan = await PlanQueries.OfAsync(connection, transaction, policy, round.Date);
            replanned.Add(new ReplannedRound(round.Date, before, plan.Sum(p => p.Due.Sum())));
        }

        return replanned;
    }

    private sealed class NoticeRow
    {
        public long PolicyId { get; init; }
        public long BeforeId { get; init; }
        public DateOnly EffectiveFrom { get; init; }
        public string Reason { get; init; } = "";
        public DateTimeOffset PublishedAt { get; init; }
    }

    private sealed class HeldRow
    {
        public DateOnly BookedOn { get; init; }
        public int Persons { get; init; }
    }
}
