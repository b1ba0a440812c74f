using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Sms;

/// <summary>What was signed for a call to Tencent Cloud; the signature in lower-case hex.</summary>
public sealed record TencentSigned(string CanonicalRequest, string StringToSign, string Signature, string Authorization);

/// <summary>Tencent Cloud's signature TC3-HMAC-SHA256 for a POST of JSON (its API 3.0 manual, signature v3).</summary>
public static class TencentSignature
{
    private const string Algorithm = "TC3-HMAC-SHA256";

    /// <summary>
    /// Signs a request. Headers are <c>content-type</c>, <c>host</c> and, if it is signed, <c>x-tc-action</c>, names in lower case;
    /// the timestamp is in Unix seconds, its day the UTC one, which in China is yesterday's until eight.
    /// </summary>
    public static TencentSigned Sign(
        IReadOnlyDictionary<string, string> headers, ReadOnlySpan<byte> body, string service, long timestamp, string secretId, string secretKey)
    {
        var date = DateTimeOffset.FromUnixTimeSeconds(timestamp).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var scope = $"{date}/{service}/tc3_request";
        var signed = headers.OrderBy(h => h.Key, StringComparer.Ordinal).ToList();
        var names = string.Join(';', signed.Select(h => h.Key));
        var lines = string.Concat(signed.Select(h => $"{h.Key}:{Value(h)}\n"));
        var canonical = $"POST\n/\n\n{lines}\n{names}\n{Convert.ToHexStringLower(SHA256.HashData(body))}";
        var toSign = string.Create(
            CultureInfo.InvariantCulture,
            $"{Algorithm}\n{timestamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}");
        var key = Mac(Mac(Mac(Encoding.UTF8.GetBytes("TC3" + secretKey), date), service), "tc3_request");
        var signature = Convert.ToHexStringLower(Mac(key, toSign));
        return new(canonical, toSign, signature, $"{Algorithm} Credential={secretId}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    // The action alone is written in lower case: both forms of the manual's example show it so.
    private static string Value(KeyValuePair<string, string> header) =>
        header.Key == "x-tc-action" ? header.Value.Trim().ToLowerInvariant() : header.Value.Trim();

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
