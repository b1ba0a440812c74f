using System.Data.Common;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;
using Xunit.Abstractions;

namespace WeChatMask.Tests.Crash;

/// <summary>A node on a cluster that heals itself. The whole day on one is in <see cref="ThreeNodeDayTests"/>, the rest in <c>scripts/chaos --cluster</c>.</summary>
[Collection(nameof(AloneWithClusters))]
public sealed class ClusterTests(ITestOutputHelper output)
{
    private const int Before = 12;
    private const int All = 24;
    private static readonly DateOnly Round = new(2020, 2, 10);

    [ClusterFact(ClusterKind.Patroni)]
    public async Task A_killed_primary_is_replaced_by_itself_and_nothing_that_was_promised_is_lost()
    {
        await using var cluster = await Cluster.StartAsync(ClusterKind.Patroni);
        await KillWriterAsync(cluster, output);
    }

    /// <summary>Kills the server that takes writes while people book, and holds the cluster to what they were told.</summary>
    internal static async Task KillWriterAsync(Cluster cluster, ITestOutputHelper output)
    {
        var folder = Directory.CreateTempSubdirectory("wechatmask-cluster-node-");
        await using (var node = await SandboxProcess.StartAsync(folder.FullName, $"{Round:yyyy-MM-dd}T19:00:00+08:00", SandboxProcess.On(cluster.Settings)))
        {
            var people = Enumerable.Range(0, All).Select(i => new Booker(i) { IsPatient = true }).ToList();
            await Parallel.ForEachAsync(people, async (p, _) => await p.JoinAsync(node.Http));
            await Parallel.ForEachAsync(people.Take(Before), async (p, _) => await p.BookAsync(node.Http, Round));

            var first = await cluster.WriterAsync();
            var since = TimeProvider.System.GetTimestamp();
            await cluster.ActAsync(first, "kill-server");
            await Parallel.ForEachAsync(people.Skip(Before), async (p, _) => await p.BookAsync(node.Http, Round));
            output.WriteLine($"Everybody had booked {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s after the kill; {people.Sum(p => p.TimesTold503)} times they were told to come again.");

            Assert.NotEqual(first, await cluster.WriterAsync());
            Assert.All(people, p => Assert.Single(p.Promises));
            await Parallel.ForEachAsync(people, async (p, _) => await p.CheckAsync(node.Http, Round));
            using var database = new Database(Options.Create(cluster.Settings));
            // A line may be cut once more while the old member joins again.
            await Eventually.UntilAsync(async () =>
            {
                try
                {
                    Assert.Empty((await new InvariantQueries(database).RunAsync(CancellationToken.None)).Where(r => r.Broken > 0).Select(r => r.Name));
                    Assert.Equal(All, await database.ScalarAsync<long>("SELECT COUNT(*) FROM booking"));
                    await CityLog.HoldsAsync(database);
                    return true;
                }
                catch (DbException)
                {
                    return false;
                }
            });
        }

        folder.Delete(recursive: true);
    }
}
