using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WeChatMask.WeChat;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in for WeChat's server API: log-in codes, access tokens, and calls that only have to be taken.</summary>
public sealed class WeChatApi(WeChatCodes codes, SandboxClock clock, IOptionsMonitor<WeChatSettings> settings)
{
    private const int TokenLetters = 64;
    private const int TokenSeconds = 7200;

    private readonly ConcurrentDictionary<string, DateTimeOffset> tokens = new(StringComparer.Ordinal);
    private long lastMessage = 1_000_000;

    /// <summary>Answers one call.</summary>
    /// <param name="path">Below the API's base address.</param>
    /// <param name="query">Parameters.</param>
    /// <param name="body">JSON, or empty.</param>
    public IResult Answer(string path, IQueryCollection query, string body) => path switch
    {
        "sns/oauth2/access_token" => ExchangeCode(query),
        "cgi-bin/token" => GiveToken(query["appid"].ToString(), query["secret"].ToString()),
        "cgi-bin/stable_token" => GiveToken(Field(body, "appid"), Field(body, "secret")),
        _ when !path.StartsWith("cgi-bin/", StringComparison.Ordinal) => WeChatAnswer.Error(40066, "invalid url"),
        _ => CheckToken(query["access_token"].ToString()) ?? Take(path),
    };

    private IResult ExchangeCode(IQueryCollection query)
    {
        if (CheckAccount(query["appid"].ToString(), query["secret"].ToString()) is { } refusal) return refusal;
        var code = query["code"].ToString();
        if (code.Length == 0) return WeChatAnswer.Error(41008, "missing code");
        return codes.Spend(code, out var openId) switch
        {
            CodeState.Unknown => WeChatAnswer.Error(40029, "invalid code"),
            CodeState.Used => WeChatAnswer.Error(40163, "code been used"),
            _ => WeChatAnswer.Json(new
            {
                access_token = NewToken(), expires_in = TokenSeconds, refresh_token = NewToken(), openid = openId, scope = "snsapi_base",
            }),
        };
    }

    private IResult GiveToken(string appId, string secret)
    {
        if (CheckAccount(appId, secret) is { } refusal) return refusal;
        var token = NewToken();
        tokens[token] = clock.GetUtcNow().AddSeconds(TokenSeconds);
        return WeChatAnswer.Json(new { access_token = token, expires_in = TokenSeconds });
    }

    private IResult? CheckAccount(string appId, string secret)
    {
        var account = settings.CurrentValue;
        if (appId != account.AppId) return WeChatAnswer.Error(40013, "invalid appid");
        return secret == account.AppSecret ? null : WeChatAnswer.Error(40125, "invalid appsecret");
    }

    private IResult? CheckToken(string token)
    {
        if (!tokens.TryGetValue(token, out var until)) return WeChatAnswer.Error(40001, "invalid credential, access_token is invalid or not latest");
        return clock.GetUtcNow() < until ? null : WeChatAnswer.Error(42001, "access_token expired");
    }

    private IResult Take(string path) => path switch
    {
        "cgi-bin/ticket/getticket" => WeChatAnswer.Json(new { errcode = 0, errmsg = "ok", ticket = NewToken(), expires_in = TokenSeconds }),
        "cgi-bin/message/template/send" => WeChatAnswer.Json(new { errcode = 0, errmsg = "ok", msgid = Interlocked.Increment(ref lastMessage) }),
        _ => WeChatAnswer.Error(0, "ok"),
    };

    private static string NewToken() => RandomNumberGenerator.GetHexString(TokenLetters, lowercase: true);

    private static string Field(string body, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "";
        }
    }
}
