using System.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>The draw of a round that is replayed.</summary>
internal sealed class ReplayDraw(ReplayRound round, DateOnly day, DrawRules rules, Action<FindingCode> say)
{
    private readonly Dictionary<string, Hash> commitments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Hash> shares = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, DrawApplication> applications = [];
    private readonly HashSet<long> gone = [];
    private readonly HashSet<string> attested = new(StringComparer.Ordinal);
    private readonly Queue<DrawWin> expected = new();
    private readonly HashSet<(string Code, long Persons)> cutsSeen = [];
    private (long Size, Hash Root)? seal;
    private (string Source, string Value)? beacon;
    private DrawResult? result;

    public bool IsSealed => seal is not null;

    /// <summary>Drawn, with every winner and every cut told.</summary>
    public bool IsComplete => result is not null && expected.Count == 0 && cutsSeen.Count == result.Cuts.Count * rules.Persons;

    private IEnumerable<DrawApplication> Live => applications.Values.Where(a => !gone.Contains(a.Index));

    /// <summary>The tree ends with the line.</summary>
    public void Follow(in EntryFields line, string origin, Frontier tree)
    {
        if (line.Kind == EntryKind.Apply)
        {
            Apply(line, tree.Size - 1);
            return;
        }

        if (line.Kind == EntryKind.Seal)
        {
            Seal(line, tree);
            return;
        }

        var (isRight, code) = line.Kind switch
        {
            EntryKind.Commit => (TryCommit(line, origin), FindingCode.F19),
            EntryKind.Withdraw or EntryKind.Reject => (TryRemove(line.Number(1)), FindingCode.F21),
            EntryKind.Reveal => (TryReveal(line, origin), FindingCode.F22),
            EntryKind.Beacon => (TryBeacon(line), FindingCode.F22),
            EntryKind.Attest => (TryAttest(line, origin), FindingCode.F22),
            EntryKind.Draw => (TryDraw(line, origin), FindingCode.F23),
            EntryKind.Win => (TryWin(line), FindingCode.F24),
            _ => (TryCut(line), FindingCode.F24),
        };
        if (!isRight) say(code);
    }

    private bool TryCommit(in EntryFields line, string origin)
    {
        var (party, commitment) = (line[1].ToString(), line.Hash(2));
        return IsSigned(party, line[3], Draw.CommitText(origin, day, party, commitment)) && !round.HasBegun && commitments.TryAdd(party, commitment);
    }

    private void Apply(in EntryFields line, long index)
    {
        var at = line.Number(4);
        if (applications.Count == 0 && commitments.Count < rules.Quorum) say(FindingCode.F19);
        else if (applications.Count == 0 && commitments.Count < rules.Parties.Count) say(FindingCode.N07);
        if (IsSealed || !round.Windows.Values.Any(w => w.Opens <= at && at < w.Closes)) say(FindingCode.F20);
        var application = new DrawApplication(index, line.Number(1), line[2].ToString().Split(','), line.Number(3));
        var isAllowed = application.Preferences.Count <= rules.Preferences && application.Preferences.All(c => round.Pharmacy(c).HasQuota)
            && application.Persons >= 1 && application.Persons <= rules.Persons
            && application.Tickets >= 1 && application.Tickets <= 1 + rules.ExtraTickets;
        if (!isAllowed) say(FindingCode.F20);
        else if (!IsSealed) applications.Add(index, application);
    }

    private bool TryRemove(long index) => !IsSealed && applications.ContainsKey(index) && gone.Add(index);

    private void Seal(in EntryFields line, Frontier tree)
    {
        if (IsSealed || !(line.Number(2) >= round.Closes)) say(FindingCode.F21);
        if (line.Number(1) != Live.Count()) say(FindingCode.F21);
        seal ??= (tree.Size, tree.Root());
        round.IsClosed = true;
    }

    private bool TryReveal(in EntryFields line, string origin)
    {
        var (party, share) = (line[1].ToString(), line.Hash(2));
        return IsSealed && beacon is null && commitments.TryGetValue(party, out var commitment)
            && Draw.ShareCommitment(origin, day, party, share) == commitment && shares.TryAdd(party, share);
    }

    private bool TryBeacon(in EntryFields line)
    {
        if (!IsSealed || beacon is not null || !line[1].SequenceEqual(rules.Beacon)) return false;
        beacon = (rules.Beacon, line[2].ToString());
        return true;
    }

    private bool TryAttest(in EntryFields line, string origin)
    {
        var party = line[1].ToString();
        return beacon is { } seen && result is null && IsSigned(party, line[2], Draw.BeaconText(origin, day, seen.Source, seen.Value)) && attested.Add(party);
    }

    private bool TryDraw(in EntryFields line, string origin)
    {
        var hasBeacon = rules.Beacon != DrawRules.NoBeacon;
        var needed = hasBeacon ? rules.Quorum : Math.Max(commitments.Count, rules.Quorum);
        if (seal is not { } sealedAt || result is not null || shares.Count < needed || (hasBeacon && attested.Count < needed)) return false;
        var (source, value) = beacon ?? (DrawRules.NoBeacon, "-");
        var revealed = rules.Parties.Select(p => (p.Id, shares.TryGetValue(p.Id, out var share) ? share : (Hash?)null));
        var seed = Hash.Of(Encoding.UTF8.GetBytes(Draw.SeedText(origin, day, sealedAt.Size, sealedAt.Root, revealed, source, value)));
        var places = round.WithQuota.ToDictionary(p => p.Key, p => long.CreateSaturating(p.Value.Places), StringComparer.Ordinal);
        result = Draw.Allocate(seed, Live, places, rules.Persons);
        foreach (var win in result.Wins) expected.Enqueue(win);
        return seed == line.Hash(1);
    }

    private bool TryWin(in EntryFields line)
    {
        var win = new DrawWin(line.Number(1), line[2].ToString(), line.Number(3));
        if (!expected.TryPeek(out var next) || next != win) return false;
        expected.Dequeue();
        var pharmacy = round.Pharmacy(win.Code);
        for (var i = 0; i < applications[win.Index].Persons; i++) pharmacy.Take(win.Serial + i, round.Windows.Keys.Max());
        return true;
    }

    private bool TryCut(in EntryFields line)
    {
        var (code, persons) = (line[1].ToString(), line.Number(2));
        if (result is null || !result.Cuts.TryGetValue(code, out var cuts) || persons < 1 || persons > cuts.Length) return false;
        if (!line[3].SequenceEqual(cuts[persons - 1]?.ToString() ?? "-")) return false;
        cutsSeen.Add((code, persons));
        return true;
    }

    private bool IsSigned(string party, ReadOnlySpan<char> text, string message)
    {
        if (rules.Parties.FirstOrDefault(p => p.Id == party) is not { } known) return false;
        Span<byte> key = stackalloc byte[P256.PublicKeySize];
        Span<byte> signature = stackalloc byte[P256.SignatureSize];
        return CanonicalBase64.TryDecodeUrl(known.Key, key) && CanonicalBase64.TryDecodeUrl(text, signature)
            && P256.Verify(key, Encoding.UTF8.GetBytes(message), signature);
    }
}
