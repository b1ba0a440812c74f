using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;

namespace WeChatMask.City;

/// <summary>Writes a city's rules, pharmacies and names, inside the import's transaction.</summary>
public sealed class CityStore(PersonalData personal, TimeProvider time)
{
    /// <summary>Adds a version unless the newest of its date says the same. Gives the version that holds.</summary>
    public async Task<long> AddPolicyAsync(WriteTransaction transaction, Policy policy, string by)
    {
        var document = PolicyDocument.Write(policy);
        if (await FindAsync(transaction, policy) is { } known) return known;
        var id = Ids.Next();
        await transaction.ExecuteAsync(
            "INSERT INTO policy (id, effective_from, document, created_at, created_by) VALUES (@id, @From, @document, @now, @by)",
            new { id, policy.From, document, now = time.GetUtcNow(), by });
        transaction.Log(LogEntry.Policy(policy.From, await LogDocumentStore.PutAsync(transaction, document), time.GetUtcNow().ToUnixTimeSeconds()));
        return id;
    }

    /// <summary>The newest version of its date, where it says the same.</summary>
    internal static async Task<long?> FindAsync(WriteTransaction transaction, Policy policy)
    {
        var newest = await transaction.QueryOneAsync<Version>("SELECT id, document FROM policy WHERE effective_from = @From ORDER BY id DESC LIMIT 1", new { policy.From });
        return newest?.Document == PolicyDocument.Write(policy) ? newest.Id : null;
    }

    /// <summary>The newest day whose round has opened, under rules that nobody may change any more.</summary>
    internal async Task<DateOnly?> LastOpenedAsync(WriteTransaction transaction) =>
        (await transaction.ScalarAsync<string?>("SELECT MAX(date) FROM round WHERE opens_at <= @now OR closed_at IS NOT NULL", new { now = time.GetUtcNow() }))?.ToDay();

    /// <summary>Adds a pharmacy, or brings it up to date by its code.</summary>
    public async Task PutPharmacyAsync(WriteTransaction transaction, CityPharmacy p)
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

    /// <summary>Writes a fact of the city.</summary>
    public static async Task SetAsync(WriteTransaction transaction, string name, string value)
    {
        if (await transaction.ExecuteAsync("UPDATE setting SET value = @value WHERE name = @name", new { name, value }) == 0)
            await transaction.ExecuteAsync("INSERT INTO setting (name, value) VALUES (@name, @value)", new { name, value });
    }

    private sealed class Version
    {
        public long Id { get; init; }
        public string Document { get; init; } = "";
    }
}
