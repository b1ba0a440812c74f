using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>Keys, the same on every node. A missing or weak one stops the start and says how to make a good one; the sandbox's own are refused. Keep a copy apart from the backups: without them nobody can be told from a backup.</summary>
public sealed class SecretSettings
{
    /// <summary>AES-256 keys by id (1 to 16 letters or digits), each base64 of 32 bytes: <c>openssl rand -base64 32</c>. Old ones stay until nothing is stored under them.</summary>
    public Dictionary<string, string> EncryptionKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>Id of the key under which new values are encrypted.</summary>
    public string EncryptionKeyId { get; set; } = "";

    /// <summary>HMAC key by which people are found again, base64 of 32 bytes. It must not change while the database lives: with another one everybody would look new, so such a node does not start.</summary>
    public string IdentityHashKey { get; set; } = "";

    /// <summary>P-256 private keys by id (one capital letter or digit, not <c>S</c>), base64 of PKCS#8: <c>openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -outform DER | base64 -w0</c>. An old one stays until its vouchers are over.</summary>
    public Dictionary<string, string> VoucherKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>Id of the key that signs new vouchers.</summary>
    public string VoucherKeyId { get; set; } = "";

    /// <summary>P-256 private keys that sign the public log, by id (1 to 16 letters or digits, not <c>sandbox</c>), base64 of PKCS#8, made as voucher keys are, and none of these. While a key is being changed both sign.</summary>
    public Dictionary<string, string> LogKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>Id of the log's key in use.</summary>
    public string LogKeyId { get; set; } = "";

    /// <summary>24 to 64 random letters and digits: <c>openssl rand -hex 24</c>. SMS vendors push receipts to <c>/sms/receipts/aliyun/TOKEN</c> and <c>/sms/receipts/tencent/TOKEN</c>; keep these paths out of a proxy's access log. Empty takes no receipts.</summary>
    public string SmsReceiptToken { get; set; } = "";

    /// <summary>HMAC key shared with the population registry, base64 of 32 bytes; calls are signed with it. Needed where <c>Registry:BaseUrl</c> is set.</summary>
    public string RegistryKey { get; set; } = "";

    /// <summary>A name for <c>RegistryKey</c>, 1 to 16 letters or digits. A new key agreed with the registry gets a new one, since another key under a known id stops the start.</summary>
    public string RegistryKeyId { get; set; } = "r1";

    /// <summary>HMAC key that seals backups, base64 of 32 bytes. Needed by <c>backup</c> and <c>restore</c>: a file that was changed, or sealed by another key, is refused.</summary>
    public string BackupKey { get; set; } = "";
}

/// <summary>Told by the sandbox that its fixed, public secrets are in use. Everywhere else they stop the start.</summary>
public sealed class SandboxSecretsAllowed;

/// <summary>Refuses missing, weak or sandbox secrets, with the key's name and the cure.</summary>
internal sealed class SecretSettingsValidator(IEnumerable<SandboxSecretsAllowed> sandbox, IOptions<RegistrySettings>? registry = null) : IValidateOptions<SecretSettings>
{
    private const string MakeKey = "make one with: openssl rand -base64 32";
    private const string MakeToken = "make one with: openssl rand -hex 24";
    private const string MakePrivateKey = "make one with: openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -outform DER | base64 -w0";

    // The sandbox's symmetric keys are this text and its voucher key carries it as its id: visible, so that they can be refused.
    private static readonly byte[] SandboxMark = Encoding.ASCII.GetBytes("sandbox");

    public ValidateOptionsResult Validate(string? name, SecretSettings options)
    {
        var faults = new List<string>();
        foreach (var (id, key) in options.EncryptionKeys) CheckSymmetric(faults, $"Secrets:EncryptionKeys:{id}", key);
        CheckSymmetric(faults, "Secrets:IdentityHashKey", options.IdentityHashKey);
        if (options.RegistryKey.Length > 0 || registry?.Value.BaseUrl is { Length: > 0 }) CheckSymmetric(faults, "Secrets:RegistryKey", options.RegistryKey);
        if (options.BackupKey.Length > 0) CheckSymmetric(faults, "Secrets:BackupKey", options.BackupKey);
        if (!IsId(options.RegistryKeyId)) faults.Add("Secrets:RegistryKeyId is 1 to 16 letters or digits.");
        if (!options.EncryptionKeys.ContainsKey(options.EncryptionKeyId))
            faults.Add("Secrets:EncryptionKeyId names no key of Secrets:EncryptionKeys; add one, for example Secrets:EncryptionKeys:k1.");
        if (!options.EncryptionKeys.Keys.All(IsId))
            faults.Add("Secrets:EncryptionKeys ids are 1 to 16 letters or digits.");
        if (!options.VoucherKeys.ContainsKey(options.VoucherKeyId))
            faults.Add($"Secrets:VoucherKeyId names no key of Secrets:VoucherKeys; {MakePrivateKey}");
        foreach (var (id, key) in options.VoucherKeys) CheckVoucherKey(faults, id, key);
        CheckLogKeys(faults, options);
        CheckReceiptToken(faults, options.SmsReceiptToken ?? "");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsId(string? id) => id is { Length: > 0 and <= 16 } && id.All(char.IsAsciiLetterOrDigit);

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
        PublicHalf(faults, $"Secrets:VoucherKeys:{id}", value);
    }

    private void CheckLogKeys(List<string> faults, SecretSettings options)
    {
        if (!options.LogKeys.ContainsKey(options.LogKeyId)) faults.Add($"Secrets:LogKeyId names no key of Secrets:LogKeys, which sign the public log; {MakePrivateKey}");
        if (!options.LogKeys.Keys.All(IsId)) faults.Add("Secrets:LogKeys ids are 1 to 16 letters or digits.");
        if (options.LogKeys.ContainsKey("sandbox") && !sandbox.Any()) faults.Add("Secrets:LogKeys:sandbox is kept for the sandbox; use another id.");
        var vouchers = options.VoucherKeys.Select(k => PublicHalf([], k.Key, k.Value)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (id, value) in options.LogKeys)
        {
            if (PublicHalf(faults, $"Secrets:LogKeys:{id}", value) is { } half && vouchers.Contains(half))
                faults.Add($"Secrets:LogKeys:{id} signs vouchers too; {MakePrivateKey}");
        }
    }

    /// <summary>Null, with a fault, where it is no P-256 key.</summary>
    private static string? PublicHalf(List<string> faults, string setting, string value)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(value), out _);
            if (key.KeySize == 256) return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
            faults.Add($"{setting} is not a P-256 key; {MakePrivateKey}");
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            faults.Add($"{setting} cannot be read; {MakePrivateKey}");
        }

        return null;
    }
}
