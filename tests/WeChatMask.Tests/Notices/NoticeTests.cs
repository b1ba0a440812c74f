using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Notices;

public sealed class NoticeTests
{
    [EngineTheory]
    public async Task An_outage_of_the_gateway_delays_messages_and_loses_or_doubles_none(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var one = await host.NewResidentAsync(1);
        using var two = await host.NewResidentAsync(2);
        await one.BookAsync("LD01", "a");
        await two.BookAsync("LD02", "a");

        await host.FailAsync("sms", "down");
        await host.SetClockAsync("2020-02-10T22:00:00+08:00");
        Assert.Empty(await host.SmsAsync());

        await host.FailAsync("sms", "throttle");
        await host.AdvanceAsync("PT30S");
        await host.FailAsync("sms", "ok");
        await host.AdvanceAsync("PT1H");

        var sms = await host.SmsAsync();
        Assert.Equal(7, sms.Count);
        Assert.Equal(7, sms.Select(s => s.GetProperty("id").GetString()).Distinct().Count());
        Assert.Single(await host.SmsAsync(People.Mobile(1)));
    }

    [EngineTheory]
    public async Task A_message_past_its_use_is_dropped_not_sent(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var one = await host.NewResidentAsync(1);
        await one.BookAsync("LD01", "a");

        await host.FailAsync("sms", "down");
        await host.SetClockAsync("2020-02-11T18:00:00+08:00");
        await host.FailAsync("sms", "ok");
        await host.AdvanceAsync("PT20M");

        Assert.Empty(await host.SmsAsync());
    }

    [EngineTheory]
    public async Task Who_cancelled_before_the_close_gets_no_message(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var one = await host.NewResidentAsync(1);
        await one.CancelAsync((await one.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!);

        await host.SetClockAsync("2020-02-10T22:00:00+08:00");

        Assert.Empty(await host.SmsAsync(People.Mobile(1)));
        Assert.Equal(5, (await host.SmsAsync()).Count);
    }

    [EngineTheory]
    public async Task One_phone_gets_one_message_for_each_of_its_bookings(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var one = await host.NewResidentAsync(1, mobile: "13900000001");
        using var two = await host.NewResidentAsync(2, mobile: "13900000001");
        await one.BookAsync("LD01", "a");
        await two.BookAsync("LD01", "a");

        await host.SetClockAsync("2020-02-10T22:00:00+08:00");

        Assert.Equal(2, (await host.SmsAsync("13900000001")).Count);
    }

    [EngineTheory]
    public async Task In_Chuzhou_the_one_message_comes_when_the_booking_is_made(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-02T17:30:00+08:00", engine: engine);
        using var one = await host.NewResidentAsync(1);
        await one.BookAsync("CZ001", "a");

        await host.AdvanceAsync("PT1S");
        var text = Assert.Single(await host.SmsAsync(People.Mobile(1))).GetProperty("text").GetString();
        Assert.Contains("09:00-17:00", text, StringComparison.Ordinal);
        Assert.Contains("7.50", text, StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-03T12:00:00+08:00");
        Assert.Single(await host.SmsAsync(People.Mobile(1)));
    }
}
