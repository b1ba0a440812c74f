using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Residents;

/// <summary>
/// How calls to the registry are signed: HMAC-SHA-256, in hex, over five lines joined by line feeds: method, path, Unix time in
/// seconds, nonce, and the body's SHA-256 in hex. The registry refuses a time far from its own and a nonce it has seen.
/// </summary>
public static class RegistrySignature
{
    public const string CallerHeader = "Registry-Caller";

    public const string TimeHeader = "Registry-Time";

    public const string NonceHeader = "Registry-Nonce";

    public const string SignatureHeader = "Registry-Signature";

    /// <summary>The signature of a call: the key in Base64, the method in capitals, the path without its query, the time in decimal.</summary>
    public static string Of(string key, string method, string path, string time, string nonce, ReadOnlySpan<byte> body)
    {
        var text = string.Join('\n', method, path, time, nonce, Convert.ToHexStringLower(SHA256.HashData(body)));
        return Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text)));
    }
}
