using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Conversation;
using WeChatMask.Data;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.OfficialAccount;

/// <summary>What the account sends by itself over a day, and to whom: shown by the sandbox's phone.</summary>
public sealed class AccountDayTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";

    [EngineTheory]
    public async Task A_follower_reads_of_booking_slot_morning_and_lapse_in_the_chat_and_still_gets_one_SMS(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        await ActAsync(host, "o-1", "subscribe");
        using var one = await host.NewResidentAsync(1);
        var number = (await one.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;

        await host.SetClockAsync("2020-02-11T19:00:00+08:00");

        var pushed = await PushedAsync(host, "o-1");
        Assert.Equal(["预约成功通知", "领取时段通知", "今日领取提醒", "过期未领通知"], pushed.Select(p => p.Title));
        Assert.All(pushed, p => Assert.Contains(number, p.Text, StringComparison.Ordinal));
        Assert.All(pushed, p => Assert.EndsWith($"/bookings/{number}", p.Url, StringComparison.Ordinal));
        Assert.Contains("2020年2月11日 09:00~2020年2月11日 09:30", pushed[1].Text, StringComparison.Ordinal);
        Assert.Equal("2020-02-11T08:00", pushed[2].At[..16]);
        Assert.Single(await host.SmsAsync(People.Mobile(1)));
        Assert.Equal(6, (await host.SmsAsync()).Count);
        Assert.Equal(4, await CountAsync(host, "channel = 1 AND status = 1"));
    }

    [EngineTheory]
    public async Task Whose_pickup_moved_is_reminded_on_the_morning_of_the_new_day_alone(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        await ActAsync(host, "o-1", "subscribe");
        using var one = await host.NewResidentAsync(1);
        await one.BookAsync("LD01", "a");
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T07:30:00+08:00");
        Assert.Equal(1, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 0, requestId = "d" })).Body.Figure("moved"));

        await host.SetClockAsync("2020-02-11T09:00:00+08:00");
        Assert.DoesNotContain("今日领取提醒", (await PushedAsync(host, "o-1")).Select(p => p.Title));
        await host.SetClockAsync("2020-02-12T08:30:00+08:00");

        var reminder = Assert.Single(await PushedAsync(host, "o-1"), p => p.Title == "今日领取提醒");
        Assert.Equal("2020-02-12T08:00", reminder.At[..16]);
        Assert.Contains("2020年2月12日", reminder.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("2020年2月11日", reminder.Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task Whose_pickup_moved_and_was_not_made_reads_of_the_lapse_once_on_that_day(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        await ActAsync(host, "o-1", "subscribe");
        using var one = await host.NewResidentAsync(1);
        var number = (await one.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        using var clerk = await host.ClerkAsync("LD01");
        await host.SetClockAsync("2020-02-11T08:30:00+08:00");
        Assert.Equal(1, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 0, requestId = "d" })).Body.Figure("moved"));
        await host.SetClockAsync("2020-02-11T19:00:00+08:00");
        Assert.DoesNotContain("过期未领通知", (await PushedAsync(host, "o-1")).Select(p => p.Title));

        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        await host.SetClockAsync("2020-02-13T19:00:00+08:00");

        Assert.Equal("lapsed", (await one.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("status").GetString());
        var told = Assert.Single(await PushedAsync(host, "o-1"), p => p.Title == "过期未领通知");
        Assert.Equal("2020-02-12T18:00", told.At[..16]);
        Assert.Contains(number, told.Text, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(host, "kind = 21"));
    }

    [Fact]
    public async Task What_became_of_a_message_is_written_on_its_row()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        await ActAsync(host, "o-1", "subscribe");
        using var one = await host.NewResidentAsync(1);
        await one.BookAsync("LD01", "a");
        await host.SetClockAsync("2020-02-11T08:30:00+08:00");

        await Eventually.UntilAsync(async () => await CountAsync(host, "wechat_result = 'success'") >= 3);

        Assert.Equal(3, await CountAsync(host, "channel = 1 AND wechat_result = 'success'"));
    }

    [Fact]
    public async Task Who_does_not_follow_is_tried_once_and_left_in_peace()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var one = await host.NewResidentAsync(1);
        await one.BookAsync("LD01", "a");

        await host.SetClockAsync("2020-02-11T08:30:00+08:00");

        Assert.Empty(await PushedAsync(host, "o-1"));
        Assert.Single(await CallsAsync(host, "cgi-bin/message/"));
        Assert.Equal((3, 0), (await CountAsync(host, "channel = 1 AND status = 2"), await CountAsync(host, "channel = 1 AND status = 0")));
        Assert.Single(await host.SmsAsync(People.Mobile(1)));
    }

    [Fact]
    public async Task Leaving_the_chat_ends_messages_and_no_booking_and_coming_back_brings_them_again()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        await ActAsync(host, "o-1", "subscribe");
        using var one = await host.NewResidentAsync(1);
        var number = (await one.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        await host.AdvanceAsync("PT1S");
        await ActAsync(host, "o-1", "unsubscribe");
        await host.SetClockAsync("2020-02-10T22:00:01+08:00");

        Assert.Single(await PushedAsync(host, "o-1"));
        Assert.Equal("booked", (await one.Http.GetJsonAsync($"/api/bookings/{number}")).GetProperty("status").GetString());

        await ActAsync(host, "o-1", "subscribe");
        await host.SetClockAsync("2020-02-11T08:00:01+08:00");
        Assert.Equal(["预约成功通知", "今日领取提醒"], (await PushedAsync(host, "o-1")).Select(p => p.Title));
    }

    [Fact]
    public async Task Who_refuses_notices_is_not_asked_again_for_the_same_one()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        await ActAsync(host, "o-1", "subscribe");
        using var refusing = await host.Http.PutAsync(new Uri("/sandbox/phones/o-1/notices", UriKind.Relative), System.Net.Http.Json.JsonContent.Create(new { accepts = false }));
        Assert.True(refusing.IsSuccessStatusCode);
        using var one = await host.NewResidentAsync(1);
        await one.CancelAsync((await one.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!);
        await host.AdvanceAsync("PT1H");

        Assert.Single(await CallsAsync(host, "cgi-bin/message/subscribe/bizsend"));
        Assert.Equal(1, await CountAsync(host, "channel = 1 AND status = 2 AND problem = '43101'"));
    }

    [Fact]
    public async Task An_outage_of_WeChat_hinders_no_booking_and_sends_no_SMS_instead()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        await ActAsync(host, "o-1", "subscribe");
        using var one = await host.NewResidentAsync(1);
        await host.FailAsync("wechat", "down");
        Assert.Equal(201, (await one.BookAsync("LD01", "a")).Status);
        await host.AdvanceAsync("PT30M");
        Assert.Empty(await host.SmsAsync());
        Assert.Equal(1, await CountAsync(host, "channel = 1 AND status = 0"));

        await host.FailAsync("wechat", "ok");
        await host.AdvanceAsync("PT20M");

        Assert.Equal("预约成功通知", Assert.Single(await PushedAsync(host, "o-1")).Title);
    }

    [Fact]
    public async Task Without_a_template_nothing_is_written_or_sent()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, configure: builder =>
        {
            foreach (var name in new[] { "Booked", "Slot", "Reminder", "Lapsed", "Cancelled" }) builder.Configuration[$"WeChatNotices:{name}:Id"] = "";
        });
        await ActAsync(host, "o-1", "subscribe");
        using var one = await host.NewResidentAsync(1);
        await one.BookAsync("LD01", "a");
        await host.SetClockAsync("2020-02-11T08:30:00+08:00");

        Assert.Equal(0, await CountAsync(host, "channel = 1"));
        Assert.Empty(await CallsAsync(host, "cgi-bin/message/"));
    }

    [Fact]
    public async Task The_menu_is_set_once_and_again_only_when_it_differs()
    {
        await using var host = await SandboxHost.StartAsync();
        // The job that runs at the start may be at it.
        await Eventually.UntilAsync(async () =>
        {
            await RunAsync(host, "SyncMenu");
            return (await CallsAsync(host, "cgi-bin/menu/create")).Count > 0;
        });

        await RunAsync(host, "SyncMenu");
        Assert.Single(await CallsAsync(host, "cgi-bin/menu/create"));

        // A day later it is compared, and found to be the same.
        await host.AdvanceAsync("P1DT1M");
        await RunAsync(host, "SyncMenu");
        Assert.Single(await CallsAsync(host, "cgi-bin/menu/create"));
        Assert.True((await CallsAsync(host, "cgi-bin/menu/get")).Count >= 2);

        host.Get<WeChatMask.Sandbox.WeChatAccount>().DeleteMenu();
        await host.AdvanceAsync("P1DT1M");
        await RunAsync(host, "SyncMenu");
        Assert.Equal(2, (await CallsAsync(host, "cgi-bin/menu/create")).Count);
    }

    [Fact]
    public async Task A_poster_at_the_door_leads_to_that_pharmacy()
    {
        await using var host = await SandboxHost.StartAsync();
        using var supervisor = host.Browser();
        using var entered = await StaffLogins.LogInAsync(supervisor, "supervisor", "supervisor-demo");
        var list = await PageReader.OpenAsync(supervisor, "/supervisor/posters");
        Assert.Contains("制作缺少的二维码", list.Html, StringComparison.Ordinal);
        var made = await list.PostAsync(supervisor);
        Assert.Equal(302, (int)made.Status);

        var poster = await PageReader.OpenAsync(supervisor, "/supervisor/posters/LD03");
        Assert.Equal(200, (int)poster.Status);
        var svg = await supervisor.GetStringAsync("/supervisor/posters/LD03/code.svg");
        var url = System.Text.RegularExpressions.Regex.Match(svg, "<title>([^<]+)</title>").Groups[1].Value;
        var scene = host.Get<WeChatMask.Sandbox.WeChatAccount>().SceneOf(url);
        Assert.Equal("LD03", scene);

        var (_, scanned) = await host.Http.PostAsync("/sandbox/phones/o-9/messages", new { type = "event", @event = "subscribe", eventKey = $"qrscene_{scene}" });
        var link = new Uri(scanned.GetProperty("reply").GetProperty("articles")[0].GetProperty("url").GetString()!);
        Assert.Equal("/book?pharmacy=LD03", link.PathAndQuery);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_said_afterwards()
    {
        await using var host = await SandboxHost.StartAsync();
        await ActAsync(host, "o-1", "subscribe");
        var slow = ActivatorUtilities.CreateInstance<DeferredReplies>(host.App.Services, new Impatient());
        var making = new TaskCompletionSource<Reply>();

        Assert.IsType<NoReply>(await slow.AnswerAsync("o-1", _ => making.Task, CancellationToken.None));
        making.SetResult(new TextReply("later"));
        var said = "";
        await Eventually.UntilAsync(async () =>
        {
            said = (await host.Http.GetJsonAsync("/sandbox/phones/o-1/messages")).EnumerateArray()
                .Where(l => l.GetProperty("act").GetProperty("type").GetString() == "push")
                .Select(l => l.GetProperty("reply").GetProperty("content").GetString()!).FirstOrDefault("");
            return said.Length > 0;
        });

        Assert.Equal("later", said);
        Assert.IsType<TextReply>(await slow.AnswerAsync("o-1", _ => Task.FromResult<Reply>(new TextReply("now")), CancellationToken.None));
    }

    private static async Task ActAsync(SandboxHost host, string openId, string name)
    {
        var (_, answer) = await host.Http.PostAsync($"/sandbox/phones/{openId}/messages", new { type = "event", @event = name });
        Assert.Equal(200, answer.GetProperty("status").GetInt32());
    }

    private static async Task RunAsync(SandboxHost host, string job) =>
        await host.Get<DueWork>().RunAsync(Schedule.Jobs.First(j => j.Name == job), CancellationToken.None);

    private static async Task<IReadOnlyList<JsonElement>> CallsAsync(SandboxHost host, string path) =>
        [.. (await host.Http.GetJsonAsync("/sandbox/wechat/calls")).EnumerateArray().Where(c => c.GetProperty("path").GetString()!.StartsWith(path, StringComparison.Ordinal))];

    private static async Task<List<Pushed>> PushedAsync(SandboxHost host, string openId) =>
    [
        .. (await host.Http.GetJsonAsync($"/sandbox/phones/{openId}/messages")).EnumerateArray()
            .Where(l => l.GetProperty("act").GetProperty("type").GetString() == "push")
            .Select(l => (At: l.GetProperty("at").GetString()!, Article: l.GetProperty("reply").GetProperty("articles")[0]))
            .Select(l => new Pushed(
                l.At, l.Article.GetProperty("title").GetString()!, l.Article.GetProperty("description").GetString()!, l.Article.GetProperty("url").GetString()!)),
    ];

    private static Task<int> CountAsync(SandboxHost host, string where) =>
        host.Get<Database>().ScalarAsync<int>($"SELECT COUNT(*) FROM outbox WHERE {where}");

    private sealed record Pushed(string At, string Title, string Text, string Url);

    // Whatever it is asked to wait for is over at once.
    private sealed class Impatient : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
