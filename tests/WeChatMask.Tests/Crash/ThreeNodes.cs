using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Crash;

/// <summary>Loudi on three programs that share one PostgreSQL server or cluster and one world, and the people who ask whichever of them they reach.</summary>
internal sealed class ThreeNodes : IAsyncDisposable
{
    // The third is killed: the first owns the world, which is no part of the city.
    private const int Mortal = 2;
    private static readonly ParallelOptions Lanes = new() { MaxDegreeOfParallelism = 48 };
    private readonly string folder = Directory.CreateTempSubdirectory("wechatmask-three-").FullName;
    private readonly List<SandboxProcess> nodes = [];
    private readonly List<Booker> people = [];
    private readonly Phone nobody = new("nobody");
    private readonly DateOnly round;
    private readonly Cluster? cluster;
    private TestDatabase? server;
    private volatile bool isKilled;
    private int turn;
    private int unanswered;

    private ThreeNodes(DateOnly round, Cluster? cluster) => (this.round, this.cluster) = (round, cluster);

    /// <summary>The database as a test reads it.</summary>
    public Database Database { get; private set; } = null!;

    /// <summary>Where each node listens.</summary>
    public IReadOnlyList<string> Addresses => [.. nodes.Select(n => n.Http.BaseAddress!.GetLeftPart(UriPartial.Authority))];

    /// <summary>Every receipt that a node gave.</summary>
    public IEnumerable<string> Receipts => people.SelectMany(p => p.Receipts);

    /// <summary>Requests that had been sent when their node was killed, and were never answered by it.</summary>
    public int Unanswered => unanswered;

    /// <summary>How often somebody was told to come again.</summary>
    public int TimesTold503 => people.Sum(p => p.TimesTold503);

    private IEnumerable<Promise> Promises => people.SelectMany(p => p.Promises);

    /// <summary>Starts them.</summary>
    /// <param name="round">The evening that is booked.</param>
    /// <param name="clock">When it is.</param>
    /// <param name="cluster">The cluster they share, whose primary dies with the node; without it one server.</param>
    public static async Task<ThreeNodes> StartAsync(DateOnly round, string clock, Cluster? cluster = null)
    {
        var city = new ThreeNodes(round, cluster);
        try
        {
            if (cluster is null) city.server = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, city.folder, forNode: true);
            city.Database = new Database(city.server?.Settings() ?? Options.Create(cluster!.Settings));
            city.nodes.Add(await city.StartNodeAsync(clock));
            // The owner has seeded the city; the others find it there.
            city.nodes.AddRange(await Task.WhenAll(city.StartNodeAsync(), city.StartNodeAsync()));
            return city;
        }
        catch
        {
            await city.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves the clock and waits until every node that lives shows the new time.</summary>
    public async Task SetClockAsync(DateOnly date, string time)
    {
        var now = DateTimeOffset.Parse($"{date:yyyy-MM-dd}T{time}+08:00", null);
        Assert.Equal(200, (await nobody.SendAsync(nodes[0].Http, HttpMethod.Post, "/sandbox/clock", new { now })).Status);
        foreach (var node in nodes)
            await Eventually.UntilAsync(async () => (await node.Http.GetJsonAsync("/sandbox/clock")).GetProperty("now").GetDateTimeOffset() >= now);
    }

    /// <summary>People register. The first of them want a pharmacy that only their node is asked for, all others the same one.</summary>
    public async Task RegisterAsync(int count, int apart)
    {
        people.AddRange(Enumerable.Range(0, count).Select(i => new Booker(i, i < apart ? 1 + (i % nodes.Count) : 0) { IsPatient = cluster is not null }));
        await Parallel.ForEachAsync(people, Lanes, async (p, _) => await p.JoinAsync(Next()));
    }

    /// <summary>The first of the people book at once through all nodes, one of which is killed amid them. Who gets no answer from it asks another.</summary>
    public async Task RushAsync(int count, int answersBefore)
    {
        var answers = 0;
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var rush = Parallel.ForEachAsync(people.Take(count), Lanes, async (p, _) => await BookAsync(p, () =>
        {
            if (Interlocked.Increment(ref answers) == answersBefore) due.SetResult();
        }));
        await await Task.WhenAny(due.Task, rush);
        isKilled = true;
        await nodes[Mortal].KillAsync();
        if (cluster is not null) await cluster.ActAsync(await cluster.WriterAsync(), "kill-server");
        await rush;
        nodes.RemoveAt(Mortal);
    }

    /// <summary>Some give their places back, and the rest of the people come for them.</summary>
    public async Task GiveBackAsync(int count, string pharmacy)
    {
        foreach (var person in people.Where(p => p.Promises is [{ PharmacyCode: var code }] && code == pharmacy).Take(count))
        {
            var number = person.Promises[0].Number;
            Assert.Equal(204, (await person.Phone.SendAsync(Next(), HttpMethod.Delete, $"/api/bookings/{number}")).Status);
            person.GivenBack.Add(number);
        }

        await Parallel.ForEachAsync(people.Where(p => p.Promises.Count == 0), Lanes, async (p, _) => await p.BookAsync(Next(), round));
    }

    /// <summary>Everybody has the one booking that they were told of, whichever node is asked, and the same answer if they ask again.</summary>
    public async Task CheckPromisesAsync()
    {
        Assert.All(people, p => Assert.Single(p.Promises));
        await Parallel.ForEachAsync(people, Lanes, async (p, _) =>
        {
            await p.CheckAsync(Next(), round);
            await p.CheckRepeatAsync(Next());
        });
        await CheckInvariantsAsync();
    }

    /// <summary>The lists are out and hold what people were told.</summary>
    public Task CheckListsAsync() => Promise.AreListedAsync(Next(), round, Promises);

    /// <summary>The third node is back, as its machine starts a program that has died.</summary>
    public async Task StartThirdAgainAsync() => nodes.Add(await StartNodeAsync());

    /// <summary>Counters report their goods and hand over to all who come: every tenth does not. Gives how many collected.</summary>
    public async Task<int> HandOverAsync(DateOnly pickup)
    {
        var collected = 0;
        var due = people.Where(p => p.GivenBack.Count == 0 && p.Person % 10 > 0).ToLookup(p => p.Promises[0].PharmacyCode, StringComparer.Ordinal);
        await Parallel.ForEachAsync(due, async (pharmacy, _) =>
        {
            var clerk = new Phone($"clerk-{pharmacy.Key}");
            await clerk.LogInStaffAsync(Next(), $"{DemoStaffStore.ClerkPrefix}{pharmacy.Key.ToLowerInvariant()}", DemoStaffStore.ClerkPassword);
            var delivery = await clerk.SendAsync(Next(), HttpMethod.Post, "/api/pharmacy/deliveries", new { date = $"{pickup:yyyy-MM-dd}", units = 800, requestId = "van" });
            Assert.Equal(201, delivery.Status);
            foreach (var person in pharmacy)
            {
                var number = person.Promises[0].Number;
                var order = new { number, idNumberLast4 = People.IdNumber(person.Person)[^4..], requestId = number };
                Assert.Equal("redeemed", (await clerk.SendAsync(Next(), HttpMethod.Post, "/api/pharmacy/redemptions", order)).Text("verdict"));
                Interlocked.Increment(ref collected);
            }
        });
        return collected;
    }

    /// <summary>What the public reads of the round.</summary>
    public async Task<(int Redeemed, int Lapsed)> TotalsAsync()
    {
        var totals = (await Next().GetJsonAsync($"/api/public/rounds/{round:yyyy-MM-dd}")).GetProperty("totals");
        return (totals.Figure("redeemed"), totals.Figure("lapsed"));
    }

    /// <summary>Waits until no line is waiting for its place in the log.</summary>
    public Task SettleAsync() => Eventually.UntilAsync(async () => await Database.ScalarAsync<long>("SELECT COUNT(*) FROM log_pending") == 0);

    /// <summary>Ends all nodes: what is read from here on stands still.</summary>
    public async Task EndAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        nodes.Clear();
    }

    public async Task CheckInvariantsAsync() =>
        Assert.Empty((await new InvariantQueries(Database).RunAsync(CancellationToken.None)).Where(r => r.Broken > 0).Select(r => r.Name));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        Database?.Dispose();
        if (server is not null) await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task BookAsync(Booker person, Action answered)
    {
        var node = nodes[person.Person % nodes.Count];
        var isSent = !isKilled;
        try
        {
            await person.BookAsync(node.Http, round, answered);
        }
        catch (HttpRequestException) when (node == nodes[Mortal])
        {
            if (isSent) Interlocked.Increment(ref unanswered);
            // It may have made the booking before it died, or not; another node finds out at once.
            var other = nodes[person.Person % Mortal].Http;
            if (!await person.SendAgainAsync(other, round, [200, 201])) await person.BookAsync(other, round);
        }
    }

    private HttpClient Next() => nodes[(int)((uint)Interlocked.Increment(ref turn) % (uint)nodes.Count)].Http;

    private Task<SandboxProcess> StartNodeAsync(string? clock = null)
    {
        var settings = SandboxProcess.On(cluster?.Settings ?? server!.Settings().Value);
        var data = Path.Combine(folder, Path.GetRandomFileName());
        return SandboxProcess.StartAsync(data, clock, settings, world: clock is null ? nodes[0].Http.BaseAddress : null);
    }
}
