namespace WeChatMask.Domain;

/// <summary>A city's policies in order, so that any day's rules can be asked for. A round takes the newest whose date is not after it.</summary>
public sealed class PolicyTimeline
{
    // A year and a day: longer than any cooldown a policy may have.
    private const int Furthest = 367;
    private readonly IReadOnlyList<Policy> policies;

    /// <summary>Takes the versions in the order in which they were stored; of one date the last one holds.</summary>
    public PolicyTimeline(IEnumerable<Policy> stored) => policies = [.. stored.OrderBy(p => p.From)];

    /// <summary>The rules of a round, or none before the first version.</summary>
    public Policy? For(DateOnly round) => policies.LastOrDefault(p => p.From <= round);

    public Policy? After(DateOnly date) => policies.FirstOrDefault(p => p.From > date);

    /// <summary>First day, not before <paramref name="from"/>, on which a person may book who booked last on <paramref name="lastBookedOn"/>: each day is asked by its own rules. None within a year.</summary>
    public DateOnly? BookableFrom(DateOnly lastBookedOn, DateOnly from)
    {
        var first = from > lastBookedOn ? from : lastBookedOn.AddDays(1);
        for (var day = first; day <= first.AddDays(Furthest); day = day.AddDays(1))
        {
            if (For(day) is { } policy && lastBookedOn.AddDays(policy.CooldownDays) <= day) return day;
        }

        return null;
    }
}
