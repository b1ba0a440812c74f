using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.City;

/// <summary>A city as a file: its name, its dated policies and its pharmacies.</summary>
/// <remarks>
/// <c>City</c> is a short name in ASCII, the zone is IANA's. The clock is where the sandbox's starts, ignored elsewhere; demo data
/// means that the pharmacies are made up.
/// </remarks>
public sealed record CityFile(
    string City, string Name, string TimeZone, string AccountName,
    IReadOnlyList<JsonElement> Policies, IReadOnlyList<CityPharmacy> Pharmacies,
    DateTimeOffset? Clock = null, bool DemoData = false);

/// <summary>A pharmacy in a city file; its place in WGS-84.</summary>
public sealed record CityPharmacy(
    string Code, string Name, string Address, string District, double Latitude, double Longitude,
    string Phone, string ContactMobile, string QuotaGroup, DateOnly Joins);

/// <summary>Brings a city file into the database: policies are added when they are not there yet, pharmacies are added or brought up to date by code.</summary>
public sealed class CityImport(Database database, CityStore store)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads a city file.</summary>
    /// <exception cref="JsonException">It is not one; the message says where.</exception>
    public static CityFile Read(Stream stream) =>
        JsonSerializer.Deserialize<CityFile>(stream, Json) ?? throw new JsonException("The city file is empty.");

    /// <summary>Writes it in one transaction. The same file again changes nothing.</summary>
    /// <exception cref="InvalidDataException">A policy or a text cannot be used; the message names the member.</exception>
    public Task ImportAsync(CityFile city, string by, CancellationToken cancellationToken)
    {
        var policies = city.Policies.Select((p, i) => Read(p, i)).ToList();
        if (Texts(city).Select(t => (t.Member, Control: PlainText.FirstControl(t.Text ?? ""))).FirstOrDefault(t => t.Control is not null) is { Control: { } control } unshown)
            throw new InvalidDataException($"{unshown.Member} has the character {control.Name} at place {control.Position}, which cannot be shown; remove it.");
        // A code is printed on vouchers, in the dense characters of a QR code.
        var bad = city.Pharmacies.FirstOrDefault(p => !IsCode(p.Code));
        if (bad is not null) throw new InvalidDataException($"The pharmacy code {bad.Code} is not 1 to 32 capitals, digits or hyphens.");

        return database.WriteAsync(
            async transaction =>
            {
                await CityStore.SetAsync(transaction, CityQueries.NameSetting, city.Name);
                await CityStore.SetAsync(transaction, CityQueries.AccountNameSetting, city.AccountName);
                foreach (var pharmacy in city.Pharmacies) await store.PutPharmacyAsync(transaction, pharmacy);
                var names = await CityQueries.PlacesNamesAsync(transaction.Connection, transaction.Transaction);
                var opened = await store.LastOpenedAsync(transaction);
                foreach (var (policy, index) in policies.Select((p, i) => (p, i)))
                {
                    if (policy.UnknownPharmacies(names) is { Count: > 0 } faults) throw Refused(index, faults);
                    if (policy.From <= opened && await CityStore.FindAsync(transaction, policy) is null) throw TooLate(index, policy.From, opened.Value);
                    await store.AddPolicyAsync(transaction, policy, by);
                }

                await QuotaStore.TouchBoardAsync(transaction);
            },
            cancellationToken);
    }

    /// <summary>Whether a text may be a pharmacy's code.</summary>
    internal static bool IsCode(string text) => text.Length is > 0 and <= 32 && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-');

    private static Policy Read(JsonElement document, int index)
    {
        var (policy, faults) = PolicyDocument.Read(document);
        return policy ?? throw Refused(index, faults);
    }

    private static InvalidDataException Refused(int index, IReadOnlyList<PolicyFault> faults) => new($"policies[{index}] cannot be used: {string.Join("; ", faults)}.");

    private static InvalidDataException TooLate(int index, DateOnly from, DateOnly opened) => new(string.Create(
        CultureInfo.InvariantCulture, $"policies[{index}] holds from {from:yyyy-MM-dd} and is new, but the round of {opened:yyyy-MM-dd} has opened by the rules before; let it hold from {opened.AddDays(1):yyyy-MM-dd} at the earliest."));

    private static IEnumerable<(string Member, string? Text)> Texts(CityFile city) =>
    [
        ("name", city.Name), ("accountName", city.AccountName),
        .. city.Pharmacies.SelectMany((p, i) => new (string Name, string? Text)[]
        {
            ("code", p.Code), ("name", p.Name), ("address", p.Address), ("district", p.District), ("phone", p.Phone), ("contactMobile", p.ContactMobile), ("quotaGroup", p.QuotaGroup),
        }.Select(t => ($"pharmacies[{i}].{t.Name}", t.Text))),
    ];
}
