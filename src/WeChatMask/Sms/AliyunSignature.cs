using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Sms;

/// <summary>What a call to Alibaba Cloud carries and what was signed.</summary>
/// <param name="Headers">Headers to send, <c>host</c> among them, without the authorization.</param>
/// <param name="CanonicalRequest">The six parts of the request.</param>
/// <param name="StringToSign">What the key was applied to.</param>
/// <param name="Signature">Lower-case hex.</param>
/// <param name="Authorization">The header's value.</param>
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

    /// <summary>Signs a request by version 3.</summary>
    /// <param name="method">HTTP method in capitals.</param>
    /// <param name="query">Parameters in the address.</param>
    /// <param name="headers">Headers that are sent and signed: <c>host</c>, <c>x-acs-*</c>, <c>content-type</c>, in lower case; the body's hash is added.</param>
    /// <param name="body">The bytes that are sent.</param>
    /// <param name="keyId">Id of the access key.</param>
    /// <param name="secret">Its secret.</param>
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

    /// <summary>What the older signature is made of.</summary>
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
