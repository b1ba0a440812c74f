using System.Text.Json;

namespace WeChatMask.Sandbox;

/// <summary>Answers as WeChat's API gives them: JSON under <c>text/plain</c>, errors under status 200.</summary>
internal static class WeChatAnswer
{
    /// <summary>An answer with content.</summary>
    public static IResult Json(object answer) => TypedResults.Text(JsonSerializer.Serialize(answer, SandboxJson.Options), "text/plain");

    /// <summary>An error, or success when the code is 0.</summary>
    public static IResult Error(int code, string message) => Json(new { errcode = code, errmsg = message });
}
