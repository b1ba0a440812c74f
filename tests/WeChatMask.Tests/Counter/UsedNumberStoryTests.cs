using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Notices;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Counter;

/// <summary>The story of somebody whose number was used: they get their goods at the counter, and whoever used it learns nothing more.</summary>
public sealed class UsedNumberStoryTests
{
    [EngineTheory]
    public async Task The_owner_is_refused_is_shown_what_to_do_and_collects_with_the_card_alone(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var thief = await FollowAsync(host, "o-thief", "13900000009");
        var number = (await thief.BookAsync("LD03", "a")).Body.GetProperty("number").GetString()!;
        using var owner = await FollowAsync(host, "o-owner", "13900000001");

        // The owner presses, is refused without a word of where or when, and follows the link.
        var form = await PageReader.OpenAsync(owner.Http, "/book");
        var refused = await form.PostAsync(owner.Http, ("requestId", form.Hidden("requestId")), ("residentId", owner.ResidentId), ("pharmacyCode", "LD01"));
        Assert.Contains("不是我约的", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(number, refused.Html, StringComparison.Ordinal);
        var help = await PageReader.OpenAsync(owner.Http, "/not-mine");
        Assert.All(["带上您本人的身份证", "12315", "8262190"], words => Assert.Contains(words, help.Text, StringComparison.Ordinal));

        // Next morning, at the nearest pharmacy: it tells which one it is.
        await host.SetClockAsync("2020-02-11T09:30:00+08:00");
        using var nearest = await host.ClerkAsync("LD01");
        var asked = await (await PageReader.OpenAsync(nearest, "/pharmacy/scan")).PostToAsync(
            nearest, "/pharmacy/scan?handler=Check", ("Code", People.IdNumber(1)), ("LastFour", ""), ("RequestId", "ask"));
        Assert.Contains("data-verdict=\"OtherPharmacy\"", asked.Html, StringComparison.Ordinal);
        Assert.Contains("城西枫林堂药房", asked.Text, StringComparison.Ordinal);

        // There the card alone is enough.
        using var clerk = await host.ClerkAsync("LD03");
        var look = await (await PageReader.OpenAsync(clerk, "/pharmacy/scan")).PostToAsync(
            clerk, "/pharmacy/scan?handler=Check", ("Code", People.IdNumber(1)), ("LastFour", ""), ("RequestId", "take"));
        Assert.Contains("data-verdict=\"Valid\"", look.Html, StringComparison.Ordinal);
        var given = await look.PostToAsync(clerk, "/pharmacy/scan?handler=Redeem", ("Code", People.IdNumber(1)), ("LastFour", ""), ("RequestId", "take"));
        Assert.Contains("data-verdict=\"Redeemed\"", given.Html, StringComparison.Ordinal);
        await host.AdvanceAsync("PT2M");

        // Whoever used the number hears that it was collected, by the account that booked it, and nothing of who or by what.
        var told = Assert.Single(await HandOverNoticeTests.PushedAsync(host, "o-thief"), p => p.Title == "已领取通知");
        Assert.All(["o-owner", People.IdNumber(1)[^4..], "13900000001", "身份证"], secret => Assert.DoesNotContain(secret, told.Text, StringComparison.Ordinal));
        var seen = (await thief.Http.GetStringAsync($"/api/bookings/{number}")) + (await thief.Http.GetStringAsync($"/bookings/{number}")) + (await thief.Http.GetStringAsync("/my-data"));
        Assert.All(["o-owner", "13900000001"], secret => Assert.DoesNotContain(secret, seen, StringComparison.Ordinal));
        Assert.Empty((await owner.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings").EnumerateArray());

        // From the next evening the owner books, and the account that used the number sees nothing of it.
        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        var me = await thief.Http.GetStringAsync("/api/me");
        Assert.Equal(201, (await owner.BookAsync("LD01", "own")).Status);
        Assert.Equal(me, await thief.Http.GetStringAsync("/api/me"));
        Assert.False((await thief.BookAsync("LD01", "again")).Body.TryGetProperty("bookableFrom", out _));
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(CancellationToken.None), r => r.Broken != 0);
    }

    [EngineTheory]
    public async Task Or_has_it_cancelled_at_whichever_pharmacy_and_books_again(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var thief = await FollowAsync(host, "o-thief", "13900000009");
        var number = (await thief.BookAsync("LD03", "a")).Body.GetProperty("number").GetString()!;
        using var owner = await FollowAsync(host, "o-owner", "13900000001");
        using var clerk = await host.ClerkAsync("LD02");

        var form = await PageReader.OpenAsync(clerk, "/pharmacy/holder");
        Assert.Equal(422, (int)(await form.PostAsync(clerk, ("Code", People.IdNumber(1)[^4..]))).Status);
        Assert.Contains("没有等着领取的预约", (await form.PostAsync(clerk, ("Code", People.IdNumber(2)))).Text, StringComparison.Ordinal);
        var found = await form.PostAsync(clerk, ("Code", People.IdNumber(1)));
        Assert.Contains("城西枫林堂药房", found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("张三丰", found.Html, StringComparison.Ordinal);
        var done = await found.PostToAsync(
            clerk, "/pharmacy/holder?handler=Cancel", ("Code", People.IdNumber(1)), ("Number", found.Hidden("Number")), ("RequestId", found.Hidden("RequestId")));
        Assert.Contains("已取消。", done.Text, StringComparison.Ordinal);

        Assert.Equal(201, (await owner.BookAsync("LD01", "own")).Status);
        await host.AdvanceAsync("PT1M");
        Assert.Contains(number, Assert.Single(await HandOverNoticeTests.PushedAsync(host, "o-thief"), p => p.Title == "本人取消通知").Text, StringComparison.Ordinal);
        Assert.Single(await HandOverNoticeTests.PushedAsync(host, "o-owner"), p => p.Title == "可以预约通知");
        Assert.DoesNotContain(await host.Get<InvariantQueries>().RunAsync(CancellationToken.None), r => r.Broken != 0);
    }

    private static async Task<ResidentPhone> FollowAsync(SandboxHost host, string openId, string mobile)
    {
        await host.Http.PostAsync($"/sandbox/phones/{openId}/messages", new { type = "event", @event = "subscribe" });
        return await host.NewResidentAsync(1, openId, mobile);
    }
}
