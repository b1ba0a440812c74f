namespace WeChatMask.Domain;

/// <summary>What is odd; stored by number.</summary>
public enum FlagKind
{
    None = 0,

    /// <summary>Handed over before the booking's pickup began or after it had ended.</summary>
    OutsideHours = 1,

    /// <summary>More by one clerk within a minute than a person can.</summary>
    TooFast = 2,

    /// <summary>A large part of a pharmacy's day in the last minutes before closing.</summary>
    BeforeClosing = 3,

    /// <summary>One proxy at many pharmacies within days.</summary>
    ProxyManyShops = 4,

    /// <summary>One booking shown often where it is not to be collected.</summary>
    WrongShopBooking = 5,

    /// <summary>Many bookings of others shown at one pharmacy.</summary>
    WrongShopPharmacy = 6,

    /// <summary>Hand-overs without a network that do not fit.</summary>
    OfflineConflicts = 7,

    /// <summary>A delivery far from its plan.</summary>
    DeliveryDiffers = 8,

    /// <summary>Places that a pharmacy got after the opening.</summary>
    PlacesAdded = 9,

    /// <summary>One member of staff read lists unusually often.</summary>
    ListReads = 10,

    /// <summary>Booked by a clerk's own account of WeChat and collected at the clerk's pharmacy.</summary>
    OwnStaff = 11,
}

/// <summary>How far a flag has come; stored by number.</summary>
public enum FlagStatus
{
    New = 0,
    Looking = 1,

    /// <summary>Looked into, and nothing is wrong.</summary>
    Explained = 2,

    /// <summary>Looked into, and something was done about it.</summary>
    ActedUpon = 3,
}

/// <summary>Where a row lies that speaks for a flag; stored by number.</summary>
public enum FlagSource
{
    None = 0,
    Redemption = 1,
    OfflineHandOver = 2,
    Audit = 3,
    Delivery = 4,

    /// <summary>A booking that came from another pharmacy; the row's id is the booking's.</summary>
    MovedBooking = 5,

    CarryOver = 6,
}

/// <summary>A hand-over as far as its time tells something. The proxy is anything that is the same for the same one; null without one.</summary>
public sealed record HandOverFact(long Id, long Pharmacy, long Staff, DateTimeOffset At, DateTimeOffset OpensAt, DateTimeOffset ClosesAt, string? Proxy)
{
    public override string ToString() => nameof(HandOverFact);
}

/// <summary>The hand-overs of one subject that are odd together, and the number that its threshold is about.</summary>
public sealed record OddHandOvers(long Pharmacy, long? Staff, int Measured, IReadOnlyList<HandOverFact> Facts);

/// <summary>What is odd, by plain thresholds, and what may be done about a flag.</summary>
public static class FlagRules
{
    public const int LongestWords = 300;

    /// <summary>Within which one clerk's hand-overs are counted.</summary>
    public static readonly TimeSpan FastSpan = TimeSpan.FromMinutes(1);

    public static IReadOnlyList<FlagKind> Kinds { get; } = [.. Enum.GetValues<FlagKind>().Where(k => k != FlagKind.None)];

    public static bool IsClosed(FlagStatus status) => status is FlagStatus.Explained or FlagStatus.ActedUpon;

    /// <summary>By pharmacy, what was handed over before pickup began or when it was over.</summary>
    public static IEnumerable<OddHandOvers> OutsideHours(IEnumerable<HandOverFact> day, int least) =>
        from f in day
        where f.At < f.OpensAt || f.At >= f.ClosesAt
        group f by f.Pharmacy into g
        where g.Count() >= least
        select new OddHandOvers(g.Key, null, g.Count(), [.. g]);

    /// <summary>By clerk, what lies in any minute with too many hand-overs. What one proxy collects in a row is one.</summary>
    public static IEnumerable<OddHandOvers> TooFast(IEnumerable<HandOverFact> day, int least)
    {
        foreach (var clerk in day.GroupBy(f => f.Staff))
        {
            List<List<HandOverFact>> turns = [];
            foreach (var fact in clerk.OrderBy(f => f.At).ThenBy(f => f.Id))
            {
                if (turns.Count > 0 && fact.Proxy is not null && turns[^1][0].Proxy == fact.Proxy) turns[^1].Add(fact);
                else turns.Add([fact]);
            }

            var odd = new SortedSet<int>();
            var (first, most) = (0, 0);
            for (var last = 0; last < turns.Count; last++)
            {
                while (turns[last][0].At - turns[first][0].At >= FastSpan) first++;
                if (last - first + 1 < least) continue;
                most = Math.Max(most, last - first + 1);
                for (var i = first; i <= last; i++) odd.Add(i);
            }

            if (odd.Count > 0) yield return new OddHandOvers(turns[odd.Max][0].Pharmacy, clerk.Key, most, [.. odd.SelectMany(i => turns[i])]);
        }
    }

    /// <summary>By pharmacy with at least so many hand-overs in a day, those of the last minutes where they are at least so many per cent of the day's.</summary>
    public static IEnumerable<OddHandOvers> BeforeClosing(IEnumerable<HandOverFact> day, TimeSpan last, int leastOfDay, int leastPercent) =>
        from f in day
        group f by f.Pharmacy into g
        let late = g.Where(f => f.At < f.ClosesAt && f.ClosesAt - f.At <= last).ToList()
        where g.Count() >= leastOfDay && late.Count * 100 >= leastPercent * g.Count()
        select new OddHandOvers(g.Key, null, late.Count * 100 / g.Count(), late);

    /// <summary>How far a delivery is from its plan, in per cent of the plan; 100 where nothing was planned.</summary>
    public static int PercentOff(int delivered, int planned) =>
        delivered == planned ? 0 : planned <= 0 ? 100 : (int)Math.Min(int.MaxValue, Math.Abs((long)delivered - planned) * 100 / planned);

    /// <summary>Whether a supervisor may bring a flag to a state. Only who takes an open one, or gives it on, needs no words.</summary>
    public static Refusal Judge(FlagStatus from, FlagStatus to, bool hasWords) => to switch
    {
        FlagStatus.New => Refusal.InvalidRequest,
        FlagStatus.Looking when !IsClosed(from) => Refusal.None,
        FlagStatus.Looking or FlagStatus.Explained or FlagStatus.ActedUpon => hasWords ? Refusal.None : Refusal.InvalidReason,
        _ => Refusal.InvalidRequest,
    };
}
