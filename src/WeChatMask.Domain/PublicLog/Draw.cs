using System.Text;
using static System.FormattableString;

namespace WeChatMask.Domain.PublicLog;

/// <summary>Somebody who has a share in the seed of a draw, with the public key as the policy writes it.</summary>
public sealed record DrawParty(string Id, string Key);

/// <summary>
/// What a policy says of a draw: who has a share and how many of them are needed, where the last chance comes from, and how many tickets
/// beyond the one, preferences and persons an application may have.
/// </summary>
public sealed record DrawRules(IReadOnlyList<DrawParty> Parties, int Quorum, string Beacon, int ExtraTickets, int Preferences, int Persons)
{
    /// <summary>Every party has to reveal instead.</summary>
    public const string NoBeacon = "none";
}

/// <summary>An application, known by its line in the log.</summary>
public sealed record DrawApplication(long Index, long Persons, IReadOnlyList<string> Preferences, long Tickets);

/// <summary>An application that got places, with the first of its serials.</summary>
public readonly record struct DrawWin(long Index, string Code, long Serial);

/// <summary>
/// Who got what, and for each pharmacy, by the number of persons from 1 on, the rank that was the last to get room for as many; null
/// where as many places are left over.
/// </summary>
public sealed record DrawResult(IReadOnlyList<DrawWin> Wins, IReadOnlyDictionary<string, Hash?[]> Cuts);

/// <summary>A draw whose seed nobody could know before the applications were sealed, worked out by anybody afterwards.</summary>
public static class Draw
{
    public static Hash ShareCommitment(string origin, DateOnly day, string party, in Hash share) =>
        Hash.Of([.. Encoding.UTF8.GetBytes(Invariant($"wechatmask share v1\n{origin}\n{day:yyyy-MM-dd}\n{party}\n")), .. share.ToBytes()]);

    /// <summary>What a party signs with its commitment.</summary>
    public static string CommitText(string origin, DateOnly day, string party, in Hash commitment) =>
        Invariant($"wechatmask commit v1\n{origin}\n{day:yyyy-MM-dd}\n{party}\n{commitment}\n");

    /// <summary>What a party signs who saw the beacon.</summary>
    public static string BeaconText(string origin, DateOnly day, string source, string value) =>
        Invariant($"wechatmask beacon v1\n{origin}\n{day:yyyy-MM-dd}\n{source}\n{value}\n");

    /// <summary>
    /// The seed is this text's SHA-256. Size and root are those right after the seal; the shares stand in the order of the rules, null of
    /// those who did not reveal.
    /// </summary>
    public static string SeedText(
        string origin, DateOnly day, long size, in Hash root, IEnumerable<(string Party, Hash? Share)> shares, string source, string value)
    {
        var text = new StringBuilder(Invariant($"wechatmask seed v1\n{origin}\n{day:yyyy-MM-dd}\n{size}\n{root}\n"));
        foreach (var (party, share) in shares) text.Append(Invariant($"{party} {share?.ToString() ?? "-"}\n"));
        return text.Append(Invariant($"beacon {source} {value}\n")).ToString();
    }

    /// <summary>The best of an application's tickets; the smallest wins.</summary>
    public static Hash Rank(in Hash seed, long index, long tickets)
    {
        var key = seed.ToBytes();
        var best = KeyedHash.Of(key, Invariant($"rank {index} 0"));
        for (var ticket = 1L; ticket < tickets; ticket++)
        {
            var rank = KeyedHash.Of(key, Invariant($"rank {index} {ticket}"));
            if (Hash.Compare(rank, best) < 0) best = rank;
        }

        return best;
    }

    /// <summary>
    /// In the order of the ranks each takes the first of its preferences that has room for all its persons. Cuts are worked out up to as
    /// many persons as an application may have.
    /// </summary>
    public static DrawResult Allocate(Hash seed, IEnumerable<DrawApplication> applications, IReadOnlyDictionary<string, long> places, int mostPersons)
    {
        var left = new Dictionary<string, long>(places, StringComparer.Ordinal);
        var cuts = places.ToDictionary(p => p.Key, _ => new Hash?[mostPersons], StringComparer.Ordinal);
        foreach (var code in places.Keys) Cut(code, default);
        var wins = new List<DrawWin>();
        var ranked = applications.Select(a => (Rank: Rank(seed, a.Index, a.Tickets), Application: a))
            .OrderBy(a => a.Rank, Comparer<Hash>.Create(Hash.Compare)).ThenBy(a => a.Application.Index);
        foreach (var (rank, application) in ranked)
        {
            if (application.Preferences.FirstOrDefault(c => left.GetValueOrDefault(c) >= application.Persons) is not { } code) continue;
            wins.Add(new DrawWin(application.Index, code, places[code] - left[code] + 1));
            left[code] -= application.Persons;
            Cut(code, rank);
        }

        return new DrawResult(wins, cuts);

        void Cut(string code, Hash rank)
        {
            for (var persons = 1; persons <= mostPersons; persons++)
                if (left[code] < persons) cuts[code][persons - 1] ??= rank;
        }
    }
}
