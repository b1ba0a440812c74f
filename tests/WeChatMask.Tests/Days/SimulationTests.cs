using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.LoadTool.Simulation;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days;

/// <summary>Some days of a small city with people of random habits; <c>scripts/simulate</c> is the same for a large one.</summary>
public sealed class SimulationTests
{
    [EngineTheory]
    public Task Days_of_Loudi_go_as_a_model_of_its_rules_expects(DatabaseKind engine) => LiveThroughAsync(engine, "loudi", new DateOnly(2020, 2, 10));

    [EngineTheory]
    public Task Days_of_Chuzhou_go_as_a_model_of_its_rules_expects(DatabaseKind engine) => LiveThroughAsync(engine, "chuzhou", new DateOnly(2020, 2, 10));

    [Fact]
    public Task Chuzhou_begins_with_the_pharmacies_of_the_first_day() => LiveThroughAsync(DatabaseKind.Sqlite, "chuzhou", new DateOnly(2020, 2, 2));

    [EngineTheory]
    public async Task A_round_annulled_at_midday_goes_as_a_model_of_its_rules_expects(DatabaseKind engine)
    {
        var (rules, from) = (Small("loudi"), new DateOnly(2020, 2, 10));
        await using var host = await StartAsync(engine, rules, from);
        using var http = Phone.Connect(host.Address);
        var simulation = new CitySimulation(http, rules, new SimulationPlan(from, 3, 200, 7, Annulled: 1));

        await simulation.RunAsync();

        Assert.Empty(simulation.Differences.Lines);
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
        await CityLog.HoldsAsync(host.Get<Database>());
        Assert.Equal(1, simulation.Figures.Sum(f => f.Of("lever annul")));
        Assert.True(simulation.Figures[0].Books!.Shops.Sum(s => s.Redeemed) > 0);
        Assert.True(simulation.Figures[0].Books!.Shops.Sum(s => s.Bookings.Count(b => b.IsAnnulled)) > 20);
    }

    [EngineTheory]
    public async Task A_pharmacy_withdrawn_at_midday_goes_as_a_model_of_its_rules_expects(DatabaseKind engine)
    {
        var (rules, from) = (Small("loudi"), new DateOnly(2020, 2, 10));
        await using var host = await StartAsync(engine, rules, from);
        using var http = Phone.Connect(host.Address);
        var simulation = new CitySimulation(http, rules, new SimulationPlan(from, 3, 200, 7, Withdrawn: 1));

        await simulation.RunAsync();

        Assert.Empty(simulation.Differences.Lines);
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
        await CityLog.HoldsAsync(host.Get<Database>());
        Assert.Equal(1, simulation.Figures.Sum(f => f.Of("lever withdraw")));
        Assert.True(simulation.Figures[0].Books!.Shops.Sum(s => s.Gone.Count) > 3);
        Assert.Contains(simulation.Figures[0].Books!.Shops.SelectMany(s => s.Gone), b => b.Fate == Fate.Redeemed);
    }

    [EngineTheory]
    public async Task A_late_delivery_and_ten_complaints_go_as_a_model_of_its_rules_expects(DatabaseKind engine)
    {
        var (rules, from) = (Small("loudi"), new DateOnly(2020, 2, 10));
        await using var host = await StartAsync(engine, rules, from);
        using var http = Phone.Connect(host.Address);
        var simulation = new CitySimulation(http, rules, new SimulationPlan(from, 2, 200, 7, Late: 1, Complained: 1));

        await simulation.RunAsync();

        Assert.Empty(simulation.Differences.Lines);
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
        await CityLog.HoldsAsync(host.Get<Database>());
        Assert.Equal((1, 10, 8), (simulation.Figures.Sum(f => f.Of("lever extend")), simulation.Figures.Sum(f => f.Of("complaint")), simulation.Figures.Sum(f => f.Of("complaint closed"))));
        Assert.True(simulation.Figures.Sum(f => f.Of("collected late")) > 2);
    }

    /// <summary>What a simulation that says yes is worth: each defect is put into the running city and must be seen.</summary>
    [Theory]
    [InlineData("DELETE FROM person_hold", "answer to a booking")]
    [InlineData("UPDATE quota SET planned = planned + 1 WHERE round_date = '2020-02-11'", "public books")]
    [InlineData("UPDATE quota SET carried_in = carried_in - 1 WHERE round_date = '2020-02-11' AND carried_in > 0", "window in the books")]
    [InlineData("UPDATE pharmacy_round SET last_serial = last_serial + 1 WHERE round_date = '2020-02-11'", "serials")]
    [InlineData("UPDATE resident SET eligible = 0", "answer to a booking")]
    [InlineData("CREATE TRIGGER lie AFTER UPDATE ON complaint WHEN NEW.outcome = 1 BEGIN UPDATE complaint SET outcome = 3 WHERE id = NEW.id; END", "complaint as its citizen sees it", "2020-02-11T12:00:00")]
    [InlineData("CREATE TRIGGER lie AFTER INSERT ON complaint BEGIN UPDATE complaint SET kind = 9 WHERE id = NEW.id; END", "public counts of complaints", "2020-02-11T12:00:00")]
    [InlineData("UPDATE pharmacy_round SET pickup_closes_at = NULL", "verdict", "2020-02-11T18:00:00")]
    [InlineData("CREATE TRIGGER lie AFTER INSERT ON delivery BEGIN UPDATE delivery SET units = units - 1 WHERE id = NEW.id; END", "late delivery", "2020-02-11T12:00:00")]
    public async Task A_defect_in_the_city_is_seen(string defect, string difference, string before = "2020-02-11T18:55:00")
    {
        var rules = Small("loudi");
        await using var host = await StartAsync(DatabaseKind.Sqlite, rules, new DateOnly(2020, 2, 10));
        var saboteur = new Saboteur(before, () => host.Get<Database>().WriteAsync(t => t.ExecuteAsync(defect), default));
        using var http = new HttpClient(saboteur) { BaseAddress = host.Address };
        var simulation = new CitySimulation(http, rules, new SimulationPlan(new DateOnly(2020, 2, 10), 2, 150, 1, Late: 1, Complained: 1));

        await simulation.RunAsync();

        Assert.True(saboteur.HasStruck);
        Assert.Contains(simulation.Differences.Lines, line => line.StartsWith(difference, StringComparison.Ordinal));
    }

    private static async Task LiveThroughAsync(DatabaseKind engine, string city, DateOnly from)
    {
        var rules = Small(city);
        await using var host = await StartAsync(engine, rules, from);
        using var http = Phone.Connect(host.Address);
        var simulation = new CitySimulation(http, rules, new SimulationPlan(from, 3, 200, 7));

        await simulation.RunAsync();

        Assert.Empty(simulation.Differences.Lines);
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
        await CityLog.HoldsAsync(host.Get<Database>());
        // A simulation in which nothing happens would find no difference either.
        foreach (var answer in (string[])["booked", "not_open", "closed", "sold_out", "verdict redeemed", "verdict other_pharmacy", "cancelled"])
            Assert.True(simulation.Figures.Sum(f => f.Of(answer)) > 0, answer);
        Assert.True(simulation.Figures.Sum(f => f.Books!.Shops.Sum(s => s.Lapsed)) > 0);
    }

    private static Task<SandboxHost> StartAsync(DatabaseKind engine, CityRules rules, DateOnly from)
    {
        var file = CityImport.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(rules.Json)));
        return SandboxHost.StartAsync(
            rules.Name, CitySimulation.StartOf(rules, from).ToString("yyyy-MM-ddTHH:mm:sszzz", null), engine: engine,
            configure: builder => builder.Services.Replace(ServiceDescriptor.Singleton(file)));
    }

    /// <summary>The city with four pharmacies and places for every second person or so: enough that some of each habit book.</summary>
    private static CityRules Small(string city)
    {
        var share = city == "loudi" ? 10 : 3;
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cities", $"{city}.json")))!;
        foreach (var policy in json["policies"]!.AsArray())
        {
            foreach (var (group, places) in policy!["quotas"]!.AsObject().ToList())
                policy["quotas"]![group] = new JsonArray([.. places!.AsArray().Select(p => JsonValue.Create((p!.GetValue<int>() + share - 1) / share))]);
        }

        return CityRules.Read(json.ToJsonString(), 4);
    }

    /// <summary>Does damage just before the clock is put to a time.</summary>
    private sealed class Saboteur(string before, Func<Task> strike)
        : DelegatingHandler(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
    {
        public bool HasStruck { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == "/sandbox/clock" && request.Content is { } body
                && (await body.ReadAsStringAsync(cancellationToken)).Contains(before, StringComparison.Ordinal))
            {
                HasStruck = true;
                await strike();
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
