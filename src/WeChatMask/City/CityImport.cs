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
    /// <exception cref="InvalidDataException">A policy contradicts itself.</exception>
    public Task ImportAsync(CityFile city, string by, CancellationToken cancellationToken)
    {
        var policies = city.Policies.Select(p => PolicyDocument.Parse(p.GetRawText())).ToList();
        foreach (var policy in policies)
        {
            if (policy.Faults() is { Count: > 0 } faults)
                throw new InvalidDataException($"The policy from {policy.From:yyyy-MM-dd} cannot be used: {string.Join(", ", faults)}.");
        }

        // A code is printed on vouchers, in the dense characters of a QR code.
        var bad = city.Pharmacies.FirstOrDefault(p => p.Code.Length is 0 or > 32 || !p.Code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-'));
        if (bad is not null) throw new InvalidDataException($"The pharmacy code {bad.Code} is not 1 to 32 capitals, digits or hyphens.");

        return database.WriteAsync(
            async transaction =>
            {
                await CityStore.SetAsync(transaction, CityQueries.NameSetting, city.Name);
                await CityStore.SetAsync(transaction, CityQueries.AccountNameSetting, city.AccountName);
                foreach (var policy in policies) await store.AddPolicyAsync(transaction, policy, by);
                foreach (var pharmacy in city.Pharmacies) await store.PutPharmacyAsync(transaction, pharmacy);
                await QuotaStore.TouchBoardAsync(transaction);
            },
            cancellationToken);
    }
}
