using System.Net;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data;

/// <summary>What a node says of itself before it is given work.</summary>
public sealed class NodeTests
{
    [EngineTheory]
    public async Task A_node_whose_machine_clock_is_off_by_more_than_a_second_is_not_ready(DatabaseKind engine)
    {
        foreach (var (seconds, status) in new[] { (0, HttpStatusCode.OK), (-3, HttpStatusCode.ServiceUnavailable), (3, HttpStatusCode.ServiceUnavailable) })
        {
            await using var host = await SandboxHost.StartAsync(
                configure: b => b.Services.AddSingleton(new MachineClock(new Skewed(TimeSpan.FromSeconds(seconds)))), engine: engine);

            using var answer = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));

            Assert.Equal(status, answer.StatusCode);
            if (seconds != 0) Assert.Contains("clock", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [EngineTheory]
    public async Task Many_nodes_that_start_together_make_the_schema_once(DatabaseKind engine)
    {
        var folder = Directory.CreateTempSubdirectory("wechatmask-start-");
        await using var home = await TestDatabase.CreateAsync(engine, folder.FullName);
        var databases = Enumerable.Range(0, 6).Select(_ => new Database(home.Settings())).ToList();

        await Task.WhenAll(databases.Select(d => Task.Run(() => new Migrator(d, TimeProvider.System).MigrateAsync(default))));

        Assert.Equal(1, await databases[0].ScalarAsync<long>("SELECT COUNT(*) FROM board_version"));
        foreach (var database in databases) database.Dispose();
        folder.Delete(recursive: true);
    }

    private sealed class Skewed(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
