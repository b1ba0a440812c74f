using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace WeChatMask;

/// <summary>Section <c>Site</c>: how the site is reached.</summary>
public sealed class SiteSettings
{
    /// <summary>Address people see, without a slash at the end. Empty takes the request's own host, which only the sandbox may.</summary>
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>IANA name of the city's time zone.</summary>
    public string TimeZone { get; set; } = "Asia/Shanghai";

    /// <summary>Whether calls are limited per account and, for log-ins, per address.</summary>
    public bool RateLimits { get; set; } = true;

    /// <summary>Whether a browser that is not WeChat's is shown the ways to log in, a code by SMS among them, instead of being sent to WeChat.</summary>
    public bool LoginChoice { get; set; } = true;

    /// <summary>Requests that may wait at the booking desk before it answers busy.</summary>
    public int DeskQueue { get; set; } = 20_000;

    /// <summary>The most requests one transaction of the desk decides.</summary>
    /// <remarks>
    /// A batch has some sixteen trips to a database server, whatever its size; a thousand at once were decided some 15 %
    /// faster there than five hundred, as fast in the embedded database, and two thousand no faster.
    /// </remarks>
    public int DeskBatch { get; set; } = 1000;
}

/// <summary>Section <c>Map</c>: the picture under the pharmacies' places. Without it the places are still shown.</summary>
public sealed class MapSettings
{
    /// <summary>Address of a tile with <c>{z}</c>, <c>{x}</c> and <c>{y}</c>; empty for a map without a picture.</summary>
    public string TileUrl { get; set; } = "";

    /// <summary>Who made the tiles, as they ask to be named.</summary>
    public string Attribution { get; set; } = "";

    /// <summary>The coordinates the tiles are drawn in.</summary>
    public MapSystem System { get; set; } = MapSystem.Gcj02;

    /// <summary>The tiles' host, which the page may load pictures from; none without tiles.</summary>
    public string? TileHost() => TileUrl.Length == 0 ? null : new Uri(TileUrl).GetLeftPart(UriPartial.Authority);
}

/// <summary>Coordinates that map tiles are drawn in.</summary>
public enum MapSystem
{
    /// <summary>As Chinese map services draw.</summary>
    Gcj02,

    /// <summary>As satellites measure.</summary>
    Wgs84,
}

/// <summary>Refuses a tile address that no page could load from.</summary>
internal sealed class MapSettingsRules : IValidateOptions<MapSettings>
{
    private static readonly string[] Parts = ["{z}", "{x}", "{y}"];

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, MapSettings options)
    {
        if (options.TileUrl.Length == 0) return ValidateOptionsResult.Success;
        var good = Uri.TryCreate(options.TileUrl, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            && Parts.All(part => options.TileUrl.Contains(part, StringComparison.Ordinal))
            && !uri.Authority.Contains('{', StringComparison.Ordinal);
        return good
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Map:TileUrl must be an https address with {z}, {x} and {y} in its path, from one host.");
    }
}

/// <summary>Section <c>Registry</c>: the city's population registry.</summary>
public sealed class RegistrySettings
{
    /// <summary>Base address, https; needed only where a policy asks the registry.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>The name the registry knows us by.</summary>
    public string Caller { get; set; } = "wechatmask";

    /// <summary>Longest wait for one try; a call with all its retries takes at most twice as long.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Calls of one node at once.</summary>
    public int Concurrency { get; set; } = 16;
}

/// <summary>Refuses a registry that personal data would reach in clear, and limits that are none.</summary>
internal sealed class RegistrySettingsRules : IValidateOptions<RegistrySettings>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, RegistrySettings options)
    {
        var faults = new List<string>();
        if (options.BaseUrl.Length > 0 && !IsSafe(options.BaseUrl))
            faults.Add("Registry:BaseUrl must be an https address; http is taken on this machine alone.");
        if (options.Caller.Length is 0 or > 64 || !options.Caller.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            faults.Add("Registry:Caller is 1 to 64 letters, digits, hyphens, dots or underscores.");
        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(1))
            faults.Add("Registry:Timeout is between a tenth of a second and a minute.");
        if (options.Concurrency is < 1 or > 1000) faults.Add("Registry:Concurrency is 1 to 1000.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsSafe(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));
}

/// <summary>Section <c>Secrets</c>: keys. They come from configuration or environment, never from the repository.</summary>
public sealed class SecretSettings
{
    /// <summary>AES-256 keys by id, base64 of 32 bytes. Old ones stay until nothing is stored under them.</summary>
    public Dictionary<string, string> EncryptionKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>Id of the key that new values are encrypted under.</summary>
    public string EncryptionKeyId { get; set; } = "";

    /// <summary>HMAC key for identity numbers, base64 of 32 bytes. It never changes while holds exist.</summary>
    public string IdentityHashKey { get; set; } = "";

    /// <summary>ECDSA P-256 private keys by id, base64 of PKCS#8.</summary>
    public Dictionary<string, string> VoucherKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>Id of the key that signs new vouchers.</summary>
    public string VoucherKeyId { get; set; } = "";

    /// <summary>Last part of the address that SMS vendors push receipts to, 24 to 64 letters and digits. Empty takes no receipts.</summary>
    public string SmsReceiptToken { get; set; } = "";

    /// <summary>HMAC key shared with the population registry, base64 of 32 bytes; needed where <c>Registry:BaseUrl</c> is set.</summary>
    public string RegistryKey { get; set; } = "";
}

/// <summary>Told by the sandbox that its fixed, public secrets are in use. Everywhere else they stop the start.</summary>
public sealed class SandboxSecretsAllowed;

/// <summary>Refuses missing, weak or sandbox secrets, with the key's name and the cure.</summary>
internal sealed class SecretSettingsRules(IEnumerable<SandboxSecretsAllowed> sandbox, IOptions<RegistrySettings>? registry = null) : IValidateOptions<SecretSettings>
{
    private const string MakeKey = "make one with: openssl rand -base64 32";
    private const string MakeToken = "make one with: openssl rand -hex 24";
    private const string MakePrivateKey = "make one with: openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -outform DER | base64 -w0";

    // The sandbox's symmetric keys are this text and its voucher key carries it as its id: visible, so that they can be refused.
    private static readonly byte[] SandboxMark = Encoding.ASCII.GetBytes("sandbox");

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SecretSettings options)
    {
        var faults = new List<string>();
        foreach (var (id, key) in options.EncryptionKeys) CheckSymmetric(faults, $"Secrets:EncryptionKeys:{id}", key);
        CheckSymmetric(faults, "Secrets:IdentityHashKey", options.IdentityHashKey);
        if (options.RegistryKey.Length > 0 || registry?.Value.BaseUrl is { Length: > 0 }) CheckSymmetric(faults, "Secrets:RegistryKey", options.RegistryKey);
        if (!options.EncryptionKeys.ContainsKey(options.EncryptionKeyId))
            faults.Add("Secrets:EncryptionKeyId names no key of Secrets:EncryptionKeys; add one, for example Secrets:EncryptionKeys:k1.");
        if (options.EncryptionKeys.Keys.Any(id => id.Length is 0 or > 16 || !id.All(char.IsAsciiLetterOrDigit)))
            faults.Add("Secrets:EncryptionKeys ids are 1 to 16 letters or digits.");
        if (!options.VoucherKeys.ContainsKey(options.VoucherKeyId))
            faults.Add($"Secrets:VoucherKeyId names no key of Secrets:VoucherKeys; {MakePrivateKey}");
        foreach (var (id, key) in options.VoucherKeys) CheckVoucherKey(faults, id, key);
        CheckReceiptToken(faults, options.SmsReceiptToken ?? "");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private void CheckSymmetric(List<string> faults, string setting, string value)
    {
        var bytes = new byte[64];
        if (!Convert.TryFromBase64String(value, bytes, out var length) || length != 32)
            faults.Add($"{setting} must be base64 of 32 bytes; {MakeKey}");
        else if (bytes.Take(length).Distinct().Count() < 8)
            faults.Add($"{setting} is too simple; {MakeKey}");
        else if (!sandbox.Any() && bytes.AsSpan().StartsWith(SandboxMark))
            faults.Add($"{setting} is the sandbox's, which everybody knows; {MakeKey}");
    }

    private void CheckReceiptToken(List<string> faults, string token)
    {
        if (token.Length == 0) return;
        if (token.Length is < 24 or > 64 || !token.All(char.IsAsciiLetterOrDigit) || token.Distinct().Count() < 8)
            faults.Add($"Secrets:SmsReceiptToken must be 24 to 64 random letters and digits, or empty where no vendor pushes receipts; {MakeToken}");
        else if (!sandbox.Any() && token.StartsWith("sandbox", StringComparison.Ordinal))
            faults.Add($"Secrets:SmsReceiptToken is the sandbox's, which everybody knows; {MakeToken}");
    }

    private void CheckVoucherKey(List<string> faults, string id, string value)
    {
        if (id.Length != 1 || !(char.IsAsciiLetterUpper(id[0]) || char.IsAsciiDigit(id[0])))
            faults.Add($"Secrets:VoucherKeys:{id}: an id is one capital letter or digit.");
        else if (id == "S" && !sandbox.Any())
            faults.Add("Secrets:VoucherKeys:S is kept for the sandbox; use another id.");
        try
        {
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(value), out _);
            if (key.KeySize != 256) faults.Add($"Secrets:VoucherKeys:{id} is not a P-256 key; {MakePrivateKey}");
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            faults.Add($"Secrets:VoucherKeys:{id} cannot be read; {MakePrivateKey}");
        }
    }
}
