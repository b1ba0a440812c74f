using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.City;

/// <summary>Pharmacies that are named together, by a name that the staff gives them.</summary>
public sealed class PharmacyListStore(Database database, CityCalendar calendar)
{
    public const int LongestName = 20;

    /// <summary>All lists by name, each with its codes in order.</summary>
    public async Task<IReadOnlyList<NamedPharmacies>> AllAsync(CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<Row>(
            """
            SELECT l.name, p.code
              FROM pharmacy_list l
              JOIN pharmacy_list_member m ON m.list_id = l.id
              JOIN pharmacy p             ON p.id = m.pharmacy_id
             ORDER BY l.name, p.code
            """,
            cancellationToken: cancellationToken)).GroupBy(r => r.Name, StringComparer.Ordinal).Select(g => new NamedPharmacies(g.Key, [.. g.Select(r => r.Code)]))];

    /// <summary>Makes a list, or puts other pharmacies into it; without any it is removed. Gives the codes that are none, and then changes nothing.</summary>
    public Task<IReadOnlyList<string>> PutAsync(string actor, string name, IReadOnlyCollection<string> codes, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var known = codes.Count == 0 ? [] : await transaction.SelectByKeysAsync<string, Known>("SELECT id, code FROM pharmacy", "code", codes);
            IReadOnlyList<string> strangers = [.. codes.Except(known.Select(k => k.Code), StringComparer.Ordinal)];
            if (strangers.Count > 0) return strangers;
            var old = await transaction.ScalarAsync<long>("SELECT COALESCE(MAX(id), 0) FROM pharmacy_list WHERE name = @name", new { name });
            await transaction.ExecuteAsync("DELETE FROM pharmacy_list_member WHERE list_id = @old", new { old });
            var removed = await transaction.ExecuteAsync("DELETE FROM pharmacy_list WHERE id = @old", new { old });
            if (known.Count == 0 && removed == 0) return strangers;
            if (known.Count > 0)
            {
                var id = Ids.Next();
                await transaction.ExecuteAsync("INSERT INTO pharmacy_list (id, name) VALUES (@id, @name)", new { id, name });
                await transaction.InsertManyAsync("pharmacy_list_member", ["list_id", "pharmacy_id"], [.. known.Select(k => new object?[] { id, k.Id })]);
            }

            await AuditStore.AddAsync(transaction, calendar.Now, actor, "pharmacies.list", name, FormattableString.Invariant($"{known.Count} pharmacies"));
            return strangers;
        },
        cancellationToken);

    private sealed class Row
    {
        public string Name { get; init; } = "";
        public string Code { get; init; } = "";
    }

    private sealed class Known
    {
        public long Id { get; init; }
        public string Code { get; init; } = "";
    }
}

/// <summary>Pharmacies that are named together.</summary>
public sealed record NamedPharmacies(string Name, IReadOnlyList<string> Codes);
