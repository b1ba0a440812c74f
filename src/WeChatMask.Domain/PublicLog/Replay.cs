namespace WeChatMask.Domain.PublicLog;

/// <summary>
/// Reads a log from its first line on and holds every line against those before it, as a stranger would who has nothing else. The root
/// over what was read is for comparing with the one that was signed.
/// </summary>
public sealed class Replay
{
    private const long MostSecondsBack = 15;

    private readonly IReadOnlyDictionary<DateOnly, DrawRules> draws;
    private readonly SortedDictionary<DateOnly, ReplayRound> rounds = [];
    private readonly List<(DateOnly From, Hash Document)> policies = [];
    private readonly List<Finding> findings = [];
    private readonly Frontier tree = new();
    private readonly Action<FindingCode> say;
    private string origin = "";
    private long latest;

    /// <param name="draws">The rules of rounds that are drawn; the log has only their hash. A draw without is not understood.</param>
    public Replay(IReadOnlyDictionary<DateOnly, DrawRules>? draws = null)
    {
        this.draws = draws ?? new Dictionary<DateOnly, DrawRules>();
        say = code => findings.Add(new Finding(tree.Size - 1, code));
    }

    /// <summary>In the order of the lines.</summary>
    public IReadOnlyList<Finding> Findings => findings;

    public long Size => tree.Size;

    public Hash Root() => tree.Root();

    /// <summary>What the log says of each round that was planned, in the order of the days. It follows what is added.</summary>
    public IEnumerable<LoggedRound> Rounds => rounds.Where(r => r.Value.IsPlanned).Select(r => new LoggedRound(r.Key, r.Value));

    public LoggedRound? Round(DateOnly day) => rounds.GetValueOrDefault(day) is { IsPlanned: true } round ? new LoggedRound(day, round) : null;

    /// <summary>Reads the next line. Gives its leaf.</summary>
    public Hash Add(ReadOnlySpan<char> entry)
    {
        var leaf = MerkleTree.Leaf(entry);
        tree.Add(leaf);
        if (EntryFields.TryRead(entry, out var fields)) Read(fields);
        else say(FindingCode.F01);
        return leaf;
    }

    /// <summary>Round by round, of each pharmacy that has places.</summary>
    public SortedDictionary<DateOnly, IReadOnlyDictionary<string, PharmacyFigures>> Figures()
    {
        var figures = new SortedDictionary<DateOnly, IReadOnlyDictionary<string, PharmacyFigures>>();
        foreach (var (day, round) in rounds.Where(r => r.Value.IsPlanned))
            figures.Add(day, round.WithQuota.ToDictionary(p => p.Key, p => p.Value.Figures, StringComparer.Ordinal));
        return figures;
    }

    private void Read(in EntryFields fields)
    {
        if ((tree.Size == 1) != (fields.Kind == EntryKind.Log)) say(FindingCode.F02);
        LookAtTime(fields);
        switch (fields.Kind)
        {
            case EntryKind.Unknown:
                say(FindingCode.N01);
                break;
            case EntryKind.Log:
                if (tree.Size == 1) origin = fields[1].ToString();
                break;
            case EntryKind.Key or EntryKind.Audit or EntryKind.Fork or EntryKind.Deliver:
                break;
            case EntryKind.Policy:
                SetPolicy(fields.Day(0), fields.Hash(1));
                break;
            case EntryKind.Round:
                Plan(fields);
                break;
            case EntryKind.Carry:
                Post(fields);
                break;
            default:
                if (rounds.GetValueOrDefault(fields.Day(0)) is { IsPlanned: true } round) Follow(round, fields);
                else say(FindingCode.F06);
                break;
        }
    }

    private void LookAtTime(in EntryFields fields)
    {
        var field = EntryShapes.InstantOf(fields.Kind);
        if (field < 0) return;
        var at = fields.Number(field);
        if (at + MostSecondsBack < latest) say(FindingCode.N02);
        latest = Math.Max(latest, at);
    }

    private void SetPolicy(DateOnly from, Hash document)
    {
        if (rounds.Any(r => r.Value.HasBegun && r.Key >= from)) say(FindingCode.F03);
        policies.Add((from, document));
    }

    private void Plan(in EntryFields fields)
    {
        var day = fields.Day(0);
        var before = rounds.GetValueOrDefault(day);
        if (before is { HasBegun: true })
        {
            say(FindingCode.F04);
            return;
        }

        var round = new ReplayRound(say, fields, before, draws.GetValueOrDefault(day));
        round.HadOtherPolicy = NewestPolicy(day) != round.Policy;
        if (round.HadOtherPolicy) say(FindingCode.F05);
        if (round.Pickup <= day || round.Units < 1) say(FindingCode.F06);
        rounds[day] = round;
    }

    private void Post(in EntryFields fields)
    {
        var (from, to) = (fields.Day(0), fields.Day(1));
        var (left, lapsed, cancelled, difference) = (fields.Number(3), fields.Number(4), fields.Number(5), fields.Number(6));
        if (!rounds.TryGetValue(to, out var next)) rounds.Add(to, next = new ReplayRound(say));
        next.Pharmacy(fields[2]).Posted += (Int128)left + lapsed + cancelled + difference;
        if (!rounds.TryGetValue(from, out var ended)) return;
        var pharmacy = ended.Pharmacy(fields[2]);
        pharmacy.Sent = (pharmacy.Sent.Left + left, pharmacy.Sent.Lapsed + lapsed, pharmacy.Sent.Cancelled + cancelled);
    }

    private void Follow(ReplayRound round, in EntryFields fields)
    {
        if (fields.Kind is EntryKind.Book or EntryKind.Apply or EntryKind.Close or EntryKind.Seal && !round.HasBegun) Begin(fields.Day(0), round);
        switch (fields.Kind)
        {
            case EntryKind.Window:
                round.SetWindow(fields);
                break;
            case EntryKind.Quota:
                round.SetQuota(fields);
                break;
            case EntryKind.Book:
                round.Book(fields);
                break;
            case EntryKind.Cancel or EntryKind.Give or EntryKind.Void or EntryKind.Move or EntryKind.Lapse or EntryKind.Transfer:
                round.Change(fields);
                break;
            case EntryKind.Close:
                round.Close(fields);
                break;
            case EntryKind.List:
                round.List(fields);
                break;
            case EntryKind.Publish:
                round.Publish();
                break;
            case EntryKind.End:
                round.End();
                break;
            case EntryKind.Shred:
                round.Shred(fields);
                break;
            default:
                if (round.Draw is { } draw) draw.Follow(fields, origin, tree);
                else say(FindingCode.F12);
                break;
        }
    }

    private void Begin(DateOnly day, ReplayRound round)
    {
        round.Begin(NewestPolicy(day));
        foreach (var ended in rounds.Values)
            if (ended is { IsEnded: true, IsSettled: false }) ended.Settle();
    }

    /// <summary>The version that holds for a day: of the latest date that is not after it, the one that was logged last.</summary>
    private Hash? NewestPolicy(DateOnly day)
    {
        (DateOnly From, Hash Document)? newest = null;
        foreach (var policy in policies)
            if (policy.From <= day && !(policy.From < newest?.From)) newest = policy;
        return newest?.Document;
    }
}
