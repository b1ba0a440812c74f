using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Sandbox;

/// <summary>Checks calls as Tencent Cloud's front does (TC3-HMAC-SHA256), written anew from its manual and from the request as it came.</summary>
internal sealed class TencentProof(VendorBook book, SandboxClock clock)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>The error's code, or nothing.</summary>
    public string? Check(VendorRequest request)
    {
        var account = book.Tencent;
        if (!long.TryParse(request.Header("x-tc-timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return "InvalidParameter";
        if (Math.Abs(clock.GetUtcNow().ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds) return "AuthFailure.SignatureExpire";
        var parts = request.Header("authorization").Split(' ', 2);
        if (parts.Length != 2 || parts[0] != "TC3-HMAC-SHA256") return "AuthFailure.InvalidAuthorization";
        var fields = parts[1].Split(", ").Select(f => f.Split('=', 2)).Where(f => f.Length == 2).ToDictionary(f => f[0], f => f[1], StringComparer.Ordinal);
        if (!fields.TryGetValue("Credential", out var credential) || !fields.TryGetValue("SignedHeaders", out var list) || !fields.TryGetValue("Signature", out var signature))
            return "AuthFailure.InvalidAuthorization";

        var date = DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var scope = $"{date}/sms/tc3_request";
        if (!credential.StartsWith(account.SecretId + "/", StringComparison.Ordinal)) return "AuthFailure.SecretIdNotFound";
        if (credential != $"{account.SecretId}/{scope}") return "AuthFailure.SignatureFailure";
        var names = list.Split(';');
        if (!names.Contains("content-type", StringComparer.Ordinal) || !names.Contains("host", StringComparer.Ordinal)) return "AuthFailure.SignatureFailure";

        var lines = string.Concat(names.Select(n => $"{n}:{(n == "x-tc-action" ? request.Header(n).ToLowerInvariant() : request.Header(n))}\n"));
        var canonical = string.Join('\n', request.Method, "/", request.RawQuery, lines, list, request.BodyHash());
        var text = string.Join('\n', "TC3-HMAC-SHA256", request.Header("x-tc-timestamp"), scope, VendorRequest.Hash(canonical));
        var key = Encoding.UTF8.GetBytes("TC3" + account.SecretKey);
        foreach (var step in new[] { date, "sms", "tc3_request", text }) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        return VendorRequest.Same(Convert.ToHexStringLower(key), signature) ? null : "AuthFailure.SignatureFailure";
    }
}
