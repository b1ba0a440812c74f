using System.Collections.Concurrent;
using WeChatMask.Domain;

namespace WeChatMask.Sandbox;

/// <summary>What the registry knows of a person.</summary>
public sealed record RegisteredPerson(string IdNumber, string Name, bool Eligible, string? Reason = null);

/// <summary>What the registry says to the app.</summary>
public sealed record RegistryVerdict(bool Eligible, string? Reason = null);

/// <summary>The stand-in population registry: everybody is eligible unless it was told otherwise. Kept in the data folder.</summary>
public sealed class PopulationRegistry : IDisposable
{
    private readonly ConcurrentDictionary<string, RegisteredPerson> people = new(StringComparer.OrdinalIgnoreCase);
    private readonly JsonLines<RegisteredPerson> file;

    /// <summary>Opens the file and reads what is in it; of one person the last line holds.</summary>
    public PopulationRegistry(string path) => file = new JsonLines<RegisteredPerson>(path, Remember);

    /// <summary>Tells the registry of a person.</summary>
    public void Put(RegisteredPerson person) => file.Append(person, Remember);

    /// <summary>Whether a person may book.</summary>
    public RegistryVerdict LookUp(string idNumber, string name)
    {
        if (!people.TryGetValue(Folding.Number(idNumber) ?? "", out var person)) return new RegistryVerdict(true);
        if (Folded(person.Name) != Folded(name)) return new RegistryVerdict(false, EligibilityRules.OtherName);
        return new RegistryVerdict(person.Eligible, person.Reason);
    }

    public void Dispose() => file.Dispose();

    // The register was typed on other keyboards, too.
    private static string Folded(string name) => PersonName.TryParse(name)?.Value ?? name.Trim();

    private void Remember(RegisteredPerson person) => people[Folding.Number(person.IdNumber) ?? ""] = person;
}
