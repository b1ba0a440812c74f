using WeChatMask.Data;
using WeChatMask.OfficialAccount;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>What health tells of WeChat's API; the node stays ready.</summary>
public sealed class HealthWarningTests
{
    [EngineTheory]
    public async Task A_call_whose_quota_is_used_up_is_a_warning_until_it_ends(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        Assert.Empty(await host.WarningsAsync());
        var quotas = host.Get<WeChatQuotas>().Limits;
        quotas[OfficialAccountClient.TemplateCall] = 0;
        quotas[OfficialAccountClient.SubscriptionCall] = 0;
        Assert.Equal(200, (await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "event", @event = "subscribe" })).Status);
        using var one = await host.NewResidentAsync(1);
        Assert.Equal(201, (await one.BookAsync("LD01", "a")).Status);
        await host.AdvanceAsync("PT1S");

        var warning = Assert.Single(await host.WarningsAsync());
        Assert.StartsWith("wechat cgi-bin/message/", warning, StringComparison.Ordinal);
        Assert.EndsWith(" 45009 until 2020-02-11T00:00:00+08:00", warning, StringComparison.Ordinal);

        quotas.Remove(OfficialAccountClient.TemplateCall);
        quotas.Remove(OfficialAccountClient.SubscriptionCall);
        await host.SetClockAsync("2020-02-11T00:00:01+08:00");
        Assert.Empty(await host.WarningsAsync());
    }

    [EngineTheory]
    public async Task A_token_that_WeChat_refuses_is_a_warning_and_one_silence_is_none(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00", engine: engine);

        await FailedAsync(host, failures: 1, code: 0);
        Assert.Empty(await host.WarningsAsync());
        await FailedAsync(host, failures: 1, code: 40164);
        Assert.Equal(["wechat access_token 40164"], await host.WarningsAsync());
        await FailedAsync(host, failures: 3, code: 0);
        Assert.Equal(["wechat access_token no answer"], await host.WarningsAsync());
        await FailedAsync(host, failures: 0, code: 0);
        Assert.Empty(await host.WarningsAsync());
    }

    private static Task<int> FailedAsync(SandboxHost host, int failures, int code) => host.Get<Database>().WriteAsync(
        t => t.ExecuteAsync("UPDATE wechat_kept SET failures = @failures, error_code = @code WHERE name = 'access_token'", new { failures, code }), CancellationToken.None);
}
