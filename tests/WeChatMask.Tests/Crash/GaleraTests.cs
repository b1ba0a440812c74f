using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Options;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;
using Xunit.Abstractions;

namespace WeChatMask.Tests.Crash;

/// <summary>
/// Nodes on a Galera cluster, also on several members at once, as nobody should have them and as they are while a proxy
/// changes its mind: a row lock holds on one member, and who is second is told so at the commit.
/// </summary>
[Collection(nameof(AloneWithClusters))]
public sealed class GaleraTests(GaleraTests.Home home, ITestOutputHelper output) : IClassFixture<GaleraTests.Home>
{
    private const int Places = 60;
    private const int People = 200;
    private const int Lanes = 40;

    [ClusterFact(ClusterKind.Galera)]
    public async Task Nodes_that_start_together_on_different_members_make_the_schema_once()
    {
        await home.EmptyAsync();
        var databases = Enumerable.Range(0, 6).Select(i => new Database(Options.Create(home.Cluster.SettingsOf(1 + (i % 3))))).ToList();

        await Task.WhenAll(databases.Select(d => Task.Run(() => new Migrator(d, TimeProvider.System).MigrateAsync(default))));

        Assert.Equal(Migrator.Files.Count, await databases[0].ScalarAsync<int>("SELECT COUNT(*) FROM schema_migration"));
        Assert.Equal(0, await databases[0].ScalarAsync<long>("SELECT COUNT(*) FROM schema_lock"));
        foreach (var database in databases) database.Dispose();
    }

    [ClusterFact(ClusterKind.Galera)]
    public async Task A_lock_on_the_schema_that_nobody_gave_back_runs_out_and_one_that_is_held_counts()
    {
        await home.EmptyAsync();
        using var database = new Database(Options.Create(home.Cluster.SettingsOf(2)));
        await database.WriteAsync(t => t.ExecuteAsync("CREATE TABLE schema_lock (id INT NOT NULL PRIMARY KEY, held_until BIGINT NOT NULL, holder BIGINT NOT NULL)"), default);

        await database.WriteAsync(t => t.ExecuteAsync("INSERT INTO schema_lock (id, held_until, holder) VALUES (1, UNIX_TIMESTAMP() + 100, 0)"), default);
        Assert.False(await database.WriteAsync(t => SchemaLockStore.TryTakeAsync(t, TimeSpan.Zero), default));
        // Nobody frees another's.
        await database.WriteAsync(SchemaLockStore.GiveBackAsync, default);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT COUNT(*) FROM schema_lock"));

        await database.WriteAsync(t => t.ExecuteAsync("UPDATE schema_lock SET held_until = UNIX_TIMESTAMP() - 1"), default);
        await new Migrator(database, TimeProvider.System).MigrateAsync(default);
        Assert.Equal(Migrator.Files.Count, await database.ScalarAsync<int>("SELECT COUNT(*) FROM schema_migration"));
    }

    [ClusterFact(ClusterKind.Galera)]
    public async Task Desks_on_two_members_at_once_give_each_place_once_and_nobody_two()
    {
        await home.EmptyAsync();
        await using var city = await DeskCity.CreateAsync(TestDatabase.On(home.Cluster.SettingsOf(1), home.Cluster.SettingsOf(2)), 2, [Places]);
        var people = await city.RegisterAsync(People);
        DeskNode[] desks = [await city.AddNode().StartAsync(), await city.AddNode().StartAsync()];

        var answers = new ConcurrentBag<BookingAnswer>();
        await Parallel.ForEachAsync(people.Index(), new ParallelOptions { MaxDegreeOfParallelism = Lanes }, async (p, _) =>
        {
            var pharmacy = city.Codes[p.Index % 2];
            // One request, sent to both in the same moment.
            var both = await Task.WhenAll(desks.Select(d => d.BookAsync(p.Item, pharmacy, "once")));
            foreach (var answer in both) answers.Add(answer);
        });

        // Told at the commit that somebody was first, a desk decides anew and turns nobody away for it.
        Assert.DoesNotContain(answers, a => a.Refusal is not (Refusal.None or Refusal.SoldOut));
        var serials = await city.SerialsAsync();
        Assert.All(city.Codes, code => Assert.Equal(Enumerable.Range(1, Places), serials[code]));
        Assert.Equal(2 * Places, answers.Where(a => a.Booking is not null).Select(a => a.Booking!.Number).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(await city.BrokenPromisesAsync());
        await CityLog.HoldsAsync(city.Database);
    }

    [ClusterFact(ClusterKind.Galera)]
    public async Task A_commit_that_no_majority_takes_is_an_outage_and_writing_goes_on_when_there_is_one_again()
    {
        await home.EmptyAsync();
        var member = home.Cluster.SettingsOf(1);
        // Long enough for the member's own answer; a node gives up before it, which is an outage too.
        using var database = new Database(Options.Create(new DatabaseSettings { Engine = member.Engine, ConnectionString = $"{member.ConnectionString};Default Command Timeout=60" }));
        await database.WriteAsync(t => t.ExecuteAsync("CREATE TABLE promise (id BIGINT NOT NULL PRIMARY KEY)"), default);
        await Task.WhenAll(home.Cluster.ActAsync(2, "freeze"), home.Cluster.ActAsync(3, "freeze"));

        var outage = await Assert.ThrowsAnyAsync<DbException>(() => WriteAsync(1));

        Assert.True(database.Engine.IsOutage(outage), outage.ToString());
        Assert.False(database.Engine.MayRetry(outage));
        await Task.WhenAll(home.Cluster.ActAsync(2, "thaw"), home.Cluster.ActAsync(3, "thaw"));
        await Eventually.UntilAsync(async () => await Record.ExceptionAsync(() => WriteAsync(Random.Shared.NextInt64(2, long.MaxValue))) is null);

        Task WriteAsync(long id) => database.WriteAsync(t => t.ExecuteAsync("INSERT INTO promise (id) VALUES (@id)", new { id }), default);
    }

    [ClusterFact(ClusterKind.Galera)]
    public async Task A_killed_writer_is_replaced_by_itself_and_nothing_that_was_promised_is_lost()
    {
        await home.EmptyAsync();
        await ClusterTests.KillWriterAsync(home.Cluster, output);
    }

    /// <summary>One cluster for all of them, made by the first that asks.</summary>
    public sealed class Home : IAsyncLifetime
    {
        private Cluster? cluster;

        internal Cluster Cluster => cluster!;

        /// <summary>Begins with all members in step and an empty database.</summary>
        public async Task EmptyAsync()
        {
            cluster ??= await Cluster.StartAsync(ClusterKind.Galera);
            foreach (var member in Cluster.Members) await cluster.ActAsync(member, "start");
            using var database = new Database(Options.Create(cluster.SettingsOf(1)));
            await database.WriteAsync(
                async transaction =>
                {
                    await transaction.ExecuteAsync("DROP DATABASE wechatmask");
                    await transaction.ExecuteAsync("CREATE DATABASE wechatmask");
                },
                default);
        }

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            if (cluster is not null) await cluster.DisposeAsync();
        }
    }
}
