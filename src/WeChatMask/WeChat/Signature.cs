using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.WeChat;

/// <summary>
/// WeChat's signature: lower-case hex SHA-1 of the parts, sorted by byte order and joined with nothing between.
/// Parts are token, timestamp and nonce for plain calls, and the Encrypt text as a fourth for encrypted ones
/// (WeChat's message-push documentation).
/// </summary>
public static class Signature
{
    public static string Compute(params ReadOnlySpan<string> parts)
    {
        var sorted = parts.ToArray();

        // Ordinal: the default, culture order, agrees for most messages and fails for a few in a hundred.
        Array.Sort(sorted, StringComparer.Ordinal);
        var joined = Encoding.UTF8.GetBytes(string.Concat(sorted));
#pragma warning disable CA5350 // SHA-1 is fixed by WeChat's protocol; both sides would have to change it.
        return Convert.ToHexStringLower(SHA1.HashData(joined));
#pragma warning restore CA5350
    }

    /// <summary>Compares in fixed time. An empty part is no match, even where the hash would be right.</summary>
    public static bool Matches(string? given, params ReadOnlySpan<string> parts)
    {
        if (string.IsNullOrEmpty(given)) return false;
        foreach (var part in parts)
        {
            if (string.IsNullOrEmpty(part)) return false;
        }

        // FixedTimeEquals answers at once for different lengths; the length of a signature is no secret.
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(Compute(parts)));
    }
}
