using System.Globalization;

namespace WeChatMask.Domain;

/// <summary>How far a day is, seen from whoever plans it.</summary>
public enum PlanDayState
{
    /// <summary>There are no rules for it yet, or it is over.</summary>
    None,

    /// <summary>Its round has not been made: what is planned holds when it is.</summary>
    Free,

    /// <summary>Its round is announced: a change is made at once, and told.</summary>
    Announced,

    /// <summary>It has opened; its places no longer follow the plan.</summary>
    Opened,

    /// <summary>There is to be no round on it.</summary>
    NoRound,
}

/// <summary>
/// A pharmacy in a day's plan, with figures by window: what the rules alone give it; what is due when the round is made, by its own line
/// or else the rules; and what it has now, in an announced round. It takes no part where it was withdrawn since.
/// </summary>
public sealed record PlannedPharmacy(
    long Id, string Code, string Name, string District, IReadOnlyList<int> ByRules, IReadOnlyList<int> Due, IReadOnlyList<int> Places, bool TakesPart = true)
{
    public int Total => Places.Sum();

    /// <summary>Whether it has a line of its own.</summary>
    public bool IsOwn => !Due.SequenceEqual(ByRules);
}

/// <summary>A row as it was typed: its line, counted from 1; the pharmacy by code or name; a figure for each window, null where the row says nothing of one.</summary>
public sealed record PlanRow(int Line, string Pharmacy, IReadOnlyList<string?> Places);

/// <summary>A pharmacy whose places are to be others than it has, or than are due.</summary>
public sealed record PlanChange(PlannedPharmacy Pharmacy, IReadOnlyList<int> After)
{
    /// <summary>Whether the places that people know change by it.</summary>
    public bool IsSeen => !After.SequenceEqual(Pharmacy.Places);
}

/// <summary>Each has its sentence in <c>Text/Plan.resx</c>.</summary>
public enum PlanProblem
{
    UnknownPharmacy,

    /// <summary>A name that several pharmacies have.</summary>
    SameName,
    UnknownWindow,

    /// <summary>The same window, or the pharmacy, is named by two columns.</summary>
    DoubleColumn,
    Number,
    Duplicate,

    /// <summary>Other than the values' number of cells.</summary>
    Columns,
    Empty,
    TooLong,

    /// <summary>Quotes that do not end, or what is no text at all.</summary>
    Unreadable,
}

/// <summary>What is wrong in a line; 0 for the whole.</summary>
public sealed record PlanFault(int Line, PlanProblem Problem, params IReadOnlyList<object> Values);

/// <summary>What a plan's rows mean for the pharmacies of a day.</summary>
public static class PlanRules
{
    public const int MostPlaces = 100_000;

    /// <summary>The changes that the rows and what is due make; none of them where anything is wrong.</summary>
    public static (IReadOnlyList<PlanChange> Changes, IReadOnlyList<PlanFault> Faults) Judge(IReadOnlyList<PlanRow> rows, IReadOnlyList<PlannedPharmacy> pharmacies)
    {
        var byCode = pharmacies.Where(p => p.TakesPart).ToDictionary(p => p.Code, StringComparer.OrdinalIgnoreCase);
        var byName = pharmacies.Where(p => p.TakesPart).ToLookup(p => p.Name, StringComparer.Ordinal);
        var after = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal);
        var faults = new List<PlanFault>();
        foreach (var row in rows)
        {
            var name = row.Pharmacy.Trim();
            var named = byCode.TryGetValue(name, out var known) ? [known] : byName[name].ToList();
            if (named.Count != 1) faults.Add(new PlanFault(row.Line, named.Count == 0 ? PlanProblem.UnknownPharmacy : PlanProblem.SameName, Short(name)));
            else if (after.ContainsKey(named[0].Code)) faults.Add(new PlanFault(row.Line, PlanProblem.Duplicate, named[0].Code));
            else after.Add(named[0].Code, Read(row, named[0], faults));
        }

        if (faults.Count > 0) return ([], faults);
        return ([.. pharmacies.Select(p => new PlanChange(p, after.GetValueOrDefault(p.Code) ?? p.Due)).Where(c => c.IsSeen || !c.After.SequenceEqual(c.Pharmacy.Due))], []);
    }

    /// <summary>Whether a day that is named so may be planned: not over, and not so far that nobody means it.</summary>
    public static bool IsWithin(DateOnly day, DateOnly today) => day >= today && day <= today.AddDays(Furthest);

    private const int Furthest = 92;

    private static int[] Read(PlanRow row, PlannedPharmacy pharmacy, List<PlanFault> faults)
    {
        var places = new int[pharmacy.Due.Count];
        if (row.Places.Count != places.Length)
        {
            faults.Add(new PlanFault(row.Line, PlanProblem.Columns, pharmacy.Code, places.Length, row.Places.Count));
            return places;
        }

        for (var i = 0; i < places.Length; i++)
        {
            if (row.Places[i] is not { } typed) places[i] = pharmacy.Places[i];
            else if (int.TryParse(typed.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var figure) && figure <= MostPlaces) places[i] = figure;
            else faults.Add(new PlanFault(row.Line, PlanProblem.Number, pharmacy.Code, i + 1, Short(typed), MostPlaces));
        }

        return places;
    }

    private static string Short(string typed) => typed.Length <= Longest ? typed : typed[..Longest];

    private const int Longest = 40;
}
