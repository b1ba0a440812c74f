using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Residents;

/// <summary>
/// How calls to the registry are signed: HMAC-SHA-256, in hex, over five lines joined by line feeds: method, path, Unix time in
/// seconds, nonce, and the body's SHA-256 in hex. The registry refuses a time far from its own and a nonce it has seen.
/// </summary>
public static class RegistrySignature
{
    /// <summary>Header that names us.</summary>
    public const string CallerHeader = "Registry-Caller";

    /// <summary>Header of the time.</summary>
    public const string TimeHeader = "Registry-Time";

    /// <summary>Header of the nonce.</summary>
    public const string NonceHeader = "Registry-Nonce";

    /// <summary>Header of the signature.</summary>
    public const string SignatureHeader = "Registry-Signature";

    /// <summary>The signature of a call.</summary>
    /// <param name="key">Base64 of the shared key.</param>
    /// <param name="method">In capitals.</param>
    /// <param name="path">Absolute path, without the query.</param>
    /// <param name="time">Unix seconds, decimal.</param>
    /// <param name="nonce">Never used before.</param>
    /// <param name="body">The body's bytes.</param>
    public static string Of(string key, string method, string path, string time, string nonce, ReadOnlySpan<byte> body)
    {
        var text = string.Join('\n', method, path, time, nonce, Convert.ToHexStringLower(SHA256.HashData(body)));
        return Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text)));
    }
}
