using System.Text.Json;
using WeChatMask.Domain;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Conversation;

/// <summary>The account on a phone: what it answers in each state of the day, and to whom.</summary>
public sealed class ConversationTests : IAsyncLifetime
{
    private const string Anna = "oAnna";
    private SandboxHost host = null!;

    public async Task InitializeAsync() => host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:58:00+08:00");

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_day_is_told_as_it_goes()
    {
        Assert.StartsWith("今天 19:00 开始预约", await SayAsync("预约"), StringComparison.Ordinal);
        Assert.StartsWith("名单还没有公布", await SayAsync("名单"), StringComparison.Ordinal);
        Assert.Contains("没有查到", await SayAsync("查询"), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var open = await SayAsync("BOOK", "CLICK");
        Assert.StartsWith("正在预约，5 家药店还有名额", open, StringComparison.Ordinal);
        Assert.Contains("800 个名额，22:00 截止", open, StringComparison.Ordinal);
        Assert.EndsWith($"{host.Address}book", open, StringComparison.Ordinal);

        var number = await BookAsync(Anna, "43130219850612987X");
        Assert.Contains("799 个名额", await SayAsync("还有吗"), StringComparison.Ordinal);
        var mine = await SayAsync("我的预约");
        Assert.Contains($"预约号：{number}\n状态：已预约，待领取\n药店：城东湘柳大药房", mine, StringComparison.Ordinal);
        Assert.Contains("共 8.00 元\n名单序号：1", mine, StringComparison.Ordinal);
        Assert.DoesNotContain("张", mine, StringComparison.Ordinal);
        Assert.Equal(mine, await SayAsync(number));
        Assert.DoesNotContain("药店：", await SayAsync(number, openId: "oBen"), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T22:00:00+08:00");
        Assert.StartsWith("今天的预约已经结束\n下一次预约：2月11日 19:00 开始", await SayAsync("预约"), StringComparison.Ordinal);
        var lists = await SayAsync("公示");
        Assert.StartsWith("2月10日预约名单已经公布", lists, StringComparison.Ordinal);
        Assert.EndsWith("/notices/2020-02-10", lists, StringComparison.Ordinal);
        Assert.Contains("领取：2月11日 09:00-09:30", await SayAsync("查询"), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-18T08:00:00+08:00");
        Assert.Contains("已过期，没有领取", await SayAsync("查询"), StringComparison.Ordinal);
        await host.SetClockAsync("2020-02-19T08:00:00+08:00");
        Assert.Contains("没有查到", await SayAsync("查询"), StringComparison.Ordinal);
    }

    /// <summary>The counter hands nothing out any more from that second on, whether or not the job has looked.</summary>
    [Fact]
    public async Task When_the_pickup_is_over_nobody_is_told_to_come_before_it_is_written_down()
    {
        await using var held = await host.HoldJobsAsync();
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var booked = await BookAsync(Anna, "43130219850612987X");
        await host.SetClockAsync("2020-02-11T17:59:58+08:00");
        Assert.Contains("已预约，待领取", await SayAsync("查询"), StringComparison.Ordinal);
        host.Get<SandboxClock>().Freeze(DateTimeOffset.Parse("2020-02-11T18:00:00+08:00", System.Globalization.CultureInfo.InvariantCulture));

        foreach (var asked in new[] { "查询", booked })
        {
            var said = await SayAsync(asked);
            Assert.Contains("已过期，没有领取", said, StringComparison.Ordinal);
            Assert.DoesNotContain("待领取", said, StringComparison.Ordinal);
        }

        Assert.Contains("已经过期，不用再取消", await SayAsync($"确认取消 {booked}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_booking_is_given_back_only_by_its_owner_and_its_number()
    {
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        Assert.StartsWith("您现在没有可以取消的预约", await SayAsync("取消"), StringComparison.Ordinal);
        var number = await BookAsync(Anna, "43130219850612987X");

        var question = await SayAsync("取消");
        Assert.Contains($"取消 {number}", question, StringComparison.Ordinal);
        Assert.Contains("城东湘柳大药房，2月11日领取", question, StringComparison.Ordinal);
        await SayAsync($"不要取消 {number}");
        await SayAsync($"取消 {number}", openId: "oBen");
        Assert.Contains("待领取", await SayAsync(number), StringComparison.Ordinal);

        var done = await SayAsync($"取消 {number}");
        Assert.StartsWith($"预约号 {number} 已经取消", done, StringComparison.Ordinal);
        Assert.Equal(done, await SayAsync($"取消 {number}"));
        Assert.Contains("状态：已取消", await SayAsync("查询"), StringComparison.Ordinal);
        Assert.Contains("800 个名额", await SayAsync("预约"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_too_late_to_give_back_on_the_pickup_day()
    {
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var number = await BookAsync(Anna, "43130219850612987X");
        await host.SetClockAsync("2020-02-11T09:00:00+08:00");

        Assert.StartsWith("您现在没有可以取消的预约", await SayAsync("取消"), StringComparison.Ordinal);
        Assert.StartsWith($"预约号 {number} 只能在 2月11日 09:00 以前取消", await SayAsync($"取消{number}"), StringComparison.Ordinal);
        Assert.Contains("待领取", await SayAsync(number), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-11T18:30:00+08:00");
        Assert.Equal($"预约号 {number} 已经过期，不用再取消。", await SayAsync($"取消{number}"));
    }

    [Fact]
    public async Task Several_bookings_say_whose_each_is_and_ended_ones_no_more_where_to_come()
    {
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var first = await BookAsync(Anna, "43130219850612987X");
        Assert.DoesNotContain("预约人：", await SayAsync("查询"), StringComparison.Ordinal);
        var second = await BookAsync(Anna, People.IdNumber(1), "李四光", "r2");

        var both = await SayAsync("查询");
        Assert.StartsWith($"预约人：李**（身份证尾号 {People.IdNumber(1)[^4..]}）\n预约号：{second}\n状态：已预约，待领取\n", both, StringComparison.Ordinal);
        Assert.Contains($"\n\n预约人：张*（身份证尾号 987X）\n预约号：{first}\n", both, StringComparison.Ordinal);
        Assert.Contains("名单序号：2\n请带：预约人身份证和预约号", both, StringComparison.Ordinal);
        Assert.Contains($"\n\n张*（身份证尾号 987X）\n预约号 {first}（城东湘柳大药房，2月11日领取）", await SayAsync("取消"), StringComparison.Ordinal);

        await SayAsync($"取消 {first}");
        var ended = await SayAsync(first);
        Assert.StartsWith($"预约号：{first}\n状态：已取消\n药店：城东湘柳大药房\n原定领取日：2月11日\n\n全部预约记录", ended, StringComparison.Ordinal);
        Assert.DoesNotContain("地址", ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_bookings_than_a_message_holds_leave_the_way_to_them_whole()
    {
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var numbers = new List<string>();
        for (var i = 1; i <= 6; i++)
        {
            // The limit of persons is not what this is about.
            await host.Get<WeChatMask.Data.Database>().WriteAsync(
                t => t.ExecuteAsync("UPDATE resident SET created_at = 0, removed_at = 1"), CancellationToken.None);
            numbers.Add(await BookAsync(Anna, People.IdNumber(i), "欧阳四光", $"r{i}"));
        }

        await host.Get<WeChatMask.Data.Database>().WriteAsync(t => t.ExecuteAsync("UPDATE resident SET removed_at = NULL"), CancellationToken.None);
        var all = await SayAsync("查询");

        Assert.EndsWith($"\n\n领取码和详情，请点：\n{host.Address}bookings", all, StringComparison.Ordinal);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(all), 1_400, 2_048);
        Assert.Contains(numbers[^1], all, StringComparison.Ordinal);
        Assert.DoesNotContain(numbers[0], all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_poster_tells_how_its_own_pharmacy_stands()
    {
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        Assert.Contains("本店还剩 160 个名额", await SayAsync("LD02", "SCAN"), StringComparison.Ordinal);
        var database = host.Get<WeChatMask.Data.Database>();
        await database.WriteAsync(
            t => t.ExecuteAsync("UPDATE quota SET taken = planned + carried_in + rolled_in - rolled_out WHERE pharmacy_id = (SELECT id FROM pharmacy WHERE code = 'LD02')"), CancellationToken.None);
        await database.WriteAsync(t => t.ExecuteAsync("UPDATE board_version SET version = version + 1"), CancellationToken.None);
        await host.AdvanceAsync("PT2S");

        Assert.Contains("本店现在没有名额了，别的药店还有", await SayAsync("LD02", "SCAN"), StringComparison.Ordinal);
        Assert.Contains("本店还剩 160 个名额", await SayAsync("LD03", "SCAN"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Questions_about_the_rules_are_answered_from_the_policy()
    {
        var where = await SayAsync("药店地址");
        Assert.Contains("有 5 家药店", where, StringComparison.Ordinal);
        Assert.Contains("娄底市娄星区长青中街203号", where, StringComparison.Ordinal);
        var when = await SayAsync("几点");
        Assert.Contains("预约：当天 19:00-22:00\n领取：第二天 09:00-18:00，请按分到的时段去\n取消：领取当天 09:00 以前", when, StringComparison.Ordinal);
        Assert.Contains("5 只口罩，每只 1.60 元。\n领满 5 只共 8.00 元", await SayAsync("多少钱"), StringComparison.Ordinal);
        Assert.Contains("12315、8262190", await SayAsync("投诉"), StringComparison.Ordinal);
        Assert.Contains("12315、8262190", await SayAsync("人工"), StringComparison.Ordinal);
        Assert.Contains($"{host.Address}guide", await SayAsync("HELP", "CLICK"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Followers_are_welcomed_and_posters_open_their_pharmacy()
    {
        Assert.StartsWith("您好，欢迎关注娄底市口罩预约 演示号。", await SayAsync("", "subscribe"), StringComparison.Ordinal);
        Assert.StartsWith("您好，欢迎关注", await SayAsync("qrscene_unknown", "subscribe"), StringComparison.Ordinal);
        Assert.StartsWith("城南荷塘药店\n", await SayAsync("qrscene_LD02", "subscribe"), StringComparison.Ordinal);
        Assert.EndsWith("/book?pharmacy=LD02", await SayAsync("LD02", "scan"), StringComparison.Ordinal);
        Assert.StartsWith("今天 19:00 开始预约", await SayAsync("anything", "SCAN"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("今晚吃什么", "对不起，没有看懂")]
    [InlineData("😷", "对不起，这里看不懂表情和符号")]
    [InlineData("？？", "对不起，这里看不懂表情和符号")]
    [InlineData("谢谢", "不客气")]
    [InlineData("'; DROP TABLE policy; --", "对不起，没有看懂")]
    [InlineData("{0} %s <b>&amp;]]></b>", "对不起，没有看懂")]
    [InlineData("43130219850612987X", "为了您的安全")]
    [InlineData("我的电话13800138000", "为了您的安全")]
    [InlineData("查询 22222222222", "这个号码不是有效的预约号")]
    [InlineData("取消22222222222", "这个号码不是有效的预约号")]
    public async Task What_cannot_be_answered_is_answered_kindly(string typed, string answer) =>
        Assert.StartsWith(answer, await SayAsync(typed), StringComparison.Ordinal);

    [Theory]
    [InlineData("unsubscribe")]
    [InlineData("VIEW")]
    [InlineData("TEMPLATESENDJOBFINISH")]
    [InlineData("LOCATION")]
    [InlineData("something_new")]
    public async Task What_nobody_waits_for_gets_no_reply(string happening) => Assert.Equal("", await SayAsync("x", happening));

    [Fact]
    public async Task An_unknown_menu_key_gets_the_words() =>
        Assert.StartsWith("对不起，没有看懂", await SayAsync("OLD_KEY", "CLICK"), StringComparison.Ordinal);

    private async Task<string> SayAsync(string words, string? happening = null, string openId = Anna)
    {
        object message = happening is null
            ? new { type = "text", content = words }
            : new { type = "event", @event = happening, eventKey = words };
        var (status, body) = await host.Http.PostAsync($"/sandbox/phones/{openId}/messages", message);
        Assert.Equal(200, status);
        Assert.Equal(200, body.GetProperty("status").GetInt32());
        var reply = body.GetProperty("reply");
        return reply.GetProperty("type").GetString() switch
        {
            "text" => reply.GetProperty("content").GetString()!,
            "news" => Card(reply.GetProperty("articles")[0]),
            _ => "",
        };
    }

    private static string Card(JsonElement card) =>
        $"{card.GetProperty("title").GetString()}\n{card.GetProperty("description").GetString()}\n{card.GetProperty("url").GetString()}";

    private async Task<string> BookAsync(string openId, string idNumber, string name = "张三", string requestId = "r1")
    {
        using var phone = await host.PhoneAsync(openId);
        var (_, person) = await phone.PostAsync("/api/residents", new { name, idNumber, mobile = "13800138000", consent = true });
        var (status, booking) = await phone.PostAsync(
            "/api/bookings", new { residentId = person.GetProperty("id").GetString(), pharmacyCode = "LD01", requestId });
        Assert.Equal(201, status);
        Assert.True(BookingNumber.TryParse(booking.GetProperty("number").GetString(), out var number));
        return number;
    }
}
