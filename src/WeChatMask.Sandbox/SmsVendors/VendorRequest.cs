using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace WeChatMask.Sandbox;

/// <summary>A call as it came over the wire, read before anything interprets it.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="RawQuery">Behind the question mark, as it was sent.</param>
/// <param name="Headers">By lower-case name, one value each.</param>
/// <param name="Body">The bytes.</param>
internal sealed record VendorRequest(string Method, string RawQuery, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const string SentType = "sent-content-type";
    private const string Sandbox = "/sandbox";

    /// <summary>Keeps a call's type as it came, before the product puts a plain one in its place.</summary>
    public static Task KeepSentType(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments(Sandbox, StringComparison.Ordinal)) context.Items[SentType] = context.Request.ContentType;
        return next(context);
    }

    /// <summary>Reads a call.</summary>
    public static async Task<VendorRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        var headers = request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString(), StringComparer.Ordinal);
        if (request.HttpContext.Items[SentType] is string sent) headers["content-type"] = sent;
        return new(request.Method, request.QueryString.Value?.TrimStart('?') ?? "", headers, body.ToArray());
    }

    /// <summary>A header, or nothing.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>Parameters of the address and of a form body.</summary>
    public Dictionary<string, string> Parameters()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in QueryHelpers.ParseQuery(RawQuery)) all[name] = value.ToString();
        if (!Header("content-type").StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return all;
        foreach (var (name, value) in QueryHelpers.ParseQuery(Encoding.UTF8.GetString(Body))) all[name] = value.ToString();
        return all;
    }

    /// <summary>Lower-case hex of the SHA-256 of a text.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Lower-case hex of the SHA-256 of the body.</summary>
    public string BodyHash() => Convert.ToHexStringLower(SHA256.HashData(Body));

    /// <summary>Compares in fixed time.</summary>
    public static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    /// <summary>The named lines of a signed header list, as both vendors write them.</summary>
    public string Lines(IEnumerable<string> names) => string.Concat(names.Select(n => $"{n}:{Header(n).Trim()}\n"));
}
