using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.OfficialAccount;

/// <summary>WeChat's token endpoint by hand: counts the calls, keeps the stable token's rules, and answers when the test lets it.</summary>
internal sealed class TokenWorld : HttpMessageHandler, IOptionsMonitor<WeChatSettings>
{
    private readonly Lock gate = new();
    private readonly HttpClient http;
    private int made;

    public TokenWorld()
    {
        http = new HttpClient(this, disposeHandler: false);
        Client = new WeChatClient(http, this, QuietMeters.New());
        Renew();
    }

    public WeChatClient Client { get; }

    /// <summary>Calls of the token endpoint, forced ones too.</summary>
    public int Calls { get; private set; }

    /// <summary>Forced ones among them.</summary>
    public int Forced { get; private set; }

    /// <summary>Calls of anything else.</summary>
    public int OtherCalls { get; private set; }

    /// <summary>The token that WeChat gives now.</summary>
    public string Token { get; private set; } = "";

    /// <summary>Until this is done, the endpoint does not answer.</summary>
    public Task Open { get; set; } = Task.CompletedTask;

    /// <summary>What every call is answered instead, or null.</summary>
    public string? Answer { get; set; }

    public string ContentType { get; set; } = "application/json";

    /// <summary>Whether a token is refused by other calls than the endpoint's.</summary>
    public Func<string, int> Judge { get; set; } = _ => 0;

    public WeChatSettings CurrentValue { get; } = new() { AppId = "wx1", AppSecret = "s", ApiBaseUrl = "https://api.example.cn" };

    public WeChatSettings Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<WeChatSettings, string?> listener) => null;

    /// <summary>From now on there is another token.</summary>
    public void Renew() => Token = string.Create(CultureInfo.InvariantCulture, $"token-{++made}");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isToken = request.RequestUri!.AbsolutePath == "/cgi-bin/stable_token";
        var asked = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        await Open;
        string text;
        lock (gate)
        {
            if (isToken) Calls++;
            else OtherCalls++;
            if (isToken && Answer is null && JsonDocument.Parse(asked).RootElement.GetProperty("force_refresh").GetBoolean())
            {
                Forced++;
                Renew();
            }

            var token = System.Web.HttpUtility.ParseQueryString(request.RequestUri.Query)["access_token"] ?? "";
            text = Answer ?? (isToken
                ? $$"""{"access_token":"{{Token}}","expires_in":7200}"""
                : $$"""{"errcode":{{Judge(token).ToString(CultureInfo.InvariantCulture)}},"errmsg":"x","msgid":7}""");
        }

        return new HttpResponseMessage { Content = new StringContent(text, Encoding.UTF8, ContentType) };
    }

    protected override void Dispose(bool disposing)
    {
        http.Dispose();
        base.Dispose(disposing);
    }
}
