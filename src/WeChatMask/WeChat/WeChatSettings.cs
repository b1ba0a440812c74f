namespace WeChatMask.WeChat;

/// <summary>How message bodies travel, as set in the official account's console.</summary>
public enum MessageMode
{
    /// <summary>bodies are plain XML, which the query's signature does not cover.</summary>
    Plain,

    /// <summary>bodies carry plain XML and its encrypted copy; only the copy is believed.</summary>
    Compatible,

    /// <summary>bodies are encrypted only. The mode to use in production.</summary>
    Safe,
}

/// <summary>The official account's keys and addresses, as in its console.</summary>
public sealed class WeChatSettings
{
    public const string Section = "WeChat";

    /// <summary>The account's id, from the console's basic configuration.</summary>
    public string AppId { get; set; } = "";

    /// <summary>The account's secret for calls to WeChat's API, from the same page.</summary>
    public string AppSecret { get; set; } = "";

    /// <summary>The shared word that signs every call of WeChat's to <c>/wechat</c>: 8 to 32 letters or digits, the same as in the console's server configuration.</summary>
    public string Token { get; set; } = "";

    /// <summary>Whether a token of 3 to 7 characters is taken, as WeChat's console does; strangers can find such a one by trying.</summary>
    public bool AllowShortToken { get; set; }

    /// <summary>The message key of the console's server configuration: 43 letters and digits. Plain mode may leave it empty.</summary>
    public string EncodingAesKey { get; set; } = "";

    /// <summary>
    /// The new message key while it is being changed: set it here and restart, change it in the console, then move it to
    /// <c>EncodingAesKey</c>. Both are read meanwhile, and each message is answered under its own. Empty at other times.
    /// </summary>
    public string EncodingAesKeyNext { get; set; } = "";

    /// <summary>How message bodies travel, as chosen in the console.</summary>
    public MessageMode MessageMode { get; set; } = MessageMode.Safe;

    /// <summary>Where calls to WeChat's API go; another address only for a test world.</summary>
    public string ApiBaseUrl { get; set; } = "https://api.weixin.qq.com";

    /// <summary>Where a resident's browser is sent to log in; another address only for a test world.</summary>
    public string AuthorizeBaseUrl { get; set; } = "https://open.weixin.qq.com";
}
