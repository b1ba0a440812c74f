using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Sandbox;

/// <summary>An error as Alibaba Cloud's front answers it.</summary>
internal sealed record AliyunError(int Status, string Code, string Message);

/// <summary>
/// Checks calls as Alibaba Cloud's front does, by both signatures. It is written anew from the manual and from the request
/// as it came, so that a mistake of the app's signer is not made here too.
/// </summary>
internal sealed class AliyunProof(VendorBook book, SandboxClock clock)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(15);
    private static readonly string[] Needed = ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];

    /// <summary>What is wrong with a call, or nothing.</summary>
    public AliyunError? Check(VendorRequest request, Dictionary<string, string> parameters) =>
        request.Header("authorization").Length > 0 ? CheckV3(request, book.Aliyun) : CheckRpc(request, parameters, book.Aliyun);

    private AliyunError? CheckV3(VendorRequest request, AliyunAccount account)
    {
        var parts = request.Header("authorization").Split(' ', 2);
        if (parts.Length != 2 || parts[0] != "ACS3-HMAC-SHA256") return new(400, "IncompleteSignature", "The authorization header is of another kind.");
        var fields = parts[1].Split(',').Select(f => f.Split('=', 2)).Where(f => f.Length == 2).ToDictionary(f => f[0], f => f[1], StringComparer.Ordinal);
        if (!fields.TryGetValue("Credential", out var id) || !fields.TryGetValue("SignedHeaders", out var list) || !fields.TryGetValue("Signature", out var signature))
            return new(400, "IncompleteSignature", "The authorization header lacks a part.");
        if (id != account.AccessKeyId) return new(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
        if (!IsTimely(request.Header("x-acs-date"))) return new(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");

        var names = list.Split(';');
        var sent = request.Headers.Keys.Where(n => n.StartsWith("x-acs-", StringComparison.Ordinal) || n is "host" or "content-type");
        if (Needed.Concat(sent).Except(names, StringComparer.Ordinal).Any() || !names.Order(StringComparer.Ordinal).SequenceEqual(names, StringComparer.Ordinal))
            return new(400, "IncompleteSignature", "A header that must be signed is not, or they are out of order.");
        if (request.Header("x-acs-content-sha256") != request.BodyHash()) return new(400, "SignatureDoesNotMatch", "The hash is not the body's.");

        var query = string.Join('&', request.RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        var canonical = string.Join('\n', request.Method, "/", query, request.Lines(names), list, request.BodyHash());
        var mine = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(account.AccessKeySecret), Encoding.UTF8.GetBytes("ACS3-HMAC-SHA256\n" + VendorRequest.Hash(canonical)));
        if (!VendorRequest.Same(Convert.ToHexStringLower(mine), signature)) return new(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.");
        return book.IsNew(request.Header("x-acs-signature-nonce")) ? null : NonceUsed();
    }

    private AliyunError? CheckRpc(VendorRequest request, Dictionary<string, string> parameters, AliyunAccount account)
    {
        string Of(string name) => parameters.GetValueOrDefault(name, "");
        if (Of("Signature").Length == 0 || Of("SignatureMethod") != "HMAC-SHA1" || Of("SignatureVersion") != "1.0" || Of("SignatureNonce").Length == 0)
            return new(400, "IncompleteSignature", "A parameter of the signature is missing.");
        if (Of("AccessKeyId") != account.AccessKeyId) return new(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
        if (!IsTimely(Of("Timestamp"))) return new(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");

        var pairs = parameters.Where(p => p.Key != "Signature").Select(p => $"{Percent(p.Key)}={Percent(p.Value)}").Order(StringComparer.Ordinal);
        var text = $"{request.Method}&{Percent("/")}&{Percent(string.Join('&', pairs))}";
#pragma warning disable CA5350 // The vendor's protocol asks for it.
        var mine = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(account.AccessKeySecret + "&"), Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
        if (!VendorRequest.Same(mine, Of("Signature"))) return new(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.");
        return book.IsNew(Of("SignatureNonce")) ? null : NonceUsed();
    }

    private bool IsTimely(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        && (clock.GetUtcNow() - at).Duration() <= Tolerance;

    private static AliyunError NonceUsed() => new(400, "SignatureNonceUsed", "Specified signature nonce was used already.");

    // RFC 3986 by hand: letters, digits and four marks stay, every other byte is written in hex.
    private static string Percent(string text)
    {
        var written = new StringBuilder(text.Length * 2);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~') written.Append((char)octet);
            else written.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }

        return written.ToString();
    }
}
