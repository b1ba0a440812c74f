using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Notices;

/// <summary>Each hand-over is told at once to whoever booked it and to who collects for the person, so that one that nobody made is found.</summary>
public sealed class HandOverNoticeTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";
    private const string Morning = "2020-02-11T09:40:00+08:00";
    private const string Redemptions = "/api/pharmacy/redemptions";

    [EngineTheory]
    public async Task The_booker_reads_where_when_how_many_and_what_to_do_and_no_SMS_is_sent(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var one = await FollowAsync(host, 1, "o-1");
        var number = await BookAsync(one, "a");
        await host.SetClockAsync(Morning);
        using var clerk = await host.ClerkAsync("LD01");
        var sms = (await host.SmsAsync()).Count;

        var body = new { number, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "r", units = 3 };
        foreach (var _ in Enumerable.Range(0, 3)) await clerk.PostAsync(Redemptions, body);
        await host.AdvanceAsync("PT2M");

        var told = Assert.Single(await PushedAsync(host, "o-1"), p => p.Title == "已领取通知");
        Assert.Contains("城东湘柳大药房", told.Text, StringComparison.Ordinal);
        Assert.Contains("2020年2月11日 09:4", told.Text, StringComparison.Ordinal);
        Assert.Contains("3只", told.Text, StringComparison.Ordinal);
        Assert.Contains("不是您或家人领的", told.Text, StringComparison.Ordinal);
        Assert.EndsWith("/not-mine#collected", told.Url, StringComparison.Ordinal);
        Assert.Equal(sms, (await host.SmsAsync()).Count);

        // Taken back: told once too; handed over again is another hand-over.
        Assert.Equal(200, (await clerk.PostAsync($"{Redemptions}/{number}/void", new { reason = "扫错了" })).Status);
        Assert.Equal(409, (await clerk.PostAsync($"{Redemptions}/{number}/void", new { reason = "扫错了" })).Status);
        await host.AdvanceAsync("PT2M");
        await clerk.PostAsync(Redemptions, new { number, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "r2" });
        await host.AdvanceAsync("PT2M");
        Assert.Equal(["已领取通知", "领取撤销通知", "已领取通知"], (await PushedAsync(host, "o-1")).Select(p => p.Title).Where(t => t.Contains("领取", StringComparison.Ordinal)).TakeLast(3));
        Assert.Equal(sms, (await host.SmsAsync()).Count);
    }

    [EngineTheory]
    public async Task Told_later_by_a_phone_without_a_network_it_is_told_when_it_arrives(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var one = await FollowAsync(host, 1, "o-1");
        var number = await BookAsync(one, "a");
        await host.SetClockAsync("2020-02-11T11:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var told = new { handOvers = new[] { new { requestId = "off", number, idNumberLast4 = People.IdNumber(1)[^4..], handedOverAt = Morning } } };

        foreach (var _ in Enumerable.Range(0, 2)) Assert.Equal(200, (await clerk.PostAsync($"{Redemptions}/settle", told)).Status);
        await host.AdvanceAsync("PT2M");

        Assert.Contains("2020年2月11日 09:40", Assert.Single(await PushedAsync(host, "o-1"), p => p.Title == "已领取通知").Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task Other_accounts_are_told_only_where_the_person_has_collected_through_them_before(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var son = await FollowAsync(host, 1, "o-son");
        using var stranger = await FollowAsync(host, 1, "o-stranger");
        using var mother = await FollowAsync(host, 1, "o-mother");
        using var clerk = await host.ClerkAsync("LD01");
        var first = await BookAsync(son, "a");
        await host.SetClockAsync(Morning);
        await clerk.PostAsync(Redemptions, new { number = first, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "r1" });
        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        var second = await BookAsync(mother, "b");
        await host.SetClockAsync("2020-02-13T09:40:00+08:00");

        await clerk.PostAsync(Redemptions, new { number = second, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "r2" });
        await host.AdvanceAsync("PT2M");

        Assert.Single(await PushedAsync(host, "o-mother"), p => p.Title == "已领取通知");
        Assert.Equal(2, (await PushedAsync(host, "o-son")).Count(p => p.Title == "已领取通知"));
        Assert.DoesNotContain(await PushedAsync(host, "o-son"), p => p.Text.Contains(second, StringComparison.Ordinal));
        Assert.Empty(await PushedAsync(host, "o-stranger"));
    }

    [EngineTheory]
    public async Task By_SMS_where_the_policy_wants_it(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-09T12:00:00+08:00", engine: engine);
        await host.Get<Database>().WriteAsync(
            t => t.ExecuteAsync("UPDATE policy SET document = REPLACE(document, '\"handOverSms\":false', '\"handOverSms\":true')"), CancellationToken.None);
        await host.RestartAsync("2020-02-10T19:00:00+08:00");
        using var one = await FollowAsync(host, 1, "o-1");
        var number = await BookAsync(one, "a");
        await host.SetClockAsync(Morning);
        using var clerk = await host.ClerkAsync("LD01");
        var before = (await host.SmsAsync(People.Mobile(1))).Count;

        await clerk.PostAsync(Redemptions, new { number, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "r", units = 2 });
        await host.AdvanceAsync("PT1M");
        await clerk.PostAsync($"{Redemptions}/{number}/void", new { reason = "扫错了" });
        await host.AdvanceAsync("PT1M");

        var texts = (await host.SmsAsync(People.Mobile(1))).Skip(before).Select(s => s.GetProperty("text").GetString()!).ToList();
        Assert.Equal(2, texts.Count);
        Assert.Contains("在城东湘柳大药房领取2只", texts[0], StringComparison.Ordinal);
        Assert.Contains("不是您或家人领的，请马上拨打12315，8262190", texts[0], StringComparison.Ordinal);
        Assert.Contains("已撤销", texts[1], StringComparison.Ordinal);
    }

    private static async Task<ResidentPhone> FollowAsync(SandboxHost host, int person, string openId)
    {
        await host.Http.PostAsync($"/sandbox/phones/{openId}/messages", new { type = "event", @event = "subscribe" });
        return await host.NewResidentAsync(person, openId);
    }

    private static async Task<string> BookAsync(ResidentPhone phone, string requestId) =>
        (await phone.BookAsync("LD01", requestId)).Body.GetProperty("number").GetString()!;

    internal static async Task<List<(string Title, string Text, string Url)>> PushedAsync(SandboxHost host, string openId) =>
    [
        .. (await host.Http.GetJsonAsync($"/sandbox/phones/{openId}/messages")).EnumerateArray()
            .Where(l => l.GetProperty("act").GetProperty("type").GetString() == "push")
            .Select(l => l.GetProperty("reply").GetProperty("articles")[0])
            .Select(a => (a.GetProperty("title").GetString()!, a.GetProperty("description").GetString()!, a.GetProperty("url").GetString()!)),
    ];
}
