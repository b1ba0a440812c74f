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
    private readonly PersonalData personal;
    private int people;

    private ChaosCity(DatabaseSettings settings, string sandbox)
    {
        database = new Database(Microsoft.Extensions.Options.Options.Create(settings));
        personal = new PersonalData(SandboxCity.Secrets(sandbox));
        Queries = new ChaosQueries(database, personal);
    }

    /// <summary>The pharmacy that everybody wants first.</summary>
    public static string Few => "LD01";

    /// <summary>The pharmacies with a place for everybody.</summary>
    public static IReadOnlyList<string> Plenty { get; } = ["LD02", "LD03", "LD04", "LD05"];

    /// <summary>The processes; the first one owns the world.</summary>
    public IReadOnlyList<ChaosNode> Nodes => nodes;

    /// <summary>The proxy before them, where the city has one.</summary>
    public Front? Front { get; private set; }

    /// <summary>Where people come in.</summary>
    public IReadOnlyList<Entrance> Entrances => Front is { } front ? [front] : nodes;

    /// <summary>Those who will book.</summary>
    public IReadOnlyList<Guest> Guests => guests;

    /// <summary>Somebody who is signed in and only looks.</summary>
    public Guest Onlooker { get; private set; } = null!;

    /// <summary>The database's own word.</summary>
    public ChaosQueries Queries { get; }

    /// <summary>Fills an empty database, starts the nodes, registers the residents and opens the round.</summary>
    public static async Task<ChaosCity> StartAsync(ChaosOptions options, DatabaseSettings settings, Fault fault)
    {
        var city = new ChaosCity(settings, options.Sandbox);
        try
        {
            var program = await city.FillAsync(options, settings, fault.BeginsAs);
            for (var i = 0; i < fault.Nodes; i++)
            {
                var data = Path.Combine(city.folder, $"node{i}");
                var node = new ChaosNode(program, data, fault.SettingsOf(i, settings), i == 0 ? Evening : null, i == 0 ? null : city.nodes[0].Address);
                city.nodes.Add(node);
                await node.StartAsync();
            }

            if (fault.BehindProxy is { } behind) city.Front = await Front.StartAsync(city.folder, [.. city.nodes.Skip(fault.Nodes - behind)]);
            city.Onlooker = city.NewGuest();
            await city.Onlooker.JoinAsync(city.nodes[0]);
            for (var i = 0; i < options.Residents; i++) city.guests.Add(city.NewGuest());
            await Parallel.ForEachAsync(Enumerable.Range(0, city.guests.Count), Lanes, async (i, _) => await city.guests[i].JoinAsync(city.nodes[i % fault.Nodes]));
            await city.SetClockAsync(fault.OpensAt);
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
        if (Front is not null) await Front.EndAsync();
        // The owner last: the others would mourn their world.
        foreach (var node in Enumerable.Reverse(nodes)) await node.DisposeAsync();
        database.Dispose();
        personal.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Makes the schema and the city. Gives the program that the nodes start as.</summary>
    private async Task<string> FillAsync(ChaosOptions options, DatabaseSettings settings, string? previous)
    {
        if (previous is null)
        {
            var loudi = await File.ReadAllTextAsync(CityPath(options.Sandbox));
            await SandboxCity.FillAsync(settings, options.Sandbox, CityFile(loudi), DateTimeOffset.Parse(Evening, System.Globalization.CultureInfo.InvariantCulture));
            return options.Sandbox;
        }

        // An earlier release makes an earlier schema, so it has to make the city as well: from a copy of itself that has another one.
        var copy = Path.Combine(folder, "previous");
        await Shell.RunAsync("cp", "-r", Path.GetDirectoryName(previous)!, copy);
        var program = Path.Combine(copy, Path.GetFileName(previous));
        await File.WriteAllTextAsync(CityPath(program), CityFile(await File.ReadAllTextAsync(CityPath(program))));
        return program;
    }

    private static string CityPath(string program) => Path.Combine(Path.GetDirectoryName(program)!, "Cities", "loudi.json");

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
