using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>A pharmacy of the simulated city.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Group">Whose quotas it has.</param>
/// <param name="Joins">First round that it takes part in.</param>
/// <param name="Index">Its place in the city's list, from 0.</param>
internal sealed record Shop(string Code, string Group, DateOnly Joins, int Index);

/// <summary>The rules of a round as the city's file states them.</summary>
/// <param name="From">First round they hold for.</param>
/// <param name="Units">Units of one booking.</param>
/// <param name="UnitPrice">Yuan for one.</param>
/// <param name="CooldownDays">Booked on day D, bookable again from D + this.</param>
/// <param name="LapseKeepsCooldown">Whether what was not collected still counts.</param>
/// <param name="CancellationLiftsCooldown">Whether what was given back no longer counts.</param>
/// <param name="PersonsPerAccount">How many persons an account may look after.</param>
/// <param name="ProxyCap">How many others one person may collect for on a day.</param>
/// <param name="Windows">Opening and close of each window.</param>
/// <param name="Quotas">Planned places a window, by group; <c>*</c> serves the others.</param>
/// <param name="PickupOpens">Begin of the pickup hours.</param>
/// <param name="PickupCloses">Their end.</param>
/// <param name="CancelUntil">Time of the pickup day until which a booking may be given back.</param>
/// <param name="AsksRegistry">Whether the population registry decides who is eligible.</param>
internal sealed record DayRules(
    DateOnly From, int Units, decimal UnitPrice, int CooldownDays, bool LapseKeepsCooldown, bool CancellationLiftsCooldown,
    int PersonsPerAccount, int ProxyCap, IReadOnlyList<(TimeOnly Opens, TimeOnly Closes)> Windows, IReadOnlyDictionary<string, int[]> Quotas,
    TimeOnly PickupOpens, TimeOnly PickupCloses, TimeOnly CancelUntil, bool AsksRegistry)
{
    /// <summary>Planned places of a pharmacy, one figure a window.</summary>
    public int[] PlacesOf(Shop shop) => Quotas.TryGetValue(shop.Group, out var own) ? own : Quotas["*"];
}

/// <summary>What a city's file says, read by the simulation itself so that its predictions owe nothing to the product's code.</summary>
internal sealed class CityRules
{
    private readonly IReadOnlyList<DayRules> policies;
    private readonly TimeZoneInfo zone;

    private CityRules(string json, JsonElement city)
    {
        Json = json;
        Name = city.GetProperty("city").GetString()!;
        zone = TimeZoneInfo.FindSystemTimeZoneById(city.GetProperty("timeZone").GetString()!);
        policies = [.. city.GetProperty("policies").EnumerateArray().Select(PolicyOf).OrderBy(p => p.From)];
        Shops = [.. city.GetProperty("pharmacies").EnumerateArray().Select((p, i) => new Shop(Text(p, "code"), Text(p, "quotaGroup"), Day(p, "joins"), i))];
    }

    /// <summary>The city's short name.</summary>
    public string Name { get; }

    /// <summary>The file these rules were read from, with the pharmacies that take part.</summary>
    public string Json { get; }

    /// <summary>Every pharmacy, those that join later too.</summary>
    public IReadOnlyList<Shop> Shops { get; }

    /// <summary>Reads a city's file.</summary>
    /// <param name="json">Its text.</param>
    /// <param name="pharmacies">How many pharmacies take part, taken evenly from the list; all without it.</param>
    public static CityRules Read(string json, int? pharmacies)
    {
        var city = JsonNode.Parse(json)!;
        var all = city["pharmacies"]!.AsArray();
        if (pharmacies is { } count && count < all.Count)
            city["pharmacies"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => all[i * all.Count / count]!.DeepClone())]);
        var text = city.ToJsonString();
        using var document = JsonDocument.Parse(text);
        return new CityRules(text, document.RootElement);
    }

    /// <summary>The rules of a round: the newest that are not dated after it.</summary>
    public DayRules Of(DateOnly date) => policies.Last(p => p.From <= date);

    /// <summary>Who takes part in a round.</summary>
    public IReadOnlyList<Shop> ShopsOf(DateOnly date) => [.. Shops.Where(s => s.Joins <= date)];

    /// <summary>A day and time of the city as an instant.</summary>
    public DateTimeOffset At(DateOnly date, TimeOnly time)
    {
        var local = date.ToDateTime(time);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private static DayRules PolicyOf(JsonElement p)
    {
        var pickup = p.GetProperty("pickup");
        return new DayRules(
            Day(p, "from"), Number(p, "unitsPerBooking"), Number(p, "unitPriceFen") / 100m, Number(p, "cooldownDays"),
            p.GetProperty("lapseKeepsCooldown").GetBoolean(), p.GetProperty("cancellationLiftsCooldown").GetBoolean(),
            Number(p, "residentsPerAccount"), Number(p, "proxyCap"),
            [.. p.GetProperty("windows").EnumerateArray().Select(w => (Time(w, "opens"), Time(w, "closes")))],
            p.GetProperty("quotas").EnumerateObject().ToDictionary(
                q => q.Name, q => q.Value.EnumerateArray().Select(n => n.GetInt32()).ToArray(), StringComparer.Ordinal),
            Time(pickup, "opens"), Time(pickup, "closes"), Time(p, "cancelUntil"), Text(p, "eligibility") == "registry");
    }

    private static string Text(JsonElement e, string member) => e.GetProperty(member).GetString()!;

    private static int Number(JsonElement e, string member) => e.GetProperty(member).GetInt32();

    private static DateOnly Day(JsonElement e, string member) => DateOnly.ParseExact(Text(e, member), "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static TimeOnly Time(JsonElement e, string member) => TimeOnly.ParseExact(Text(e, member), "HH:mm", CultureInfo.InvariantCulture);
}
