using System.Security.Cryptography;

namespace WeChatMask.Operations;

/// <summary>Makes the keys that a city has not got yet; one that is there is never touched.</summary>
internal static class FreshSecrets
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int TokenLength = 32;
    private const int AesKeyLength = 43;
    private const int ReceiptTokenLength = 48;

    /// <summary>The missing ones, by their names in a file of the environment.</summary>
    public static IReadOnlyDictionary<string, string> Missing(IReadOnlyDictionary<string, string> known)
    {
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        Make("WeChat__Token", () => RandomNumberGenerator.GetString(Letters, TokenLength));
        Make("WeChat__EncodingAesKey", () => RandomNumberGenerator.GetString(Letters, AesKeyLength));
        MakePair("Secrets__EncryptionKeys__", "k1", "Secrets__EncryptionKeyId", Symmetric);
        Make("Secrets__IdentityHashKey", Symmetric);
        MakePair("Secrets__VoucherKeys__", "A", "Secrets__VoucherKeyId", Private);
        MakePair("Secrets__LogKeys__", "L1", "Secrets__LogKeyId", Private);
        Make("Secrets__BackupKey", Symmetric);
        // Only these vendors push receipts.
        if (known.GetValueOrDefault("Sms__Providers") is { } vendors
            && (vendors.Contains("Aliyun", StringComparison.Ordinal) || vendors.Contains("Tencent", StringComparison.Ordinal)))
            Make("Secrets__SmsReceiptToken", () => RandomNumberGenerator.GetString(Letters, ReceiptTokenLength));
        return made;

        void Make(string name, Func<string> make)
        {
            if (known.GetValueOrDefault(name, "").Length == 0) made[name] = make();
        }

        // A key under an id, and the setting that says which id is used.
        void MakePair(string prefix, string id, string chosen, Func<string> make)
        {
            if (known.Keys.Any(k => k.StartsWith(prefix, StringComparison.Ordinal))) return;
            made[prefix + known.GetValueOrDefault(chosen, id)] = make();
            if (!known.ContainsKey(chosen)) made[chosen] = id;
        }
    }

    private static string Symmetric() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static string Private()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(pair.ExportPkcs8PrivateKey());
    }
}
