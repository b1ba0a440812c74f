using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.WeChat;

/// <summary>The proof by which a page may use WeChat's own scanner and map (JS-SDK, <c>wx.config</c>).</summary>
public static class JsSdkSignature
{
    /// <summary>The text that is hashed: names in lower case and in this order, values as they are, the address without its fragment.</summary>
    public static string Text(string ticket, string nonce, long timestamp, string page) =>
        string.Create(CultureInfo.InvariantCulture, $"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={WithoutFragment(page)}");

    /// <summary>SHA-1 in lower-case hexadecimal, as WeChat computes it: a proof of the ticket, not a secret.</summary>
    public static string Of(string ticket, string nonce, long timestamp, string page) =>
#pragma warning disable CA5350 // The platform prescribes SHA-1.
        Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(Text(ticket, nonce, timestamp, page))));
#pragma warning restore CA5350

    private static string WithoutFragment(string page) => page.IndexOf('#', StringComparison.Ordinal) is var at and >= 0 ? page[..at] : page;
}
