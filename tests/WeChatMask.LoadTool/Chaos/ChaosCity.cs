using System.Text.Json.Nodes;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>The sandbox's Loudi with many more places, in real processes: one pharmacy sells out, so that overselling would show, the others do not.</summary>
internal sealed class ChaosCity : IAsyncDisposable
{
    private const string Evening = "2020-02-10T18:58:00+08:00";
    private const int FewPlaces = 150;
    private const int PlentyPlaces = 100_000;
    private static readonly ParallelOptions Lanes = new() { MaxDegreeOfParallelism = 16 };
    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-chaos-").FullName;
    private readonly List<ChaosNode> nodes = [];
    private readonly List<Guest> guests = [];
    private readonly Database database;
    private int people;

    private ChaosCity(DatabaseSettings settings)
    {
        database = new Database(Microsoft.Extensions.Options.Options.Create(settings));
        Queries = new ChaosQueries(database);
    }

    /// <summary>The pharmacy that everybody wants first.</summary>
    public static string Few => "LD01";

    /// <summary>The pharmacies with a place for everybody.</summary>
    public static IReadOnlyList<string> Plenty { get; } = ["LD02", "LD03", "LD04", "LD05"];

    /// <summary>The processes; the first one owns the world.</summary>
    public IReadOnlyList<ChaosNode> Nodes => nodes;

    /// <summary>Those who will book.</summary>
    public IReadOnlyList<Guest> Guests => guests;

    /// <summary>Somebody who is signed in and only looks.</summary>
    public Guest Onlooker { get; private set; } = null!;

    /// <summary>The database's own word.</summary>
    public ChaosQueries Queries { get; }

    /// <summary>Fills an empty database, starts the nodes, registers the residents and opens the round.</summary>
    public static async Task<ChaosCity> StartAsync(ChaosOptions options, DatabaseSettings settings, int nodes, string opensAt = "2020-02-10T19:00:00+08:00")
    {
        var city = new ChaosCity(settings);
        try
        {
            var file = CityFile(await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(options.Sandbox)!, "Cities", "loudi.json")));
            await SandboxCity.FillAsync(settings, options.Sandbox, file, DateTimeOffset.Parse(Evening, System.Globalization.CultureInfo.InvariantCulture));
            for (var i = 0; i < nodes; i++)
            {
                var data = Path.Combine(city.folder, $"node{i}");
                var node = new ChaosNode(options.Sandbox, data, settings, i == 0 ? Evening : null, i == 0 ? null : city.nodes[0].Address);
                city.nodes.Add(node);
                await node.StartAsync();
            }

            city.Onlooker = city.NewGuest();
            await city.Onlooker.JoinAsync(city.nodes[0]);
            for (var i = 0; i < options.Residents; i++) city.guests.Add(city.NewGuest());
            await Parallel.ForEachAsync(Enumerable.Range(0, city.guests.Count), Lanes, async (i, _) => await city.guests[i].JoinAsync(city.nodes[i % nodes]));
            await city.SetClockAsync(opensAt);
            return city;
        }
        catch
        {
            await city.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sets the world's clock.</summary>
    public async Task SetClockAsync(string now)
    {
        // Moving waits for the jobs on every node, which may be at work.
        using var http = Phone.Connect(nodes[0].Address);
        var reply = await new Phone("watch").SendAsync(http, HttpMethod.Post, "/sandbox/clock", new { now });
        if (reply.Status != 200) throw new InvalidOperationException($"The clock could not be set to {now}: {reply.Status} {reply.Code}");
    }

    /// <summary>The short messages that reached phones: id, text, whether it says that it may be a repetition.</summary>
    public async Task<IReadOnlyList<(string Id, string Text, bool Repeat)>> MessagesAsync()
    {
        var reply = await new Phone("watch").SendAsync(nodes[0].Http, HttpMethod.Get, "/sandbox/sms");
        return [.. reply.Body.EnumerateArray().Select(m => (m.GetProperty("id").GetString()!, m.GetProperty("text").GetString()!, m.GetProperty("repeat").GetBoolean()))];
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // The owner last: the others would mourn their world.
        foreach (var node in Enumerable.Reverse(nodes)) await node.DisposeAsync();
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private Guest NewGuest() => new(people++);

    private static string CityFile(string loudi)
    {
        var city = JsonNode.Parse(loudi)!;
        var policy = city["policies"]![0]!;
        policy["quotas"] = new JsonObject { ["few"] = new JsonArray(FewPlaces), ["*"] = new JsonArray(PlentyPlaces) };
        // Messages go out during the rush, so that each fault meets their sending too.
        policy["residentNotice"] = "atBooking";
        foreach (var pharmacy in city["pharmacies"]!.AsArray().Where(p => p!["code"]!.GetValue<string>() == Few)) pharmacy!["quotaGroup"] = "few";
        return city.ToJsonString();
    }
}
