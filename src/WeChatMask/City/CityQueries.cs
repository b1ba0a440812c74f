using System.Data.Common;
using Dapper;
using WeChatMask.Data;

namespace WeChatMask.City;

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

    /// <summary>What a rule may give places to: the codes of the city's pharmacies, and their groups.</summary>
    internal static async Task<IReadOnlySet<string>> PlacesNamesAsync(DbConnection connection, DbTransaction? transaction) =>
        (await connection.QueryAsync<string>("SELECT code FROM pharmacy UNION SELECT quota_group FROM pharmacy", transaction: transaction)).ToHashSet(StringComparer.Ordinal);

    private sealed class Setting
    {
        public string Name { get; init; } = "";
        public string Value { get; init; } = "";
    }
}

/// <summary>The city's and its official account's names.</summary>
public sealed record CityNames(string City, string Account);
