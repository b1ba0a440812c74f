using System.Text.Json;

namespace WeChatMask.Sandbox;

/// <summary>Answers as WeChat's API gives them: JSON under <c>text/plain</c>, errors under status 200.</summary>
internal static class WeChatAnswer
{
    /// <summary>The day's quota is used up.</summary>
    public const int QuotaUsed = 45009;

    /// <summary>Too many within a minute.</summary>
    public const int TooOften = 45011;

    private static readonly Dictionary<int, string> Messages = new()
    {
        [0] = "ok",
        [40001] = "invalid credential, access_token is invalid or not latest",
        [40003] = "invalid openid",
        [40013] = "invalid appid",
        [40014] = "invalid access_token",
        [40015] = "invalid button type",
        [40016] = "invalid button size",
        [40018] = "invalid button name size",
        [40019] = "invalid button key size",
        [40020] = "invalid button url size",
        [40023] = "invalid sub button size",
        [40025] = "invalid sub button name size",
        [40033] = "invalid charset, \\uxxxx is not allowed",
        [40037] = "invalid template_id",
        [40053] = "invalid action info",
        [40066] = "invalid url",
        [40125] = "invalid appsecret",
        [41001] = "access_token missing",
        [41002] = "appid missing",
        [41004] = "appsecret missing",
        [41030] = "invalid page",
        [42001] = "access_token expired",
        [43002] = "require POST method",
        [43004] = "require subscribe",
        [43101] = "user refuse to accept the msg",
        [44002] = "empty post data",
        [44004] = "empty content",
        [45015] = "response out of time limit or subscription is canceled",
        [45047] = "out of response count limit",
        [46003] = "no menu exists",
        [47001] = "data format error",
        [47003] = "argument invalid",
        [48006] = "forbid to clear quota because of reaching the limit",
        [QuotaUsed] = "reach max api daily quota limit",
        [TooOften] = "api minute-quota reach limit, must slower, retry next minute",
    };

    /// <summary>An answer with content.</summary>
    public static IResult Json(object answer) => TypedResults.Text(JsonSerializer.Serialize(answer, SandboxJson.Options), "text/plain");

    /// <summary>An error, or success when the code is 0.</summary>
    public static IResult Error(int code, string message) => Json(new { errcode = code, errmsg = message });

    /// <summary>An error with WeChat's own words.</summary>
    public static IResult Error(int code) => Error(code, Messages.GetValueOrDefault(code, "error"));
}
