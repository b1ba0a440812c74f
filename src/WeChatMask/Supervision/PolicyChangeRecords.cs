using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Supervision;

/// <summary>Whether a policy can be used, and what it would do; else why not, with the members that are wrong.</summary>
public sealed record PolicyJudgement(Refusal Refusal, PolicyEffect? Effect = null)
{
    public IReadOnlyList<PolicyFault> Faults { get; init; } = [];
}

/// <summary>What a new policy would do, told before it is confirmed.</summary>
/// <param name="Before">The rules that hold for its date without it.</param>
/// <param name="BeforeId">Their version.</param>
/// <param name="Policy">The rules that are to hold.</param>
/// <param name="Until">The date of the next version that is stored already and ends this one, or none.</param>
/// <param name="Bookers">Earlier bookers whose first bookable day changes, by the day they booked.</param>
/// <param name="KeptBookings">Bookings not yet collected, which keep the version they were made under.</param>
/// <param name="Rounds">Announced rounds that would be planned anew.</param>
public sealed record PolicyEffect(
    Policy Before, long BeforeId, Policy Policy, DateOnly? Until, IReadOnlyList<AffectedBookers> Bookers, int KeptBookings, IReadOnlyList<ReplannedRound> Rounds)
{
    /// <summary>Persons who may book sooner than they were told.</summary>
    public int Sooner => Bookers.Where(b => b.After < b.Before).Sum(b => b.Persons);

    /// <summary>Persons who may book later than they were told.</summary>
    public int Later => Bookers.Where(b => b.After > b.Before || b.After is null).Sum(b => b.Persons);

    /// <summary>Whether both mean the same, however they are written.</summary>
    public bool IsEmpty => Meaning(Before with { From = Policy.From }) == Meaning(Policy);

    private static string Meaning(Policy policy) => PolicyDocument.Write(policy with
    {
        Registry = EligibilityRules.Rules(policy),
        Quotas = policy.Quotas.OrderBy(q => q.Key, StringComparer.Ordinal).ToDictionary(q => q.Key, q => q.Value, StringComparer.Ordinal),
    });
}

/// <summary>Earlier bookers of one day whose first bookable day changes.</summary>
/// <remarks>They booked last on that day. Before and after are first days by the old and the new rules; none means not within a year.</remarks>
public sealed record AffectedBookers(DateOnly BookedOn, int Persons, DateOnly? Before, DateOnly? After);

/// <summary>An announced round that would be planned anew.</summary>
/// <remarks>Planned places of all pharmacies, now and by the new rules.</remarks>
public sealed record ReplannedRound(DateOnly Date, int PlacesBefore, int PlacesAfter);

/// <summary>A public notice that rules change.</summary>
/// <remarks><c>From</c> is the first round that the new rules hold for, the reason is the supervisor's words to the public.</remarks>
public sealed record PolicyNotice(long Id, DateOnly From, DateTimeOffset PublishedAt, string Reason, Policy Before, Policy After);
