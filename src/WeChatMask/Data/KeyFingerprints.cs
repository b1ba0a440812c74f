using System.Security.Cryptography;
using System.Text;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>What tells one configured key from another without giving it away, by the setting that names it.</summary>
internal static class KeyFingerprints
{
    /// <summary>Its fingerprint is older than the others and has a form of its own.</summary>
    public const string IdentityKey = "Secrets:IdentityHashKey";

    private static readonly byte[] Label = Encoding.ASCII.GetBytes("wechatmask key");

    /// <summary>The settings' keys, as <c>Secrets:EncryptionKeys:k1</c>, each with its fingerprint. The receipts' token is left out: it changes without anything being lost.</summary>
    public static Dictionary<string, string> Of(SecretSettings secrets, PersonalData personal)
    {
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, key) in secrets.EncryptionKeys) own[EncryptionKey(id)] = OfSymmetric(key);
        foreach (var (id, key) in secrets.VoucherKeys) own[$"Secrets:VoucherKeys:{id}"] = OfPrivate(key);
        foreach (var (id, key) in secrets.LogKeys) own[$"Secrets:LogKeys:{id}"] = OfPrivate(key);
        own[IdentityKey] = personal.HashKeyFingerprint;
        if (secrets.RegistryKey.Length > 0) own[$"Secrets:RegistryKey ({secrets.RegistryKeyId})"] = OfSymmetric(secrets.RegistryKey);
        return own;
    }

    public static string EncryptionKey(string id) => $"Secrets:EncryptionKeys:{id}";

    private static string OfSymmetric(string key) => Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromBase64String(key), Label));

    // Of the public half, since one private key has several written forms.
    private static string OfPrivate(string key)
    {
        using var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(Convert.FromBase64String(key), out _);
        return Convert.ToHexStringLower(SHA256.HashData(pair.ExportSubjectPublicKeyInfo()));
    }
}
