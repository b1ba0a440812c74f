using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Sms;

/// <summary>What a call to Alibaba Cloud carries and what was signed: headers to send, <c>host</c> among them, without the authorization; the signature in lower-case hex.</summary>
public sealed record AliyunSigned(
    IReadOnlyDictionary<string, string> Headers, string CanonicalRequest, string StringToSign, string Signature, string Authorization);

/// <summary>
/// Alibaba Cloud's two signatures for calls of RPC style: ACS3-HMAC-SHA256 over the request (its manual, page 2593177), and
/// the older HMAC-SHA1 over all parameters.
/// </summary>
public static class AliyunSignature
{
    private const string Algorithm = "ACS3-HMAC-SHA256";

    /// <summary>Time as both signatures write it: UTC, to the second.</summary>
    public const string TimeFormat = "yyyy-MM-ddTHH:mm:ssZ";

    /// <summary>Signs a request by version 3. Headers are <c>host</c>, <c>x-acs-*</c> and <c>content-type</c>, in lower case; the body's hash is added.</summary>
    public static AliyunSigned Sign(
        string method, IEnumerable<KeyValuePair<string, string>> query, IReadOnlyDictionary<string, string> headers,
        ReadOnlySpan<byte> body, string keyId, string secret)
    {
        var bodyHash = Convert.ToHexStringLower(SHA256.HashData(body));
        var signed = new SortedDictionary<string, string>(headers.ToDictionary(h => h.Key, h => h.Value.Trim(), StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["x-acs-content-sha256"] = bodyHash,
        };
        var names = string.Join(';', signed.Keys);
        // The path of every call of this style is the root, whatever stands in front of the vendor.
        var canonical = $"{method}\n/\n{Query(query)}\n{string.Concat(signed.Select(h => $"{h.Key}:{h.Value}\n"))}\n{names}\n{bodyHash}";
        var toSign = $"{Algorithm}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(toSign)));
        return new(signed, canonical, toSign, signature, $"{Algorithm} Credential={keyId},SignedHeaders={names},Signature={signature}");
    }

    public static string RpcStringToSign(string method, IEnumerable<KeyValuePair<string, string>> parameters) =>
        $"{method}&%2F&{Encode(Query(parameters))}";

    /// <summary>The older signature: Base64 of HMAC-SHA1, the key with an ampersand behind it.</summary>
    public static string RpcSign(string method, IEnumerable<KeyValuePair<string, string>> parameters, string secret)
    {
#pragma warning disable CA5350 // The vendor's protocol asks for it; version 3 is the default.
        return Convert.ToBase64String(HMACSHA1.HashData(
            Encoding.UTF8.GetBytes(secret + "&"), Encoding.UTF8.GetBytes(RpcStringToSign(method, parameters))));
#pragma warning restore CA5350
    }

    /// <summary>Parameters in ordinal order of their names, both sides encoded by RFC 3986.</summary>
    public static string Query(IEnumerable<KeyValuePair<string, string>> parameters) => string.Join('&', parameters
        .OrderBy(p => p.Key, StringComparer.Ordinal)
        .Select(p => $"{Encode(p.Key)}={Encode(p.Value)}"));

    private static string Encode(string text) => Uri.EscapeDataString(text);
}
