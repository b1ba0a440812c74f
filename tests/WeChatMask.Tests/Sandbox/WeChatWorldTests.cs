using System.Text.Json;
using System.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Sandbox;

/// <summary>WeChat's stand-in: log-in, server API and phones.</summary>
public sealed class WeChatWorldTests
{
    private const string Account = "appid=wx5a4d0b0c00000001&secret=5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c";

    [Fact]
    public async Task A_phone_logs_in_without_being_asked()
    {
        await using var host = await SandboxHost.StartAsync();

        using var phone = await host.PhoneAsync("oAnna");

        Assert.True((await phone.GetJsonAsync("/api/me")).TryGetProperty("account", out _));
    }

    [Fact]
    public async Task The_log_in_page_sends_back_with_code_and_state_only_to_this_machine()
    {
        await using var host = await SandboxHost.StartAsync();

        var back = HttpUtility.ParseQueryString(new Uri(await LocationAsync(host, "http://localhost:9/x?y=1", "&openid=oAnna")).Query);

        Assert.Equal(("1", "s1"), (back["y"], back["state"]));
        Assert.NotEmpty(back["code"]!);
        using var elsewhere = await host.Http.GetAsync(Authorize("https://example.com/x", "&openid=oAnna"));
        Assert.Equal(400, (int)elsewhere.StatusCode);
        var chooser = await host.Http.GetStringAsync(Authorize("http://127.0.0.1/x", ""));
        Assert.Contains("openid=oSandboxDemoPhone", chooser, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_works_once_for_five_minutes_for_the_right_account()
    {
        await using var host = await SandboxHost.StartAsync();
        var code = await CodeAsync(host);

        Assert.Equal(40013, (await ExchangeAsync(host, "appid=wx1&secret=x", code)).GetProperty("errcode").GetInt32());
        Assert.Equal("oAnna", (await ExchangeAsync(host, Account, code)).GetProperty("openid").GetString());
        Assert.Equal(40163, (await ExchangeAsync(host, Account, code)).GetProperty("errcode").GetInt32());
        Assert.Equal(40029, (await ExchangeAsync(host, Account, "made-up")).GetProperty("errcode").GetInt32());

        var old = await CodeAsync(host);
        await host.AdvanceAsync("PT6M");
        Assert.Equal(40029, (await ExchangeAsync(host, Account, old)).GetProperty("errcode").GetInt32());
    }

    [Fact]
    public async Task Calls_are_listed_newest_last_without_secrets()
    {
        await using var host = await SandboxHost.StartAsync();
        var token = await host.Http.GetJsonAsync($"/sandbox/wechat/cgi-bin/token?grant_type=client_credential&{Account}");
        var access = token.GetProperty("access_token").GetString();
        var (_, sent) = await host.Http.PostAsync($"/sandbox/wechat/cgi-bin/menu/create?access_token={access}", new { button = new[] { new { name = "x", type = "click", key = "X" } } });
        var (_, refused) = await host.Http.PostAsync("/sandbox/wechat/cgi-bin/menu/create?access_token=x", new { });

        Assert.Equal(0, sent.GetProperty("errcode").GetInt32());
        Assert.Equal(40001, refused.GetProperty("errcode").GetInt32());
        var text = await host.Http.GetStringAsync("/sandbox/wechat/calls");
        Assert.DoesNotContain("5a4d0b0c5a4d0b0c", text, StringComparison.Ordinal);
        Assert.DoesNotContain(access!, text, StringComparison.Ordinal);
        // The app's own menu and stable token are among them.
        var calls = JsonDocument.Parse(text).RootElement.EnumerateArray().Where(c => IsOurs(c.GetProperty("path").GetString(), c)).ToList();
        Assert.Equal(
            "cgi-bin/token cgi-bin/menu/create cgi-bin/menu/create",
            string.Join(' ', calls.Select(c => c.GetProperty("path").GetString())));
        Assert.Equal("x", calls[1].GetProperty("body").GetProperty("button")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("Plain", null)]
    [InlineData("Plain", "safe")]
    [InlineData("Compatible", null)]
    [InlineData("Compatible", "plain")]
    [InlineData("Safe", null)]
    [InlineData("Safe", "compatible")]
    public async Task A_phones_words_reach_the_account_and_its_answer_the_phone(string account, string? mode)
    {
        await using var host = await StartAsync(account);

        var (_, text) = await host.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "text", content = "查询 ]]> & <b>", mode });
        var (_, click) = await host.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "event", @event = "CLICK", eventKey = "QUERY", mode });
        var (_, silent) = await host.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "event", @event = "unsubscribe", mode });

        Assert.Equal(200, text.GetProperty("status").GetInt32());
        Assert.Equal("oAnna: 查询 ]]> & <b>", text.GetProperty("reply").GetProperty("content").GetString());
        var article = click.GetProperty("reply").GetProperty("articles")[0];
        Assert.Equal(("CLICK QUERY", "https://example.com/"), (article.GetProperty("title").GetString(), article.GetProperty("url").GetString()));
        Assert.Equal(("none", "success"), (silent.GetProperty("reply").GetProperty("type").GetString(), silent.GetProperty("raw").GetString()));
    }

    [Fact]
    public async Task A_plain_call_to_a_safe_account_shows_its_refusal()
    {
        await using var host = await StartAsync("Safe");

        var (status, answer) = await host.Http.PostAsync("/sandbox/phones/oAnna/messages", new { type = "text", content = "x", mode = "plain" });

        Assert.Equal((200, 403), (status, answer.GetProperty("status").GetInt32()));
        Assert.Equal("none", answer.GetProperty("reply").GetProperty("type").GetString());
    }

    [Fact]
    public async Task What_no_phone_can_do_is_422()
    {
        await using var host = await SandboxHost.StartAsync();
        string[] bodies =
        [
            """{"type":"text"}""",
            """{"type":"text","content":"x","mode":"loud"}""",
            """{"type":"text","content":"\u0001"}""",
            """{"type":"event"}""",
            """{"type":"voice","content":"x"}""",
        ];
        foreach (var body in bodies)
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var answer = await host.Http.PostAsync("/sandbox/phones/oAnna/messages", content);
            Assert.Equal(422, (int)answer.StatusCode);
            Assert.Equal("invalid_message", (await answer.JsonAsync()).Code());
        }
    }

    [Fact]
    public async Task The_page_and_its_assets_are_there()
    {
        await using var host = await SandboxHost.StartAsync();

        var page = await host.Http.GetStringAsync("/sandbox");

        Assert.Contains("supervisor-demo", page, StringComparison.Ordinal);
        Assert.Contains("clerk-ld01", page, StringComparison.Ordinal);
        Assert.NotEmpty(await host.Http.GetStringAsync("/sandbox/sandbox.js"));
        Assert.NotEmpty(await host.Http.GetStringAsync("/sandbox/sandbox.css"));
    }

    private static bool IsOurs(string? path, JsonElement call) => path == "cgi-bin/token"
        || (path == "cgi-bin/menu/create" && (!call.GetProperty("body").TryGetProperty("button", out var buttons) || buttons.GetArrayLength() == 1));

    private static Task<SandboxHost> StartAsync(string mode) => SandboxHost.StartAsync(configure: builder =>
    {
        builder.Configuration["WeChat:MessageMode"] = mode;
        builder.Services.AddScoped<MessageHandler>(_ => (message, _) => Task.FromResult<Reply>(message switch
        {
            { MsgType: "text" } => new TextReply($"{message.FromUserName}: {message.Content}"),
            { EventKey.Length: > 0 } => new NewsReply($"{message.Event} {message.EventKey}", "more", null, "https://example.com/"),
            _ => NoReply.Instance,
        }));
    });

    private static string Authorize(string redirect, string more) =>
        $"/sandbox/connect/oauth2/authorize?appid=wx5a4d0b0c00000001&redirect_uri={Uri.EscapeDataString(redirect)}&response_type=code&scope=snsapi_base&state=s1{more}";

    private static async Task<string> LocationAsync(SandboxHost host, string redirect, string more)
    {
        using var answer = await host.Http.GetAsync(Authorize(redirect, more));
        Assert.Equal(302, (int)answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private static async Task<string> CodeAsync(SandboxHost host) =>
        HttpUtility.ParseQueryString(new Uri(await LocationAsync(host, "http://127.0.0.1/x", "&openid=oAnna")).Query)["code"]!;

    private static async Task<JsonElement> ExchangeAsync(SandboxHost host, string account, string code) => JsonDocument.Parse(
        await host.Http.GetStringAsync($"/sandbox/wechat/sns/oauth2/access_token?{account}&code={code}&grant_type=authorization_code")).RootElement;
}
