using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.WeChat;

/// <summary>The webhook alone on a real server, with WeChat's side of the protocol to call it.</summary>
internal sealed class WebhookHost : IAsyncDisposable
{
    public const string Token = "weixin";
    public const string AppId = "wx1234567890abcdef";
    public const string Key = "TWFza0Jvb2tpbmdUZXN0S2V5MDEyMzQ1Njc4OUFCQ0Q";
    public const string Nonce = "1234567890";

    private readonly WebApplication app;

    private WebhookHost(MessageMode mode, string key, string next)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["WeChat:AppId"] = AppId,
            ["WeChat:AppSecret"] = "app-secret-value",
            ["WeChat:Token"] = Token,
            ["WeChat:EncodingAesKey"] = key,
            ["WeChat:EncodingAesKeyNext"] = next,
            ["WeChat:MessageMode"] = mode.ToString(),
        });
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddScoped<MessageHandler>(_ => (message, _) =>
        {
            Handled.Enqueue(message);
            return Task.FromResult(OnMessage(message));
        });
        builder.Services.AddWeChat(builder.Configuration);
        app = builder.Build();
        app.MapWeChat();
    }

    public FakeClock Clock { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1586000000));

    public ConcurrentQueue<InboundMessage> Handled { get; } = new();

    public Func<InboundMessage, Reply> OnMessage { get; set; } = message => new TextReply("收到:" + message.Content);

    public LogLines Log { get; } = new();

    public MessageCrypto Crypto { get; } = new(Token, Key, AppId);

    public HttpClient Http { get; private set; } = null!;

    public string Timestamp => Clock.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static async Task<WebhookHost> StartAsync(MessageMode mode, string key = Key, string next = "")
    {
        var host = new WebhookHost(mode, key, next);
        await host.app.StartAsync();
        host.Http = new HttpClient(EarlyAnswers.Handler()) { BaseAddress = new Uri(host.app.Urls.First()) };
        return host;
    }

    public static string Message(string content, string from = "oUser", long created = 1) =>
        $"<xml><ToUserName>gh_mask</ToUserName><FromUserName>{from}</FromUserName><CreateTime>{created}</CreateTime><MsgType>text</MsgType><Content><![CDATA[{content}]]></Content><MsgId>1</MsgId></xml>";

    public static string Envelope(string encrypt) => $"<xml><ToUserName><![CDATA[gh_mask]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>";

    public string PlainQuery() => $"/wechat?signature={Signature.Compute(Token, Timestamp, Nonce)}&timestamp={Timestamp}&nonce={Nonce}&openid=oUser";

    public static string SealedQuery(SealedMessage message) =>
        $"/wechat?signature=0000&timestamp={message.Timestamp}&nonce={message.Nonce}&openid=oUser&encrypt_type=aes&msg_signature={message.MsgSignature}";

    public Task<HttpResponseMessage> PostAsync(string address, string body) => PostAsync(address, Encoding.UTF8.GetBytes(body));

    public async Task<HttpResponseMessage> PostAsync(string address, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/xml");
        return await Http.PostAsync(new Uri(address, UriKind.Relative), content);
    }

    public Task<HttpResponseMessage> PostPlainAsync(string body) => PostAsync(PlainQuery(), body);

    public Task<HttpResponseMessage> PostSealedAsync(string xml)
    {
        var message = Crypto.Seal(xml, Clock.Now);
        return PostAsync(SealedQuery(message), Envelope(message.Encrypt));
    }

    /// <summary>Reads an encrypted answer as WeChat would.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OpenAsync(HttpResponseMessage response)
    {
        var envelope = MessageXml.ReadFields(await response.Content.ReadAsStringAsync());
        return MessageXml.ReadFields(Crypto.Open(new SealedMessage(envelope["Encrypt"], envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"])));
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await app.DisposeAsync();
    }
}

/// <summary>Keeps every log line, with its exception, for a test to look through.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();

    public string All => string.Join('\n', lines);

    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Microsoft", StringComparison.Ordinal) ? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance : this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
