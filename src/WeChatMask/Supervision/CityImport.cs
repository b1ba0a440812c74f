using System.Text.Json;
using System.Text.Json.Serialization;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Supervision;

/// <summary>A city as a file: its name, its dated policies and its pharmacies.</summary>
/// <param name="City">Short name in ASCII.</param>
/// <param name="Name">Name people read.</param>
/// <param name="TimeZone">IANA zone.</param>
/// <param name="AccountName">Name of the official account.</param>
/// <param name="Policies">Dated rules.</param>
/// <param name="Pharmacies">Who hands out.</param>
/// <param name="Clock">Where the sandbox's clock starts; ignored elsewhere.</param>
/// <param name="DemoData">Whether the pharmacies are made up.</param>
public sealed record CityFile(
    string City, string Name, string TimeZone, string AccountName,
    IReadOnlyList<JsonElement> Policies, IReadOnlyList<CityPharmacy> Pharmacies,
    DateTimeOffset? Clock = null, bool DemoData = false);

/// <summary>A pharmacy in a city file.</summary>
public sealed record CityPharmacy(
    string Code, string Name, string Address, string District, double Latitude, double Longitude,
    string Phone, string ContactMobile, string QuotaGroup, DateOnly Joins);

/// <summary>Brings a city file into the database: policies are added when they are not there yet, pharmacies are added or brought up to date by code.</summary>
public sealed class CityImport(Database database, PersonalData personal, TimeProvider time)
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
        var policies = city.Policies.Select(p => PolicyBook.Parse(p.GetRawText())).ToList();
        foreach (var policy in policies)
        {
            if (policy.Faults() is { Count: > 0 } faults)
                throw new InvalidDataException($"The policy from {policy.From:yyyy-MM-dd} cannot be used: {string.Join(", ", faults)}.");
        }

        return database.WriteAsync(
            async transaction =>
            {
                await SetAsync(transaction, CityQueries.NameSetting, city.Name);
                await SetAsync(transaction, CityQueries.AccountNameSetting, city.AccountName);
                foreach (var policy in policies) await AddPolicyAsync(transaction, policy, by);
                foreach (var pharmacy in city.Pharmacies) await PutPharmacyAsync(transaction, pharmacy);
                await QuotaStore.TouchBoardAsync(transaction);
                return true;
            },
            cancellationToken);
    }

    private async Task AddPolicyAsync(WriteTransaction transaction, Policy policy, string by)
    {
        var document = PolicyBook.Write(policy);
        var newest = await transaction.QueryOneAsync<string>(
            "SELECT document FROM policy WHERE effective_from = @From ORDER BY id DESC LIMIT 1", new { policy.From });
        if (newest == document) return;
        await transaction.ExecuteAsync(
            "INSERT INTO policy (id, effective_from, document, created_at, created_by) VALUES (@id, @From, @document, @now, @by)",
            new { id = Ids.Next(), policy.From, document, now = time.GetUtcNow(), by });
    }

    private async Task PutPharmacyAsync(WriteTransaction transaction, CityPharmacy p)
    {
        var args = new
        {
            id = Ids.Next(), p.Code, p.Name, p.Address, p.District, p.Latitude, p.Longitude, p.Phone,
            contact = p.ContactMobile.Length == 0 ? "" : personal.Encrypt(p.ContactMobile), p.QuotaGroup, p.Joins,
            open = PharmacyStatus.Open,
        };
        var updated = await transaction.ExecuteAsync(
            """
            UPDATE pharmacy SET name = @Name, address = @Address, district = @District, latitude = @Latitude,
                   longitude = @Longitude, phone = @Phone, contact_mobile = @contact, quota_group = @QuotaGroup, joins_on = @Joins
             WHERE code = @Code
            """,
            args);
        if (updated > 0) return;
        await transaction.ExecuteAsync(
            """
            INSERT INTO pharmacy (id, code, name, address, district, latitude, longitude, phone, contact_mobile, quota_group, joins_on, status)
            VALUES (@id, @Code, @Name, @Address, @District, @Latitude, @Longitude, @Phone, @contact, @QuotaGroup, @Joins, @open)
            """,
            args);
    }

    private static async Task SetAsync(WriteTransaction transaction, string name, string value)
    {
        if (await transaction.ExecuteAsync("UPDATE setting SET value = @value WHERE name = @name", new { name, value }) == 0)
            await transaction.ExecuteAsync("INSERT INTO setting (name, value) VALUES (@name, @value)", new { name, value });
    }
}

/// <summary>Reads what is known of the city itself.</summary>
public sealed class CityQueries(Database database)
{
    internal const string NameSetting = "city.name";
    internal const string AccountNameSetting = "city.account";

    private CityNames? known;

    /// <summary>The city's names as people read them; empty before a city file was imported.</summary>
    public async ValueTask<CityNames> NamesAsync(CancellationToken cancellationToken)
    {
        if (known is { } names) return names;
        var rows = (await database.QueryAsync<Setting>("SELECT name, value FROM setting", cancellationToken: cancellationToken))
            .ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal);
        if (!rows.TryGetValue(NameSetting, out var city)) return new CityNames("", "");
        return known = new CityNames(city, rows.GetValueOrDefault(AccountNameSetting, ""));
    }

    private sealed class Setting
    {
        public string Name { get; init; } = "";

        public string Value { get; init; } = "";
    }
}

/// <summary>The city's and its official account's names.</summary>
public sealed record CityNames(string City, string Account);
