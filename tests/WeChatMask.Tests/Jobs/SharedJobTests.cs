using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Rounds;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Jobs;

/// <summary>Nodes on one database look for themselves, and do each thing once.</summary>
public sealed class SharedJobTests
{
    private const string Take = "UPDATE setting SET value = 'done' WHERE name = 'thing' AND value = 'due'";
    private static readonly string[] Evening = ["CloseWindows", "AssignPickupSlots", "PublishLists"];

    [EngineTheory]
    public async Task Three_nodes_close_publish_and_tell_each_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await using var second = await host.AddNodeAsync();
        await using var third = await host.AddNodeAsync();
        for (var i = 1; i <= 3; i++)
        {
            using var resident = await host.NewResidentAsync(i);
            Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
        }

        // From here on no clock is moved: the three schedules find what is due by themselves.
        await host.SetClockAsync("2020-02-10T21:59:59+08:00");
        var before = await CountAsync(host, "1 = 1");
        await Eventually.UntilAsync(async () => await host.Get<RoundQueries>().FindAsync(new DateOnly(2020, 2, 10), default) is { PublishedAt: not null });
        await Eventually.UntilAsync(async () => await CountAsync(host, "1 = 1") > before && await CountAsync(host, "channel = 0 AND status = 0") == 0);

        var runs = await host.Get<JobRuns>().NewestAsync(1000, default);
        Assert.All(Evening, job => Assert.Equal(1, runs.Where(r => r.Job == job).Sum(r => r.Done)));
        Assert.DoesNotContain(runs, r => r.Outcome == JobOutcome.Failed);
        var sent = await host.SmsAsync();
        Assert.DoesNotContain(sent, s => s.GetProperty("repeat").GetBoolean());
        Assert.Equal(sent.Count, sent.Select(s => s.GetProperty("mobile").GetString() + s.GetProperty("text").GetString()).Distinct(StringComparer.Ordinal).Count());
    }

    [EngineTheory(ServersOnly = true)]
    public async Task What_a_node_has_begun_that_is_lost_in_the_middle_is_done_by_another(DatabaseKind engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine, "");
        await using var line = new CutLine(CutLine.PortOf(database.ConnectionString));
        var through = new Dictionary<string, string?>(database.Configuration(), StringComparer.Ordinal)
        {
            ["Database:ConnectionString"] = line.Through(database.ConnectionString),
        };
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (lost, left, due) = (new Runs(), new Runs(), new Runs());
        await using var lostNode = await StartAsync(through, lost);
        await using (var setter = await StartAsync(database.Configuration(), due))
        {
            await setter.Get<Database>().WriteAsync(t => t.ExecuteAsync("INSERT INTO setting (name, value) VALUES ('thing', 'due')"), default);
        }

        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lost.Body = (_, _) => lostNode.Get<Database>().WriteAsync(
            async transaction =>
            {
                var rows = await transaction.ExecuteAsync(Take);
                if (rows == 0) return 0;
                taken.TrySetResult();
                await goOn.Task;
                return rows;
            },
            default);
        await taken.Task.WaitAsync(Eventually.GiveUp);
        await using var leftNode = await StartAsync(database.Configuration(), left);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        left.Body = async (_, token) =>
        {
            var rows = await leftNode.Get<Database>().WriteAsync(t => t.ExecuteAsync(Take), token);
            if (rows == 1) done.TrySetResult();
            return rows;
        };
        await left.NextAsync();
        Assert.False(done.Task.IsCompleted);

        await line.CutAsync();

        await done.Task.WaitAsync(Eventually.GiveUp);
        line.Mend();
        goOn.SetResult();
        Assert.Equal("done", await leftNode.Get<Database>().ScalarAsync<string>("SELECT value FROM setting WHERE name = 'thing'"));
    }

    private static Task<JobNode> StartAsync(IReadOnlyDictionary<string, string?> database, Runs runs) => JobNode.StartAsync(
        [new("First", JobNode.EachSecond, typeof(FirstJob))], database, services => services.AddKeyedSingleton(nameof(FirstJob), runs));

    private static Task<long> CountAsync(SandboxHost host, string which) => host.Get<Database>().ScalarAsync<long>($"SELECT COUNT(*) FROM outbox WHERE {which}");
}
