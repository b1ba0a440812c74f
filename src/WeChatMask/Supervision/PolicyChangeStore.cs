using WeChatMask.Audit;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Supervision;

/// <summary>Adds a policy that a supervisor has confirmed: the version, the announced rounds planned anew, the public notice and the audit, all or nothing.</summary>
public sealed class PolicyChangeStore(
    Database database, PolicyChangeQueries queries, CityStore cities, ReplanStore replan, NoticeOutbox notices, CityCalendar calendar, Board board)
{
    public const int LongestReason = 300;

    /// <summary>Adds it.</summary>
    /// <param name="actor">The supervisor's log-in name.</param>
    /// <param name="policy">The new rules.</param>
    /// <param name="reason">What the public is told beside the changes.</param>
    /// <param name="seenBefore">The version that was shown as the one before; null when it was not asked for.</param>
    /// <param name="cancellationToken">Stops before anything is committed.</param>
    public async Task<PolicyChangeAnswer> AddAsync(
        string actor, Policy policy, string reason, long? seenBefore, CancellationToken cancellationToken)
    {
        var answer = await database.WriteAsync(
            async transaction =>
            {
                var judgement = await queries.EffectAsync(transaction.Connection, transaction.Transaction, policy);
                if (judgement.Effect is not { } effect) return new PolicyChangeAnswer(judgement.Refusal) { Faults = judgement.Faults };
                if (effect.IsEmpty) return new PolicyChangeAnswer(Refusal.None, effect.BeforeId, effect, Repeated: true);
                if (seenBefore is { } seen && seen != effect.BeforeId) return new PolicyChangeAnswer(Refusal.PolicyChanged);
                var now = calendar.Now;
                var id = await cities.AddPolicyAsync(transaction, policy, actor);
                await replan.ReplanAsync(transaction);
                await transaction.ExecuteAsync(
                    """
                    INSERT INTO policy_notice (policy_id, before_id, effective_from, reason, published_at)
                    VALUES (@id, @BeforeId, @From, @reason, @now)
                    """,
                    new { id, effect.BeforeId, policy.From, reason, now });
                await TellAsync(transaction, id, effect, now);
                await AuditStore.AddAsync(transaction, now, actor, "policy.add", policy.From.Column(), FormattableString.Invariant(
                    $"{id} after {effect.BeforeId}; sooner {effect.Sooner}, later {effect.Later}, rounds {effect.Rounds.Count}: {reason}"));
                return new PolicyChangeAnswer(Refusal.None, id, effect);
            },
            cancellationToken);
        if (answer is { Refusal: Refusal.None, Repeated: false }) board.MarkChanged();
        return answer;
    }

    // Whoever was told another day is told again: those of the affected days who book in the chat and have not booked since.
    private async Task TellAsync(WriteTransaction transaction, long policy, PolicyEffect effect, DateTimeOffset now)
    {
        if (effect.Bookers.Count == 0 || !notices.TellsOfBookableDays) return;
        var from = effect.Bookers.ToDictionary(b => b.BookedOn, b => b.After);
        var holders = await transaction.QueryAsync<Holder>(
            $"""
            SELECT h.booked_on, h.booking_id, b.pharmacy_id
              FROM person_hold h
              JOIN booking b ON b.id = h.booking_id
              JOIN account a ON a.id = b.account_id AND a.kind = @wechat
             WHERE h.booked_on {transaction.Engine.AnyOf("days")}
               AND NOT EXISTS (SELECT 1 FROM person_hold n WHERE n.person_hash = h.person_hash AND n.booked_on > h.booked_on)
             ORDER BY h.booking_id
            """,
            new { wechat = LoginWay.WeChat, days = from.Keys.Select(d => d.Column()).ToArray() });
        await notices.TellBookableAsync(
            transaction, policy, holders.ConvertAll(h => new BookableSubject(h.BookingId, h.PharmacyId, h.BookedOn, from[h.BookedOn])), now);
    }

    private sealed class Holder
    {
        public DateOnly BookedOn { get; init; }
        public long BookingId { get; init; }
        public long PharmacyId { get; init; }
    }
}

/// <summary>What came of adding a policy.</summary>
/// <param name="Refusal">Why not, or <see cref="Refusal.None"/>.</param>
/// <param name="Id">The version that holds now.</param>
/// <param name="Effect">What it did.</param>
/// <param name="Repeated">Whether the rules said the same before.</param>
public sealed record PolicyChangeAnswer(Refusal Refusal, long Id = 0, PolicyEffect? Effect = null, bool Repeated = false)
{
    public IReadOnlyList<PolicyFault> Faults { get; init; } = [];
}
