using System.Globalization;
using System.Net;
using System.Text.Json;
using WeChatMask.City;
using WeChatMask.OfficialAccount;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>What the sandbox's page shows beside the phone: moments, feed, inbox, and how far a phone has come.</summary>
public sealed class StoryTests
{
    [Theory]
    [InlineData("loudi", "18:59 19:00 22:00 09:00 18:00 19:00")]
    [InlineData("chuzhou", "17:29 17:30 18:00 18:30 19:00 19:30 20:00 09:00 17:00 17:30")]
    public async Task The_moments_are_the_rounds_own(string city, string times)
    {
        await using var host = await SandboxHost.StartAsync(city);

        var moments = await MomentsAsync(host);

        Assert.Equal(times, string.Join(' ', moments.Where(m => Key(m) != "full").Select(m => m.GetProperty("at").GetString()![11..16])));
        Assert.Single(moments, m => Key(m) == "full");
        Assert.All(moments, m => Assert.False(m.GetProperty("done").GetBoolean()));
    }

    [Fact]
    public async Task What_lies_behind_is_done_and_the_round_stays_in_hand_until_the_next_one_opens()
    {
        await using var host = await SandboxHost.StartAsync();

        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        Assert.Equal("before opens", await DoneAsync(host));
        await host.SetClockAsync("2020-02-11T09:00:00+08:00");
        Assert.Equal("before opens full closes pickup", await DoneAsync(host));
        await host.SetClockAsync("2020-02-11T18:58:59+08:00");
        Assert.Equal("before opens full closes pickup end", await DoneAsync(host));
        Assert.Equal("2020-02-10", await RoundAsync(host));
        await host.SetClockAsync("2020-02-11T18:59:00+08:00");
        Assert.Equal("2020-02-11", await RoundAsync(host));
        Assert.Equal("before", await DoneAsync(host));
    }

    [Fact]
    public async Task A_round_that_is_taken_is_full_before_its_time()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        await host.Http.PostAsync("/sandbox/neighbours", new { count = 800 });
        Assert.Equal("before opens full", await DoneAsync(host));

        await host.AdvanceAsync("PT1S");
        var full = (await MomentsAsync(host)).Find(m => Key(m) == "full").GetProperty("at").GetDateTimeOffset();

        // How quick the neighbours are is the machine's matter.
        var now = (await host.Http.GetJsonAsync("/sandbox/clock")).GetProperty("now").GetDateTimeOffset();
        Assert.InRange(full, new DateTimeOffset(2020, 2, 10, 19, 0, 0, TimeSpan.FromHours(8)), now);
        Assert.True(now < new DateTimeOffset(2020, 2, 10, 21, 0, 0, TimeSpan.FromHours(8)));
    }

    [Fact]
    public async Task Without_a_policy_there_are_no_moments()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-01-15T08:00:00+08:00");

        Assert.False((await host.Http.GetJsonAsync("/sandbox/moments")).TryGetProperty("round", out _));
    }

    [Fact]
    public async Task The_feed_tells_the_evening_newest_first_in_plain_words()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var person = await host.NewResidentAsync(1);
        await person.BookAsync("LD01", "r1");
        await host.SetClockAsync("2020-02-10T22:00:00+08:00");

        var feed = await host.Http.GetJsonAsync("/sandbox/activity");
        var texts = feed.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("text").GetString()!).ToList();
        var calls = texts.Where(t => t.StartsWith("调用微信接口", StringComparison.Ordinal)).ToList();
        // What the account does for its own upkeep comes in no order that matters here.
        var upkeep = texts.Where(t => t.Contains("微信凭证", StringComparison.Ordinal) || t == "更新公众号菜单").ToList();

        Assert.Contains("调用微信接口 cgi-bin/stable_token", calls);
        // The sender may have run for the first one already, or take both at the end.
        var notices = texts.Where(t => t.EndsWith("条微信通知", StringComparison.Ordinal)).ToList();

        Assert.Contains("更新公众号菜单", upkeep);
        Assert.Equal(2, notices.Sum(t => int.Parse(t.Split(' ')[1], CultureInfo.InvariantCulture)));
        Assert.Equal(
            [
                "发出 6 条短信", "公示名单 · 5 家药店，并写好短信", "按序号排好领取时段 · 1 份", "结束预约 · 约出 1 份，剩余 799 份",
                "预约成功 1 份", "微信登录 · 手机换取身份 1 次", "开放预约 · 5 家药店 800 份", "按政策排好 2 期预约",
            ],
            texts.Where(t => !calls.Contains(t, StringComparer.Ordinal) && !upkeep.Contains(t, StringComparer.Ordinal) && !notices.Contains(t, StringComparer.Ordinal)));
        Assert.Equal((6, calls.Count + 1), (feed.GetProperty("sms").GetInt32(), feed.GetProperty("weChatCalls").GetInt32()));
    }

    [Fact]
    public async Task The_feed_tells_the_next_day_and_what_was_given_back()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var person = await host.NewResidentAsync(1);
        using var other = await host.NewResidentAsync(2);
        await person.BookAsync("LD01", "r1");
        var (_, given) = await other.BookAsync("LD02", "r2");
        await other.CancelAsync(given.GetProperty("number").GetString()!);
        await host.SetClockAsync("2020-02-11T18:00:00+08:00");

        var texts = await TextsAsync(host);

        Assert.Contains("取消预约 1 份，名额放回", texts);
        Assert.Contains("开始领取 · 5 家药店 1 份待领", texts);
        Assert.Contains("领取结束 · 1 份过期未领，转入下一期", texts);
        Assert.Contains("生成 1 份每日对账", texts);
    }

    [Fact]
    public async Task Nothing_new_is_answered_without_a_body_and_what_is_to_come_is_not_told()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var first = await host.Http.GetAsync(new Uri("/sandbox/activity", UriKind.Relative));
        var tag = first.Headers.ETag!.ToString();

        Assert.Equal(HttpStatusCode.NotModified, await AskAsync(host, tag));
        await host.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "event", @event = "subscribe" });
        Assert.Equal(HttpStatusCode.OK, await AskAsync(host, tag));
        Assert.Contains("有 1 人关注公众号，已回复欢迎语", await TextsAsync(host));

        await host.SetClockAsync("2020-02-10T18:57:00+08:00");
        var told = await TextsAsync(host);
        Assert.Contains("按政策排好 2 期预约", told);
        Assert.DoesNotContain("有 1 人关注公众号，已回复欢迎语", told);
        Assert.DoesNotContain(told, t => t.StartsWith("开放预约", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_inbox_shows_the_residents_first_and_the_neighbours_when_asked()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var person = await host.NewResidentAsync(1, mobile: "13812345678");
        await person.BookAsync("LD01", "r1");
        await host.Http.PostAsync("/sandbox/neighbours", new { count = 50 });
        await host.SetClockAsync("2020-02-10T22:00:00+08:00");

        var inbox = await host.Http.GetJsonAsync("/sandbox/inbox");
        var all = await host.Http.GetJsonAsync("/sandbox/inbox?neighbours=true");

        Assert.Equal((56, 50), (inbox.GetProperty("count").GetInt32(), inbox.GetProperty("toNeighbours").GetInt32()));
        var messages = inbox.GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(6, messages.Count);
        Assert.Equal("13812345678", messages[0].GetProperty("mobile").GetString());
        Assert.Equal(5, messages.Count(m => m.TryGetProperty("pharmacy", out _)));
        Assert.Equal(40, all.GetProperty("messages").GetArrayLength());
        Assert.Contains(all.GetProperty("messages").EnumerateArray(), m => m.GetProperty("toNeighbour").GetBoolean());
    }

    [Fact]
    public async Task A_phone_is_followed_from_its_first_greeting_to_the_counter()
    {
        await using var host = await SandboxHost.StartAsync();
        Assert.Equal("False False", await StateAsync(host));
        await host.Http.PostAsync("/sandbox/phones/o-7/messages", new { type = "event", @event = "subscribe" });
        Assert.Equal("True False", await StateAsync(host));
        using var person = await host.NewResidentAsync(7, "o-7");
        Assert.Equal("True True", await StateAsync(host));

        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var (_, booked) = await person.BookAsync("LD03", "r1");
        var booking = (await host.Http.GetJsonAsync("/sandbox/phones/o-7")).GetProperty("booking");

        Assert.Equal(booked.GetProperty("number").GetString(), booking.GetProperty("number").GetString());
        Assert.Equal(People.IdNumber(7)[^4..], booking.GetProperty("lastFour").GetString());
        Assert.Equal(("clerk-ld03", "booked"), (booking.GetProperty("clerk").GetString(), booking.GetProperty("status").GetString()));
        Assert.Equal("2020-02-11T09:00:00+08:00", booking.GetProperty("pickupOpensAt").GetString());
    }

    [Fact]
    public async Task A_chat_is_still_there_after_a_restart()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "event", @event = "subscribe" });
        await host.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "text", content = "帮助" });
        await host.Http.PostAsync("/sandbox/phones/oBela/messages", new { type = "event", @event = "subscribe" });
        await host.Http.PostAsync("/sandbox/phones/oBela/messages", new { type = "event", @event = "unsubscribe" });
        await host.RestartAsync();

        var lines = (await host.Http.GetJsonAsync("/sandbox/phones/oAnna/messages")).EnumerateArray().ToList();

        Assert.Equal(2, lines.Count);
        Assert.Equal("帮助", lines[1].GetProperty("act").GetProperty("content").GetString());
        Assert.Equal("text", lines[1].GetProperty("reply").GetProperty("type").GetString());
        Assert.True((await host.Http.GetJsonAsync("/sandbox/phones/oAnna")).GetProperty("following").GetBoolean());
        Assert.False((await host.Http.GetJsonAsync("/sandbox/phones/oBela")).GetProperty("following").GetBoolean());
    }

    [Fact]
    public async Task A_phone_that_cannot_be_is_422()
    {
        await using var host = await SandboxHost.StartAsync();

        using var answer = await host.Http.GetAsync(new Uri("/sandbox/phones/o%20x", UriKind.Relative));

        Assert.Equal((422, "invalid_phone"), ((int)answer.StatusCode, (await answer.JsonAsync()).Code()));
    }

    [Fact]
    public async Task The_page_has_the_accounts_own_menu_and_says_what_it_needs()
    {
        await using var host = await SandboxHost.StartAsync();

        var page = await host.Http.GetStringAsync("/sandbox");

        foreach (var button in host.Get<Menu>().Build().Buttons.SelectMany(b => b.Buttons ?? [b]))
        {
            var target = button.Key is { } key ? $"data-key=\"{key}\"" : $"data-path=\"{new Uri(button.Url!).PathAndQuery}\"";
            Assert.Contains(target, page, StringComparison.Ordinal);
            Assert.Contains($">{button.Name}</button>", page, StringComparison.Ordinal);
        }

        Assert.Contains("<noscript>", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
        foreach (var file in new[] { "api", "browser", "clock", "crowd", "feed", "inbox", "phone", "story" })
            Assert.NotEmpty(await host.Http.GetStringAsync($"/sandbox/{file}.js"));
    }

    [Fact]
    public async Task The_last_step_opens_the_counter_where_the_phone_has_booked()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var person = await host.NewResidentAsync(7, "o-7");
        await person.BookAsync("LD03", "r1");
        using var visitor = host.Browser();
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync(new Uri("/pharmacy", UriKind.Relative))).StatusCode);

        using var door = await visitor.PostAsync(new Uri("/sandbox/counter?phone=o-7", UriKind.Relative), null);
        var counter = await Pages.PageReader.OpenAsync(visitor, "/pharmacy");

        Assert.Equal((HttpStatusCode.Found, "/pharmacy"), (door.StatusCode, door.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, counter.Status);
        Assert.Contains(host.Get<CityFile>().Pharmacies.Single(p => p.Code == "LD03").Name, counter.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?phone=o-nobody")]
    [InlineData("?phone=%00")]
    public async Task Without_a_booking_the_last_step_opens_the_first_pharmacys_counter(string phone)
    {
        await using var host = await SandboxHost.StartAsync();
        using var visitor = host.Browser();

        using var door = await visitor.PostAsync(new Uri("/sandbox/counter" + phone, UriKind.Relative), null);

        Assert.Equal("/pharmacy", door.Headers.Location?.OriginalString);
        Assert.Contains(host.Get<CityFile>().Pharmacies[0].Name, (await Pages.PageReader.OpenAsync(visitor, "/pharmacy")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_another_name_of_this_machine_the_page_moves_to_its_own_address()
    {
        await using var host = await SandboxHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sandbox") { Headers = { Host = $"localhost:{host.Address.Port}" } };

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal($"{host.Address}sandbox", answer.Headers.Location?.ToString());
    }

    private static async Task<List<JsonElement>> MomentsAsync(SandboxHost host) =>
        [.. (await host.Http.GetJsonAsync("/sandbox/moments")).GetProperty("round").GetProperty("moments").EnumerateArray()];

    private static string Key(JsonElement moment) => moment.GetProperty("key").GetString()!;

    private static async Task<string> DoneAsync(SandboxHost host) =>
        string.Join(' ', (await MomentsAsync(host)).Where(m => m.GetProperty("done").GetBoolean()).Select(Key));

    private static async Task<string?> RoundAsync(SandboxHost host) =>
        (await host.Http.GetJsonAsync("/sandbox/moments")).GetProperty("round").GetProperty("date").GetString();

    private static async Task<List<string>> TextsAsync(SandboxHost host) =>
    [
        .. (await host.Http.GetJsonAsync("/sandbox/activity")).GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("text").GetString()!),
    ];

    private static async Task<HttpStatusCode> AskAsync(SandboxHost host, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sandbox/activity");
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var answer = await host.Http.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<string> StateAsync(SandboxHost host)
    {
        var state = await host.Http.GetJsonAsync("/sandbox/phones/o-7");
        return $"{state.GetProperty("following").GetBoolean()} {state.GetProperty("registered").GetBoolean()}";
    }
}
