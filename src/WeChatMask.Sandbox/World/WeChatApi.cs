using System.Text.Json;
using Microsoft.Extensions.Options;
using WeChatMask.WeChat;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in for WeChat's server API: it takes what WeChat would take and refuses the rest by WeChat's own codes.</summary>
public sealed class WeChatApi(
    WeChatCodes codes, WeChatTokens tokens, WeChatQuotas quotas, WeChatSends sends, WeChatAccount account, IOptionsMonitor<WeChatSettings> settings)
{
    private static readonly string[] Reads = ["cgi-bin/token", "cgi-bin/ticket/getticket", "cgi-bin/menu/get", "cgi-bin/menu/delete", "sns/oauth2/access_token"];

    /// <summary>Answers one call.</summary>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">Below the API's base address.</param>
    /// <param name="query">Parameters.</param>
    /// <param name="body">JSON, or empty.</param>
    public IResult Answer(string method, string path, IQueryCollection query, string body)
    {
        if (path == "sns/oauth2/access_token") return ExchangeCode(query);
        if (!path.StartsWith("cgi-bin/", StringComparison.Ordinal)) return WeChatAnswer.Error(40066);
        var posted = HttpMethods.IsPost(method);
        if (!posted && !Reads.Contains(path, StringComparer.Ordinal)) return WeChatAnswer.Error(43002);
        if (path is "cgi-bin/token" or "cgi-bin/stable_token") return GiveToken(path, query, body);
        if (tokens.Check(query["access_token"].ToString()) is var refused and not 0) return WeChatAnswer.Error(refused);
        if (path != "cgi-bin/clear_quota" && !quotas.Take(path)) return WeChatAnswer.Error(WeChatAnswer.QuotaUsed);
        if (!posted) return Read(path, query);
        if (body.Length == 0) return WeChatAnswer.Error(44002);
        // What is escaped is refused, since WeChat shows it as it came.
        if (body.Contains("\\u", StringComparison.Ordinal)) return WeChatAnswer.Error(40033);
        return Parse(body) is { } json ? Send(path, json) : WeChatAnswer.Error(47001);
    }

    private IResult Send(string path, JsonElement json) => path switch
    {
        OfficialAccount.OfficialAccountClient.TemplateCall => sends.Template(json),
        OfficialAccount.OfficialAccountClient.SubscriptionCall => sends.Subscription(json),
        OfficialAccount.OfficialAccountClient.ServiceCall => sends.Service(json),
        "cgi-bin/menu/create" => WeChatAnswer.Error(account.SetMenu(json)),
        "cgi-bin/qrcode/create" => account.Scene(json) is { } scene ? WeChatAnswer.Json(scene) : WeChatAnswer.Error(40053),
        "cgi-bin/clear_quota" => Field(json, "appid") != settings.CurrentValue.AppId ? WeChatAnswer.Error(40013) : WeChatAnswer.Error(quotas.Clear() ? 0 : 48006),
        _ => WeChatAnswer.Error(40066),
    };

    private IResult Read(string path, IQueryCollection query) => path switch
    {
        "cgi-bin/ticket/getticket" => query["type"].ToString() == "jsapi"
            ? WeChatAnswer.Json(new { errcode = 0, errmsg = "ok", ticket = WeChatTokens.Random(), expires_in = WeChatTokens.LifeSeconds })
            : WeChatAnswer.Error(40097, "invalid args"),
        "cgi-bin/menu/get" => account.Menu is { } menu ? WeChatAnswer.Json(new { menu }) : WeChatAnswer.Error(46003),
        _ => WeChatAnswer.Error(account.DeleteMenu()),
    };

    private IResult ExchangeCode(IQueryCollection query)
    {
        if (CheckAccount(query["appid"].ToString(), query["secret"].ToString()) is { } refusal) return refusal;
        if (query["grant_type"].ToString() != "authorization_code") return WeChatAnswer.Error(40002, "invalid grant_type");
        var code = query["code"].ToString();
        if (code.Length == 0) return WeChatAnswer.Error(41008, "missing code");
        return codes.Spend(code, out var openId) switch
        {
            CodeState.Unknown => WeChatAnswer.Error(40029, "invalid code"),
            CodeState.Used => WeChatAnswer.Error(40163, "code been used"),
            _ => WeChatAnswer.Json(Identity(openId)),
        };
    }

    // A browser in WeChat's preview mode is given an openid that belongs to nobody.
    private static Dictionary<string, object> Identity(string openId)
    {
        var identity = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["access_token"] = WeChatTokens.Random(), ["expires_in"] = WeChatTokens.LifeSeconds, ["refresh_token"] = WeChatTokens.Random(),
            ["openid"] = openId, ["scope"] = "snsapi_base",
        };
        if (openId.StartsWith("oSnapshot", StringComparison.Ordinal)) identity["is_snapshotuser"] = 1;
        return identity;
    }

    private IResult GiveToken(string path, IQueryCollection query, string body)
    {
        var stable = path == "cgi-bin/stable_token";
        var asked = stable ? Parse(body) : null;
        string Given(string name) => stable ? asked is { } json ? Field(json, name) : "" : query[name].ToString();
        if (stable && asked is null) return WeChatAnswer.Error(47001);
        if (Given("grant_type") != "client_credential") return WeChatAnswer.Error(40002, "invalid grant_type");
        if (CheckAccount(Given("appid"), Given("secret")) is { } refusal) return refusal;
        if (!quotas.Take(path)) return WeChatAnswer.Error(WeChatAnswer.QuotaUsed);
        if (!stable)
        {
            var (fresh, life) = tokens.Ordinary();
            return WeChatAnswer.Json(new { access_token = fresh, expires_in = life });
        }

        var (error, token, seconds) = tokens.Stable(asked is { } form && form.TryGetProperty("force_refresh", out var force) && force.ValueKind == JsonValueKind.True);
        return error == 0 ? WeChatAnswer.Json(new { access_token = token, expires_in = seconds }) : WeChatAnswer.Error(error);
    }

    private IResult? CheckAccount(string appId, string secret)
    {
        var mine = settings.CurrentValue;
        if (appId.Length == 0) return WeChatAnswer.Error(41002);
        if (appId != mine.AppId) return WeChatAnswer.Error(40013);
        if (secret.Length == 0) return WeChatAnswer.Error(41004);
        return secret == mine.AppSecret ? null : WeChatAnswer.Error(40125);
    }

    private static JsonElement? Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Field(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
