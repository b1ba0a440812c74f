using System.Text.Json;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>The stand-in refuses what WeChat would refuse, by WeChat's own codes, so that a wrong call fails here.</summary>
public sealed class WeChatJudgeTests
{
    private const string AppId = "wx5a4d0b0c00000001";
    private const string Secret = "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c";

    [Fact]
    public async Task A_stable_token_stays_until_five_minutes_before_its_end_and_a_forced_one_kills_it()
    {
        await using var host = await SandboxHost.StartAsync();
        var (first, _) = await TokenAsync(host);
        Assert.Equal(first, (await TokenAsync(host)).Token);
        await host.AdvanceAsync("PT1H54M");
        Assert.Equal(first, (await TokenAsync(host)).Token);
        await host.AdvanceAsync("PT2M");
        var (second, _) = await TokenAsync(host);
        Assert.NotEqual(first, second);
        Assert.Equal(0, await TicketAsync(host, first));

        var (third, _) = await TokenAsync(host, force: true);
        Assert.Equal((40001, 0), (await TicketAsync(host, second), await TicketAsync(host, third)));
        Assert.Equal(45011, (await TokenAsync(host, force: true)).Error);
        await host.AdvanceAsync("PT2H1M");
        Assert.Equal(42001, await TicketAsync(host, third));
        Assert.Equal((41001, 40014), (await TicketAsync(host, ""), await TicketAsync(host, "a b")));
    }

    [Theory]
    [InlineData("message/template/send", """{"touser":"o-1","template_id":"sandbox_booked","data":{"thing1":{"value":"a"},"character_string2":{"value":"1"},"time3":{"value":"09:00"},"amount4":{"value":"8.00元"}}}""", 0)]
    [InlineData("message/template/send", """{"touser":"o-1","template_id":"sandbox_booked","data":{"thing1":{"value":"a"}}}""", 47003)]
    [InlineData("message/template/send", """{"touser":"o-1","template_id":"sandbox_booked","data":{"thing1":{"value":"一二三四五六七八九十一二三四五六七八九十一"},"character_string2":{"value":"1"},"time3":{"value":"09:00"},"amount4":{"value":"8.00元"}}}""", 47003)]
    [InlineData("message/template/send", """{"touser":"o-1","template_id":"sandbox_booked","data":{"thing1":{"value":"a"},"character_string2":{"value":"1"},"time3":{"value":"nine"},"amount4":{"value":"8.00元"}}}""", 47003)]
    [InlineData("message/template/send", """{"touser":"o-1","template_id":"other","data":{}}""", 40037)]
    [InlineData("message/template/send", """{"touser":"o-2","template_id":"sandbox_booked","data":{}}""", 43004)]
    [InlineData("message/template/send", """{"touser":"a b","template_id":"sandbox_booked","data":{}}""", 40003)]
    [InlineData("message/template/send", "[]", 47001)]
    [InlineData("message/template/send", "", 44002)]
    [InlineData("message/template/send", """{"touser":"\u006f"}""", 40033)]
    [InlineData("message/subscribe/bizsend", """{"touser":"o-2","template_id":"sandbox_lapsed","data":{}}""", 43101)]
    [InlineData("message/subscribe/bizsend", """{"touser":"o-1","template_id":"sandbox_booked","data":{}}""", 40037)]
    [InlineData("message/subscribe/bizsend", """{"touser":"o-1","template_id":"sandbox_lapsed","page":"x","data":{"thing1":{"value":"a"},"character_string2":{"value":"1"},"thing5":{"value":"b"}}}""", 41030)]
    [InlineData("message/custom/send", """{"touser":"o-1","msgtype":"text","text":{"content":"hello"}}""", 0)]
    [InlineData("message/custom/send", """{"touser":"o-1","msgtype":"text","text":{}}""", 44004)]
    [InlineData("message/custom/send", """{"touser":"o-2","msgtype":"text","text":{"content":"hello"}}""", 45015)]
    [InlineData("menu/create", """{"button":[]}""", 40016)]
    [InlineData("menu/create", """{"button":[{"name":"六个汉字菜单","type":"click","key":"1"}]}""", 40018)]
    [InlineData("qrcode/create", """{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":"LD01"}}}""", 0)]
    [InlineData("qrcode/create", """{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":""}}}""", 40053)]
    [InlineData("qrcode/create", """{"action_name":"QR_LIMIT_SCENE","action_info":{"scene":{"scene_id":100001}}}""", 40053)]
    [InlineData("qrcode/create", """{"expire_seconds":2592001,"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":"x"}}}""", 40053)]
    [InlineData("no/such/call", "{}", 40066)]
    public async Task A_call_is_judged_by_its_shape_and_its_receiver(string call, string body, int expected)
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "event", @event = "subscribe" });
        var (token, _) = await TokenAsync(host);

        Assert.Equal(expected, await SendAsync(host, call, token, body));
    }

    [Fact]
    public async Task A_days_quota_is_used_up_and_cleared()
    {
        await using var host = await SandboxHost.StartAsync();
        host.Get<WeChatQuotas>().Limits["cgi-bin/qrcode/create"] = 2;
        var (token, _) = await TokenAsync(host);
        const string scene = """{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":"LD01"}}}""";
        var codes = new List<int>();
        for (var i = 0; i < 4; i++) codes.Add(await SendAsync(host, "qrcode/create", token, scene));

        Assert.Equal(45009, codes[^1]);
        Assert.Equal(40013, await SendAsync(host, "clear_quota", token, """{"appid":"wx1"}"""));
        Assert.Equal(0, await SendAsync(host, "clear_quota", token, $$"""{"appid":"{{AppId}}"}"""));
        Assert.Equal(0, await SendAsync(host, "qrcode/create", token, scene));
    }

    [Fact]
    public async Task Words_by_the_service_call_are_few_and_only_after_the_person_did_something()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "text", content = "价格" });
        var (token, _) = await TokenAsync(host);
        const string words = """{"touser":"o-1","msgtype":"text","text":{"content":"hello"}}""";
        var codes = new List<int>();
        for (var i = 0; i < 6; i++) codes.Add(await SendAsync(host, "message/custom/send", token, words));

        Assert.Equal([0, 0, 0, 0, 0, 45047], codes);
        await host.AdvanceAsync("P2DT1M");
        Assert.Equal(45015, await SendAsync(host, "message/custom/send", (await TokenAsync(host)).Token, words));
    }

    private static async Task<(string Token, int Error)> TokenAsync(SandboxHost host, bool force = false)
    {
        var (_, answer) = await host.Http.PostAsync("/sandbox/wechat/cgi-bin/stable_token", new { grant_type = "client_credential", appid = AppId, secret = Secret, force_refresh = force });
        return answer.TryGetProperty("errcode", out var error) ? ("", error.GetInt32()) : (answer.GetProperty("access_token").GetString()!, 0);
    }

    private static async Task<int> TicketAsync(SandboxHost host, string token) => Code(JsonDocument.Parse(
        await host.Http.GetStringAsync($"/sandbox/wechat/cgi-bin/ticket/getticket?access_token={Uri.EscapeDataString(token)}&type=jsapi")).RootElement);

    private static async Task<int> SendAsync(SandboxHost host, string call, string token, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Http.PostAsync(new Uri($"/sandbox/wechat/cgi-bin/{call}?access_token={token}", UriKind.Relative), content);
        return Code(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private static int Code(JsonElement answer) => answer.TryGetProperty("errcode", out var code) ? code.GetInt32() : 0;
}
