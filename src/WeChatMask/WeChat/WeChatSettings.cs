namespace WeChatMask.WeChat;

/// <summary>How message bodies travel, as set in the official account's console.</summary>
public enum MessageMode
{
    /// <summary>Bodies are plain XML; the query's signature does not cover them.</summary>
    Plain,

    /// <summary>Bodies carry the plain XML and its encrypted copy; only the encrypted copy is protected.</summary>
    Compatible,

    /// <summary>Bodies are encrypted only. The mode to use in production.</summary>
    Safe,
}

/// <summary>The official account's keys and addresses: configuration section <c>WeChat</c>.</summary>
public sealed class WeChatSettings
{
    /// <summary>The configuration section these settings are read from.</summary>
    public const string Section = "WeChat";

    /// <summary>The account's id, from the console's basic configuration.</summary>
    public string AppId { get; set; } = "";

    /// <summary>The account's secret for calls to WeChat's API.</summary>
    public string AppSecret { get; set; } = "";

    /// <summary>The shared word that signs every webhook call: 3 to 32 letters and digits.</summary>
    public string Token { get; set; } = "";

    /// <summary>The message key: 43 letters and digits, the Base64 of 32 bytes without its last <c>=</c>.</summary>
    public string EncodingAesKey { get; set; } = "";

    /// <summary>
    /// A second message key while the key is being changed: messages under either are read, and each is answered under its
    /// own. Empty at other times.
    /// </summary>
    public string EncodingAesKeyNext { get; set; } = "";

    /// <summary>The console's message mode; safe unless said otherwise, so that a forgotten key never weakens it.</summary>
    public MessageMode MessageMode { get; set; } = MessageMode.Safe;

    /// <summary>Where server calls go; the sandbox points it at itself.</summary>
    public string ApiBaseUrl { get; set; } = "https://api.weixin.qq.com";

    /// <summary>Where a resident's browser is sent to log in; the sandbox points it at itself.</summary>
    public string AuthorizeBaseUrl { get; set; } = "https://open.weixin.qq.com";
}
