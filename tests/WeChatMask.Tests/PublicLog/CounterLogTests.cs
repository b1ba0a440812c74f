using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>What counters do stands in the public log within a second, and never where a stranger would find a broken rule.</summary>
public sealed class CounterLogTests
{
    [EngineTheory]
    public async Task What_is_handed_over_before_the_lists_are_out_is_told_right_after_them(DatabaseKind engine)
    {
        var host = await StartAsync(engine);
        try
        {
            var booked = await host.BookManyAsync(2);
            var clerk = await host.ClerkAsync();
            // The node was down all night, and a counter is there before its jobs.
            host.Now = CounterHost.Morning;
            Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, booked[0].ByNumber("a")));
            Assert.Equal(200, (await clerk.PostAsync($"/api/pharmacy/redemptions/{booked[0].Number}/void", new { reason = "-" })).Status);
            Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, booked[0].ByNumber("b")));
            await AppendAsync(host);
            Assert.Empty(await CityLog.DifferencesAsync(host.Get<Database>()));

            await host.RunJobsAsync();
            Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, booked[1].ByNumber("c")));
            await AppendAsync(host);

            await host.AssertSoundAsync();
            var log = await CityLog.ReadAsync(host.Get<Database>());
            Assert.Empty(log.Pending);
            Assert.Equal(["publish", "give", "void", "give", "give"], log.Entries.Select(e => e.Split(' ')[0]).Where(k => k is "publish" or "give" or "void"));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [EngineTheory]
    public async Task A_row_that_is_no_line_stops_nobody_and_is_named(DatabaseKind engine)
    {
        var host = await StartAsync(engine);
        try
        {
            var booked = await host.BookAsync();
            await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("INSERT INTO log_pending (id, entry) VALUES (1, 'give me more')"), default);

            await host.PublishAsync();
            Assert.Equal("redeemed", await CounterHost.VerdictAsync(await host.ClerkAsync(), booked.ByNumber("a")));
            await AppendAsync(host);

            var log = await CityLog.ReadAsync(host.Get<Database>());
            Assert.Equal(["give me more"], log.Pending);
            Assert.StartsWith("give 2020-02-10 LD01 1 ", log.Entries[^1], StringComparison.Ordinal);
            Assert.StartsWith("log_pending 1: entry is give me more", Assert.Single(await CityLog.DifferencesAsync(host.Get<Database>())), StringComparison.Ordinal);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static async Task<CounterHost> StartAsync(DatabaseKind engine)
    {
        var host = new CounterHost { Engine = engine };
        await host.InitializeAsync();
        return host;
    }

    private static Task AppendAsync(CounterHost host) => host.Get<AppendPendingJob>().RunAsync(default);
}
