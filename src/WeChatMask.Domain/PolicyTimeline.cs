namespace WeChatMask.Domain;

/// <summary>A city's policies in order, so that any day's rules can be asked for. A round takes the newest whose date is not after it.</summary>
public sealed class PolicyTimeline
{
    // A year and a day: longer than any cooldown a policy may have.
    private const int Furthest = 367;
    private readonly IReadOnlyList<Policy> policies;
    private readonly (DateOnly Day, Policy Rules)? kept;
    private readonly IReadOnlyDictionary<DateOnly, IReadOnlyList<bool>> planned;

    /// <summary>
    /// Takes the versions in the order in which they were stored; of one date the last one holds. Whatever came since, a round that is kept has its own.
    /// Days with a plan of their own say of each window whether it has places; one without a round says nothing of any.
    /// </summary>
    public PolicyTimeline(IEnumerable<Policy> stored, (DateOnly Day, Policy Rules)? kept = null, IReadOnlyDictionary<DateOnly, IReadOnlyList<bool>>? planned = null)
    {
        policies = [.. stored.OrderBy(p => p.From)];
        this.kept = kept;
        this.planned = planned ?? new Dictionary<DateOnly, IReadOnlyList<bool>>();
    }

    /// <summary>The rules of a round, or none before the first version.</summary>
    public Policy? For(DateOnly round) => kept is { } own && own.Day == round ? own.Rules : policies.LastOrDefault(p => p.From <= round);

    /// <summary>The same with one more version; a round it reaches is planned anew by it.</summary>
    public PolicyTimeline With(Policy added) => new(policies.Append(added), kept is { } own && added.From <= own.Day ? null : kept, planned);

    /// <summary>First instant after <paramref name="day"/> at which a window with planned places opens, as far as the rules tell. None within a year.</summary>
    public DateTimeOffset? OpensAfter(DateOnly day, Func<DateOnly, DayTime, DateTimeOffset> toInstant)
    {
        for (var next = day.AddDays(1); next <= day.AddDays(Furthest); next = next.AddDays(1))
        {
            if (For(next) is { } policy && policy.Windows.Where((_, i) => HasPlaces(next, policy, i)).FirstOrDefault() is { } first) return toInstant(next, first.Opens);
        }

        return null;
    }

    public Policy? After(DateOnly date) => policies.FirstOrDefault(p => p.From > date);

    /// <summary>
    /// First day, not before <paramref name="from"/>, on which a person may book who booked last on <paramref name="lastBookedOn"/>: each day is asked by
    /// its own rules, and one on which they plan no place is no such day. None within a year.
    /// </summary>
    public DateOnly? BookableFrom(DateOnly lastBookedOn, DateOnly from)
    {
        var first = from > lastBookedOn ? from : lastBookedOn.AddDays(1);
        for (var day = first; day <= first.AddDays(Furthest); day = day.AddDays(1))
        {
            if (For(day) is { } policy && policy.Windows.Where((_, i) => HasPlaces(day, policy, i)).Any() && lastBookedOn.AddDays(policy.CooldownDays) <= day) return day;
        }

        return null;
    }

    // A plan made under rules with other windows does not count, as in the round itself.
    private bool HasPlaces(DateOnly day, Policy policy, int window) =>
        planned.TryGetValue(day, out var own) && (own.Count == 0 || own.Count == policy.Windows.Count) ? own.Count > 0 && own[window] : policy.Quotas.Values.Any(q => q[window] > 0);
}
