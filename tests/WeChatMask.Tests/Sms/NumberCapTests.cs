using Microsoft.AspNetCore.Builder;
using WeChatMask.Data;
using WeChatMask.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sms;

/// <summary>A number's share of a day, counted over all nodes.</summary>
public sealed class NumberCapTests
{
    private const string Shared = "13900000001";

    [EngineTheory]
    public async Task By_default_a_phone_that_forty_bookers_share_is_told_of_all_on_the_same_evening(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", VendorCity.Evening, engine: engine);
        await host.BookAsync(40, mobile: Shared);
        await host.SetClockAsync(VendorCity.Published);

        VendorCity.AssertOnce(await host.SmsAsync(Shared), 40);
    }

    [EngineTheory]
    public async Task What_is_over_the_cap_waits_for_the_next_day_and_still_comes_before_the_pickup(DatabaseKind engine)
    {
        await using var host = await StartAsync(engine, 3);
        await host.BookAsync(5, mobile: Shared);
        await host.SetClockAsync("2020-02-10T23:59:00+08:00");
        Assert.Equal(3, (await host.SmsAsync(Shared)).Count);

        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        VendorCity.AssertOnce(await host.SmsAsync(Shared), 5);
    }

    [EngineTheory]
    public async Task What_has_no_place_before_its_use_is_over_is_dropped(DatabaseKind engine)
    {
        await using var host = await StartAsync(engine, 1);
        await host.BookAsync(4, mobile: Shared);
        await host.SetClockAsync("2020-02-12T01:00:00+08:00");

        Assert.Equal(2, (await host.SmsAsync(Shared)).Count);
        Assert.Equal(2, (await host.OutboxAsync()).Count(r => r.Status == 2));
    }

    [EngineTheory]
    public async Task A_message_that_is_tried_again_counts_once(DatabaseKind engine)
    {
        await using var host = await StartAsync(engine, 2);
        await host.BookAsync(2, mobile: Shared);
        await host.FailAsync("sms", "down");
        await host.SetClockAsync(VendorCity.Published);
        await host.AdvanceAsync("PT20M");
        await host.FailAsync("sms", "ok");
        // The longest pause is ten minutes and a quarter of jitter.
        await host.AdvanceAsync("PT13M");

        VendorCity.AssertOnce(await host.SmsAsync(Shared), 2);
        Assert.Equal(2, await host.Get<Database>().ScalarAsync<long>("SELECT SUM(used) FROM sms_number WHERE used = 2"));
    }

    [EngineTheory]
    public async Task Two_nodes_never_share_the_last_place(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", VendorCity.Evening, engine: engine, configure: b => b.Configuration["Sms:DailyCodeCap"] = "10");
        await using var node = engine == DatabaseKind.Sqlite ? null : await host.AddNodeAsync();
        SmsNumbers[] nodes = node is null ? [host.Get<SmsNumbers>()] : [host.Get<SmsNumbers>(), node.Get<SmsNumbers>()];
        var taken = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (i, token) =>
            {
                if (await nodes[i % nodes.Length].TakeCodeAsync(Shared, token)) Interlocked.Increment(ref taken);
            });

        Assert.Equal(10, taken);
        var rows = await host.Get<Database>().QueryAsync<string>("SELECT number_hash FROM sms_number");
        Assert.DoesNotContain(Shared, Assert.Single(rows), StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task A_log_in_code_over_the_cap_is_not_sent(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", VendorCity.Evening, engine: engine, configure: b =>
        {
            b.Configuration["Sms:DailyCodeCap"] = "2";
            b.Configuration["Sms:Providers"] = "Aliyun,Tencent";
        });
        var sms = host.Get<ISmsProvider>();
        SmsMessage Code(int i) => new($"c{i}", Shared, $"【便民预约】登录验证码12345{i}。", false)
        {
            Kind = SmsKind.LoginCode, Values = new Dictionary<string, string>(StringComparer.Ordinal) { [SmsValues.Code] = $"12345{i}" },
        };

        Assert.Equal(SmsResult.Accepted, (await sms.SendAsync(Code(1), default)).Result);
        // Aliyun takes one code of a number in a minute; a limit of a number is not got around by the other vendor.
        Assert.Equal((SmsResult.TryLater, SmsProblem.NumberMinuteLimit), Of(await sms.SendAsync(Code(2), default)));
        Assert.Equal((SmsResult.TryLater, SmsProblem.OwnDailyCap), Of(await sms.SendAsync(Code(3), default)));
        Assert.Single(await host.SmsAsync(Shared));

        static (SmsResult, SmsProblem) Of(SmsOutcome outcome) => (outcome.Result, outcome.Reason);
    }

    [EngineTheory]
    public async Task Counted_numbers_are_forgotten_when_their_day_is_over(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", VendorCity.Evening, engine: engine);
        await host.BookAsync(1);
        await host.SetClockAsync("2020-02-13T10:00:00+08:00");

        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM sms_number WHERE day < '2020-02-12'"));
    }

    private static Task<SandboxHost> StartAsync(DatabaseKind engine, int cap) => SandboxHost.StartAsync(
        "loudi", VendorCity.Evening, engine: engine, configure: b => b.Configuration["Sms:DailyCap"] = $"{cap}");
}
