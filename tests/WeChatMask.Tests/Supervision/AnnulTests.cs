using System.Net.Http.Json;
using System.Text.Json;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Notices;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Supervision;

/// <summary>A supervisor annuls what somebody booked with another's number; and sees where hand-overs crowd at a day's end.</summary>
public sealed class AnnulTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";
    private const string Find = "/api/supervisor/bookings/find";

    [EngineTheory]
    public async Task Found_by_number_or_card_it_is_annulled_once_and_everybody_is_told(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var thief = await FollowAsync(host, "o-thief");
        using var owner = await FollowAsync(host, "o-owner");
        var number = (await thief.BookAsync("LD03", "a")).Body.GetProperty("number").GetString()!;
        Assert.Equal("already_booked", (await owner.BookAsync("LD01", "b")).Body.Code());
        using var supervisor = await host.SupervisorAsync();

        var byNumber = Assert.Single((await supervisor.PostAsync(Find, new { number })).Body.GetProperty("bookings").EnumerateArray());
        var byCard = Assert.Single((await supervisor.PostAsync(Find, new { idNumber = People.IdNumber(1) })).Body.GetProperty("bookings").EnumerateArray());
        Assert.Equal(byNumber.ToString(), byCard.ToString());
        Assert.Equal(("LD03", "wechat", 1, true), (byCard.GetProperty("pharmacyCode").GetString(), byCard.GetProperty("bookedBy").GetString(), byCard.GetProperty("otherAccounts").GetInt32(), byCard.GetProperty("mayAnnul").GetBoolean()));
        Assert.All([People.IdNumber(1), "张三丰", "o-thief"], secret => Assert.DoesNotContain(secret, byCard.ToString(), StringComparison.Ordinal));

        Assert.Equal((422, "invalid_reason"), Code(await supervisor.PostAsync(Annul(number), new { reason = " ", requestId = "x" })));
        Assert.Equal((422, "invalid_request_id"), Code(await supervisor.PostAsync(Annul(number), new { reason = "冒用" })));
        Assert.Equal((404, "unknown_booking"), Code(await supervisor.PostAsync(Annul("20000000000"), new { reason = "冒用", requestId = "x" })));
        var twice = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(supervisor, number, "x")));
        Assert.All(twice, status => Assert.Equal(204, status));
        Assert.Equal((409, "booking_ended"), Code(await supervisor.PostAsync(Annul(number), new { reason = "冒用", requestId = "y" })));

        // The number is its owner's again, at once, and the place is free.
        Assert.Equal(201, (await owner.BookAsync("LD01", "c")).Status);
        Assert.Equal("cancelled", (await thief.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("status").GetString());
        await host.AdvanceAsync("PT1M");
        Assert.Contains(number, Assert.Single(await HandOverNoticeTests.PushedAsync(host, "o-thief"), p => p.Title == "预约撤销通知").Text, StringComparison.Ordinal);
        var told = Assert.Single(await HandOverNoticeTests.PushedAsync(host, "o-owner"), p => p.Title == "可以预约通知");
        Assert.All([number, "城西", "2月"], secret => Assert.DoesNotContain(secret, told.Text, StringComparison.Ordinal));
        var lines = (await host.Get<AuditQueries>().NewestAsync(100, CancellationToken.None)).Where(l => l.Subject == number).ToList();
        Assert.Single(lines, l => l is { Action: "booking.annul", Actor: "supervisor", Detail: "冒用" });
        Assert.Equal(2, lines.Count(l => l.Action == "booking.find"));
        await AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task What_has_lapsed_keeps_its_owner_from_booking_until_it_is_annulled(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var thief = await FollowAsync(host, "o-thief");
        using var owner = await FollowAsync(host, "o-owner");
        var number = (await thief.BookAsync("LD03", "a")).Body.GetProperty("number").GetString()!;
        await host.SetClockAsync("2020-02-11T19:05:00+08:00");
        Assert.Equal("lapsed", (await thief.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("status").GetString());
        Assert.Equal("cooldown", (await owner.BookAsync("LD01", "b")).Body.Code());

        Assert.Equal(204, await SendAsync(await host.SupervisorAsync(), number, "x"));

        Assert.Equal(201, (await owner.BookAsync("LD01", "c")).Status);
        await AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task A_look_that_finds_nothing_leaves_its_line_too(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        var supervisor = await host.SupervisorAsync();

        Assert.Empty((await supervisor.PostAsync(Find, new { idNumber = People.IdNumber(2) })).Body.GetProperty("bookings").EnumerateArray());

        Assert.Single(await host.Get<AuditQueries>().NewestAsync(100, CancellationToken.None), l => l is { Action: "booking.find", Actor: "supervisor" });
    }

    [EngineTheory]
    public async Task The_page_shows_whom_it_touches_and_works_without_a_script(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var thief = await FollowAsync(host, "o-thief");
        var number = (await thief.BookAsync("LD03", "a")).Body.GetProperty("number").GetString()!;
        await host.SetClockAsync("2020-02-10T22:05:00+08:00");
        using var supervisor = await host.SupervisorAsync();

        var form = await PageReader.OpenAsync(supervisor, "/supervisor/annul");
        Assert.Contains("没有找到预约", (await form.PostAsync(supervisor, ("Sought", "20000000000"))).Text, StringComparison.Ordinal);
        var found = await form.PostAsync(supervisor, ("Sought", People.IdNumber(1)));
        Assert.Contains("转入城西枫林堂药房的下一期", found.Text, StringComparison.Ordinal);
        Assert.Contains("其他账号有 0 个", found.Text, StringComparison.Ordinal);
        var refused = await found.PostToAsync(supervisor, "/supervisor/annul?handler=Annul", ("Sought", number), ("Number", number), ("RequestId", found.Hidden("RequestId")), ("Reason", ""));
        Assert.Equal(422, (int)refused.Status);
        var done = await found.PostToAsync(supervisor, "/supervisor/annul?handler=Annul", ("Sought", number), ("Number", number), ("RequestId", found.Hidden("RequestId")), ("Reason", "本人来访，号码被冒用"));

        Assert.Contains("已撤销。", done.Text, StringComparison.Ordinal);
        Assert.Equal("cancelled", (await thief.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("status").GetString());
        await AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task Many_hand_overs_in_a_pharmacys_last_half_hour_are_shown_and_fewer_are_not(DatabaseKind engine)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Site:LastHalfHourHandOvers"] = "3" };
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine, settings: settings);
        var numbers = new Dictionary<int, string>();
        for (var i = 1; i <= 8; i++)
        {
            using var phone = await host.NewResidentAsync(i);
            numbers[i] = (await phone.BookAsync(i <= 5 ? "LD01" : "LD02", "a")).Body.GetProperty("number").GetString()!;
        }

        using var first = await host.ClerkAsync("LD01");
        using var second = await host.ClerkAsync("LD02");
        await host.SetClockAsync("2020-02-11T17:29:00+08:00");
        foreach (var i in new[] { 1, 6, 7, 8 }) await HandOverAsync(i <= 5 ? first : second, i);
        await host.SetClockAsync("2020-02-11T17:31:00+08:00");
        foreach (var i in new[] { 2, 3 }) await HandOverAsync(first, i);
        using var supervisor = await host.SupervisorAsync();
        Assert.Empty((await supervisor.GetJsonAsync("/api/supervisor/late-hand-overs")).GetProperty("days").EnumerateArray());

        await HandOverAsync(first, 4);
        await HandOverAsync(first, 5);
        await first.PostAsync($"/api/pharmacy/redemptions/{numbers[5]}/void", new { reason = "扫错了" });

        var day = Assert.Single((await supervisor.GetJsonAsync("/api/supervisor/late-hand-overs")).GetProperty("days").EnumerateArray());
        Assert.Equal(("LD01", "2020-02-11", 3, 4), (day.GetProperty("code").GetString(), day.GetProperty("day").GetString(), day.GetProperty("late").GetInt32(), day.GetProperty("wholeDay").GetInt32()));
        var page = await PageReader.OpenAsync(supervisor, "/supervisor");
        Assert.Contains("城东湘柳大药房：最后半小时发放 3 份，全天 4 份", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("城南荷塘药店：最后半小时", page.Text, StringComparison.Ordinal);

        async Task HandOverAsync(HttpClient clerk, int i) =>
            Assert.Equal("redeemed", (await clerk.PostAsync("/api/pharmacy/redemptions", new { number = numbers[i], idNumberLast4 = People.IdNumber(i)[^4..], requestId = $"h{i}" })).Body.GetProperty("verdict").GetString());
    }

    private static async Task<ResidentPhone> FollowAsync(SandboxHost host, string openId)
    {
        await host.Http.PostAsync($"/sandbox/phones/{openId}/messages", new { type = "event", @event = "subscribe" });
        return await host.NewResidentAsync(1, openId);
    }

    private static string Annul(string number) => $"/api/supervisor/bookings/{number}/annul";

    private static async Task<int> SendAsync(HttpClient supervisor, string number, string requestId)
    {
        using var answer = await supervisor.PostAsJsonAsync(Annul(number), new { reason = "冒用", requestId });
        return (int)answer.StatusCode;
    }

    private static (int Status, string? Code) Code((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.Code());

    private static async Task AssertSoundAsync(SandboxHost host) =>
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(CancellationToken.None), r => r.Broken != 0);
}
