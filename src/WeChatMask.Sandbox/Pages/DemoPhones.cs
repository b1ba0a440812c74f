namespace WeChatMask.Sandbox.Pages;

/// <summary>The phones that the sandbox offers by name; any other openid is a phone as well.</summary>
public static class DemoPhones
{
    /// <summary>The cookie that says whose phone this browser is.</summary>
    public const string Cookie = "sandbox_openid";

    /// <summary>Their openids, of WeChat's length and letters.</summary>
    public static IReadOnlyList<string> OpenIds { get; } =
        [.. Enumerable.Range(1, 4).Select(n => FormattableString.Invariant($"oSandboxDemoPhone-{n:0000000000}"))];
}
