using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

public sealed class WeChatClientTests
{
    [Fact]
    public async Task A_code_becomes_an_openid()
    {
        using var wechat = new StandIn("""{"access_token":"A","expires_in":7200,"openid":"oUser","scope":"snsapi_base"}""");
        Assert.Equal(new OAuthIdentity("oUser", IsSnapshotUser: false), await wechat.Client.ExchangeCodeAsync("c+/1", CancellationToken.None));
        Assert.Equal("https://api.example.cn/sandbox/sns/oauth2/access_token?appid=wx1&secret=s%26x&code=c%2B%2F1&grant_type=authorization_code", wechat.Asked);
    }

    [Fact]
    public async Task A_preview_user_is_told_apart()
    {
        using var wechat = new StandIn("""{"openid":"oFAKE","is_snapshotuser":1}""");
        Assert.True((await wechat.Client.ExchangeCodeAsync("c", CancellationToken.None)).IsSnapshotUser);
    }

    [Fact]
    public async Task The_address_is_read_at_each_call()
    {
        using var wechat = new StandIn("""{"openid":"oUser"}""");
        await wechat.Client.ExchangeCodeAsync("c", CancellationToken.None);
        wechat.Settings.ApiBaseUrl = "http://127.0.0.1:9";
        await wechat.Client.ExchangeCodeAsync("c", CancellationToken.None);
        Assert.StartsWith("http://127.0.0.1:9/sns/", wechat.Asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"errcode":40163,"errmsg":"code been used"}""", 200, 40163, false, true)]
    [InlineData("""{"errcode":40029,"errmsg":"invalid code"}""", 200, 40029, false, true)]
    [InlineData("""{"errcode":"40125"}""", 200, 40125, false, false)]
    [InlineData("""{"errcode":-1,"errmsg":"system error"}""", 200, -1, true, false)]
    [InlineData("""{"errcode":45009}""", 500, 45009, false, false)]
    [InlineData("""{"openid":"oUser"}""", 502, 0, true, false)]
    [InlineData("""{"openid":""}""", 200, 0, true, false)]
    [InlineData("[]", 200, 0, true, false)]
    [InlineData("<html>busy</html>", 200, 0, true, false)]
    [InlineData("", 200, 0, true, false)]
    public async Task Refusals_are_told_by_their_code(string answer, int status, int code, bool transient, bool spent)
    {
        using var wechat = new StandIn(answer, (HttpStatusCode)status);
        var failure = await Assert.ThrowsAsync<WeChatApiException>(() => wechat.Client.ExchangeCodeAsync("the-code", CancellationToken.None));
        Assert.Equal((code, transient, spent), (failure.ErrorCode, failure.IsTransient, failure.Action == WeChatAction.FailOauthCodeUsed));
    }

    [Fact]
    public async Task Sloppy_JSON_is_read()
    {
        byte[] answer = [0xEF, 0xBB, 0xBF, .. "{\"errcode\":0,\"nickname\":\"a\u0001\n"u8, 0xC3, 0x28, .. "\",\"openid\":\"oUser\"}"u8];
        using var wechat = new StandIn(answer, HttpStatusCode.OK);
        Assert.Equal("oUser", (await wechat.Client.ExchangeCodeAsync("c", CancellationToken.None)).OpenId);
    }

    [Fact]
    public async Task Silence_is_an_error_of_ours_and_a_hung_up_caller_is_not()
    {
        using var wechat = new StandIn(new TaskCanceledException());
        Assert.True((await Assert.ThrowsAsync<WeChatApiException>(() => wechat.Client.ExchangeCodeAsync("c", CancellationToken.None))).IsTransient);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wechat.Client.ExchangeCodeAsync("c", new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Neither_secret_nor_code_reaches_the_log()
    {
        using var log = new LogLines();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["WeChat:AppId"] = "wx1", ["WeChat:AppSecret"] = "secret-value", ["WeChat:Token"] = "token", ["WeChat:MessageMode"] = "Plain", ["WeChat:ApiBaseUrl"] = "http://127.0.0.1:1",
        }).Build();
        await using var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log)).AddSingleton(QuietMeters.New()).AddWeChat(configuration).BuildServiceProvider();
        var failure = await Assert.ThrowsAsync<WeChatApiException>(() => services.GetRequiredService<WeChatClient>().ExchangeCodeAsync("the-code", CancellationToken.None));
        Assert.DoesNotContain("secret-value", log.All + failure, StringComparison.Ordinal);
        Assert.DoesNotContain("the-code", log.All + failure, StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_in_link_keeps_WeChats_order()
    {
        var settings = new WeChatSettings { AppId = "wx807d86fb6b3d4fd2", AuthorizeBaseUrl = "http://127.0.0.1:5080/sandbox/" };
        Assert.Equal(
            "http://127.0.0.1:5080/sandbox/connect/oauth2/authorize?appid=wx807d86fb6b3d4fd2&redirect_uri=https%3A%2F%2Fm.cn%2Flogin%2Fcallback%3Fa%3Db%26c&response_type=code&scope=snsapi_base&state=abc123#wechat_redirect",
            OAuthLinks.Authorize(settings, "https://m.cn/login/callback?a=b&c", "abc123"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a-b_c")]
    [InlineData("预约")]
    public void A_state_that_would_not_come_back_is_refused(string state) =>
        Assert.Throws<ArgumentException>(() => OAuthLinks.Authorize(new WeChatSettings(), "https://m.cn", state));

    private sealed class StandIn : HttpMessageHandler, IOptionsMonitor<WeChatSettings>
    {
        private readonly Func<HttpResponseMessage> answer;
        private readonly HttpClient http;

        public StandIn(byte[] body, HttpStatusCode status)
            : this(() => new HttpResponseMessage(status) { Content = new ByteArrayContent(body) })
        {
        }

        public StandIn(string body, HttpStatusCode status = HttpStatusCode.OK)
            : this(Encoding.UTF8.GetBytes(body), status)
        {
        }

        public StandIn(Exception failure)
            : this(() => throw failure)
        {
        }

        private StandIn(Func<HttpResponseMessage> answer)
        {
            this.answer = answer;
            http = new HttpClient(this, disposeHandler: false);
            Client = new WeChatClient(http, this, QuietMeters.New());
        }

        public WeChatClient Client { get; }

        public WeChatSettings Settings { get; } = new() { AppId = "wx1", AppSecret = "s&x", ApiBaseUrl = "https://api.example.cn/sandbox/" };

        public string Asked { get; private set; } = "";

        public WeChatSettings CurrentValue => Settings;

        public WeChatSettings Get(string? name) => Settings;

        public IDisposable? OnChange(Action<WeChatSettings, string?> listener) => null;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Asked = request.RequestUri!.AbsoluteUri;
            return Task.FromResult(answer());
        }

        protected override void Dispose(bool disposing)
        {
            http.Dispose();
            base.Dispose(disposing);
        }
    }
}
