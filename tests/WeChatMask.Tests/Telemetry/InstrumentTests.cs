using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Domain;
using WeChatMask.Stock;
using WeChatMask.Telemetry;
using WeChatMask.Tests.Stock;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Telemetry;

/// <summary>The instruments follow what happens in a city.</summary>
[Collection(nameof(InstrumentTests))]
public sealed class InstrumentTests
{
    [Fact]
    public async Task A_day_of_a_city_is_counted()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var figures = new Figures(host.App.Services);
        using var one = await host.NewResidentAsync(1);
        using var two = await host.NewResidentAsync(2);

        var booking = (await one.BookAsync("LD01", "a")).Body;
        await one.BookAsync("LD01", "a");
        await one.BookAsync("LD01", "b");
        await two.BookAsync("nowhere", "a");

        Assert.Equal(1, figures.Sum("wechatmask.bookings", "booked"));
        Assert.Equal(1, figures.Sum("wechatmask.bookings", "repeated"));
        Assert.Equal(1, figures.Sum("wechatmask.bookings", "already_booked"));
        Assert.Equal(1, figures.Sum("wechatmask.bookings", "unknown_pharmacy"));
        Assert.Equal(4, figures.Sum("wechatmask.desk.batch.size"));
        Assert.InRange(figures.Sum("wechatmask.desk.batch.duration"), double.Epsilon, double.MaxValue);
        Assert.Equal(0, figures.Now("wechatmask.desk.queue"));
        Assert.InRange(figures.Sum("wechatmask.vendor.calls", "WeChat", "accepted"), 1, double.MaxValue);

        await host.SetClockAsync("2020-02-11T09:10:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var number = booking.GetProperty("number").GetString();
        await RedeemAsync(clerk, number, "0000", "r");
        await RedeemAsync(clerk, number, People.IdNumber(1)[^4..], "s");

        Assert.Equal(1, figures.Sum("wechatmask.redemptions", "identity_mismatch"));
        Assert.Equal(1, figures.Sum("wechatmask.redemptions", "redeemed"));
        Assert.InRange(figures.Sum("wechatmask.vendor.calls", "Gateway", "accepted"), 1, double.MaxValue);
        Assert.Equal(figures.Sum("wechatmask.vendor.calls", "Gateway", "accepted"), figures.Count("wechatmask.vendor.duration", "Gateway", "accepted"));
        Assert.InRange(figures.Sum("wechatmask.job.runs", "PublishLists", "done"), 1, double.MaxValue);
        Assert.InRange(figures.Sum("wechatmask.job.runs", "PublishLists", "nothing_due"), 1, double.MaxValue);
        Assert.InRange(figures.Count("wechatmask.job.duration", "PublishLists", "done"), 1, int.MaxValue);
    }

    [Fact]
    public async Task A_notice_that_cannot_leave_grows_old_until_it_does()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var figures = new Figures(host.App.Services);
        using var one = await host.NewResidentAsync(1);
        await one.BookAsync("LD01", "a");
        await host.FailAsync("sms", "down");
        var looked = TimeProvider.System.GetUtcNow();
        await host.SetClockAsync("2020-02-10T22:00:00+08:00");
        await host.AdvanceAsync("PT30M");

        Assert.InRange(figures.Now("wechatmask.outbox.age", "sms"), 1800, 1800 + (TimeProvider.System.GetUtcNow() - looked).TotalSeconds);
        Assert.Equal(0, figures.Now("wechatmask.outbox.age", "wechat"));
        Assert.InRange(figures.Sum("wechatmask.vendor.calls", "Gateway", "outage"), 1, double.MaxValue);

        await host.FailAsync("sms", "ok");
        await host.AdvanceAsync("PT30M");

        Assert.Equal(0, figures.Now("wechatmask.outbox.age", "sms"));
    }

    [Fact]
    public async Task Who_follows_the_board_is_counted_as_long_as_they_do()
    {
        await using var host = await SandboxHost.StartAsync();
        using var figures = new Figures(host.App.Services);
        await using (var stream = await host.Http.GetStreamAsync(new Uri("/api/board/events", UriKind.Relative)))
        {
            using var reader = new StreamReader(stream);
            Assert.Equal("event: board", await reader.ReadLineAsync());
            Assert.Equal(1, figures.Now("wechatmask.board.listeners"));
        }

        await Eventually.UntilAsync(() => figures.Now("wechatmask.board.listeners") == 0);
    }

    [Fact]
    public async Task Reports_of_stock_are_shown_while_they_wait_for_a_supervisor()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        var watch = host.Get<HeldReportWatch>();
        await watch.LookAsync(CancellationToken.None);
        using var figures = new Figures(host.App.Services);
        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();

        Assert.Equal(0, await HeldAsync());
        Assert.Equal(202, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 5000, requestId = "d" })).Status);
        Assert.Equal(1, await HeldAsync());
        Assert.Equal(204, await HeldReportTests.AgreeAsync(supervisor));
        Assert.Equal(0, await HeldAsync());
        Assert.Contains("wechatmask.stock.held", figures.Names);

        async Task<double> HeldAsync()
        {
            await watch.LookAsync(CancellationToken.None);
            return figures.Now("wechatmask.stock.held");
        }
    }

    [Fact]
    public void Hosts_of_one_process_do_not_count_for_one_another()
    {
        using var one = new ServiceCollection().AddMetrics().AddSingleton<Instruments>().BuildServiceProvider();
        using var other = new ServiceCollection().AddMetrics().AddSingleton<Instruments>().BuildServiceProvider();
        using var figures = new Figures(one);

        other.GetRequiredService<Instruments>().Redeemed("redeemed");
        one.GetRequiredService<Instruments>().Redeemed("forged");

        Assert.Equal(["wechatmask.redemptions forged"], figures.Names);
    }

    [Fact]
    public void While_nobody_listens_counting_makes_no_garbage()
    {
        var instruments = QuietMeters.New();
        Count();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Count();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Count()
        {
            instruments.Booked(Outcome.Of(Refusal.Busy), 1);
            instruments.Redeemed(Outcome.Of(Verdict.Redeemed));
            instruments.BatchDecided(1, TimeSpan.FromSeconds(1));
            instruments.VendorCalled("Gateway", "accepted", TimeSpan.FromSeconds(1));
            instruments.JobRan("PublishLists", "done", TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Refusals_are_counted_under_the_codes_of_the_answers_and_another_name_apart_from_who_is_not_eligible() => Assert.All(
        Enum.GetValues<Refusal>(), refusal => Assert.Equal(refusal == Refusal.NameMismatch ? "name_mismatch" : RefusalResults.Code(refusal), Outcome.Of(refusal)));

    private static Task<(int Status, JsonElement Body)> RedeemAsync(HttpClient clerk, string? number, string lastFour, string requestId) =>
        clerk.PostAsync("/api/pharmacy/redemptions", new { number, idNumberLast4 = lastFour, requestId });
}
