using System.Net.Http.Json;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>The stand-ins answer as their originals do, remember, and fail when told to.</summary>
public sealed class NeighbourTests
{
    [Fact]
    public async Task Short_messages_are_kept_in_order_over_a_restart()
    {
        await using var host = await SandboxHost.StartAsync();
        await SendAsync(host, "1", "13800000001", "第一条");
        await SendAsync(host, "2", "13800000002", "second");
        await host.RestartAsync();
        await SendAsync(host, "3", "13800000001", "third");

        var all = await host.SmsAsync();
        Assert.Equal("第一条 second third", string.Join(' ', all.Select(m => m.GetProperty("text").GetString())));
        Assert.EndsWith("+08:00", all[0].GetProperty("sentAt").GetString(), StringComparison.Ordinal);
        Assert.Equal("1 3", string.Join(' ', (await host.SmsAsync("13800000001")).Select(m => m.GetProperty("id").GetString())));
    }

    [Fact]
    public void A_torn_last_line_is_dropped_and_the_next_one_is_whole()
    {
        var file = Path.GetTempFileName();
        var at = DateTimeOffset.UnixEpoch;
        using (var inbox = new SmsInbox(file)) inbox.Add(new ReceivedSms("13800000001", "whole", at, "1", false));
        File.AppendAllText(file, """{"mobile":"13800000002","te""");

        using (var inbox = new SmsInbox(file))
        {
            Assert.Equal("whole", Assert.Single(inbox.All(null)).Text);
            inbox.Add(new ReceivedSms("13800000003", "next", at, "2", true));
        }

        using (var inbox = new SmsInbox(file)) Assert.Equal("whole next", string.Join(' ', inbox.All(null).Select(m => m.Text)));
        File.Delete(file);
    }

    [Fact]
    public void Thousands_a_second_are_taken_from_many_threads()
    {
        const int Count = 20_000;
        var file = Path.GetTempFileName();
        using (var inbox = new SmsInbox(file))
        {
            Parallel.For(0, Count, i => inbox.Add(new ReceivedSms("13800000001", "text", DateTimeOffset.UnixEpoch, $"{i}", false)));
            Assert.Equal(Count, inbox.All(null).Count);
        }

        using (var inbox = new SmsInbox(file)) Assert.Equal(Count, inbox.All(null).Select(m => m.Id).Distinct(StringComparer.Ordinal).Count());
        File.Delete(file);
    }

    [Fact]
    public async Task The_registry_says_eligible_unless_told_otherwise_and_remembers()
    {
        await using var host = await SandboxHost.StartAsync();
        Assert.True(await EligibleAsync(host, "11010519491231002X", "张三"));

        using (await host.Http.PutAsJsonAsync("/sandbox/registry/11010519491231002x", new { name = "张三", eligible = false, reason = "moved" }))
            Assert.False(await EligibleAsync(host, "11010519491231002X", "张三"));
        await host.RestartAsync();
        var (_, moved) = await host.Http.PostAsync("/sandbox/registry/lookups", new { idNumber = "11010519491231002X", name = "张三" });
        Assert.Equal("moved", moved.GetProperty("reason").GetString());

        using (await host.Http.PutAsJsonAsync("/sandbox/registry/11010519491231002X", new { name = "张三", eligible = true }))
            Assert.True(await EligibleAsync(host, "11010519491231002X", "张三"));
        var (_, other) = await host.Http.PostAsync("/sandbox/registry/lookups", new { idNumber = "11010519491231002X", name = "李四" });
        Assert.Equal("name", other.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_neighbour_that_is_down_is_503_until_it_is_well()
    {
        await using var host = await SandboxHost.StartAsync();
        var calls = new (string Target, string Path, object Body)[]
        {
            ("sms", "/sandbox/sms/gateway", new { id = "1", mobile = "13800000001", text = "x", repeat = false }),
            ("registry", "/sandbox/registry/lookups", new { idNumber = "11010519491231002X", name = "张三" }),
            ("wechat", "/sandbox/wechat/cgi-bin/menu/create", new { }),
        };

        foreach (var (target, path, body) in calls)
        {
            await host.FailAsync(target, "down");
            Assert.Equal(503, (await host.Http.PostAsync(path, body)).Status);
            await host.FailAsync(target, "ok");
            Assert.Equal(200, (await host.Http.PostAsync(path, body)).Status);
        }

        Assert.Equal("""{"sms":"ok","wechat":"ok","registry":"ok","aliyun":"ok","tencent":"ok"}""", await host.Http.GetStringAsync("/sandbox/faults"));
    }

    [Fact]
    public async Task A_throttled_neighbour_takes_one_of_five()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.FailAsync("sms", "throttle");
        await host.FailAsync("wechat", "throttle");

        var sms = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            using var answer = await host.Http.PostAsJsonAsync("/sandbox/sms/gateway", new { id = $"{i}", mobile = "13800000001", text = "x", repeat = false });
            sms.Add((int)answer.StatusCode);
        }

        Assert.Equal(8, sms.Count(s => s == 429));
        Assert.Equal(2, (await host.SmsAsync()).Count);
        var (status, body) = await host.Http.PostAsync("/sandbox/wechat/cgi-bin/menu/create", new { });
        Assert.Equal((200, 45009), (status, body.GetProperty("errcode").GetInt32()));
    }

    [Fact]
    public async Task A_slow_neighbour_lets_its_caller_wait()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.FailAsync("sms", "slow");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Http.PostAsJsonAsync(
            "/sandbox/sms/gateway", new { id = "1", mobile = "13800000001", text = "x", repeat = false }, patience.Token));

        Assert.Empty(await host.SmsAsync());
    }

    [Fact]
    public async Task An_unknown_fault_is_422()
    {
        await using var host = await SandboxHost.StartAsync();
        foreach (var (target, mode) in new[] { ("sun", "down"), ("sms", "broken"), ("1", "down"), ("sms", "balance") })
        {
            var (status, body) = await host.Http.PostAsync("/sandbox/faults", new { target, mode });
            Assert.Equal((422, "invalid_fault"), (status, body.Code()));
        }
    }

    private static async Task<bool> EligibleAsync(SandboxHost host, string idNumber, string name) =>
        (await host.Http.PostAsync("/sandbox/registry/lookups", new { idNumber, name })).Body.GetProperty("eligible").GetBoolean();

    private static async Task SendAsync(SandboxHost host, string id, string mobile, string text)
    {
        var (status, body) = await host.Http.PostAsync("/sandbox/sms/gateway", new { id, mobile, text, repeat = false });
        Assert.Equal((200, id), (status, body.GetProperty("id").GetString()));
    }
}
