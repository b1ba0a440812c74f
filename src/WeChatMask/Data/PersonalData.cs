using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>Keeps personal data unreadable at rest, and comparable: AES-256-GCM to keep, HMAC-SHA-256 to compare.</summary>
/// <remarks>
/// A bare hash of an identity number could be searched through (there are only some billions), so the hash is keyed.
/// A stored value is <c>keyId:base64(nonce, cipher, tag)</c>, so that keys can rotate.
/// </remarks>
public sealed class PersonalData : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    // AesGcm keeps native state and is not safe for two threads at once: each thread has its own.
    private readonly Dictionary<string, ThreadLocal<AesGcm>> ciphers;
    private readonly string activeKeyId;
    private readonly byte[] hashKey;

    /// <summary>Takes the keys from section <c>Secrets</c>, which is checked at start.</summary>
    public PersonalData(IOptions<SecretSettings> settings)
    {
        var secrets = settings.Value;
        ciphers = secrets.EncryptionKeys.ToDictionary(
            k => k.Key,
            k => new ThreadLocal<AesGcm>(() => new AesGcm(Convert.FromBase64String(k.Value), TagBytes), trackAllValues: true),
            StringComparer.Ordinal);
        activeKeyId = secrets.EncryptionKeyId;
        hashKey = Convert.FromBase64String(secrets.IdentityHashKey);
    }

    /// <summary>Tells whether two nodes hash with the same key without giving the key away.</summary>
    public string HashKeyFingerprint => KeyedHash(HashPurpose.Fingerprint, "wechatmask");

    /// <summary>Encrypts a text under the active key.</summary>
    public string Encrypt(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        ciphers[activeKeyId].Value!.Encrypt(
            nonce, plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length));
        return $"{activeKeyId}:{Convert.ToBase64String(sealedBytes)}";
    }

    /// <summary>Decrypts what <see cref="Encrypt"/> wrote. A destroyed value (empty) reads as empty.</summary>
    /// <exception cref="CryptographicException">The key is not configured, or the value was changed.</exception>
    public string Decrypt(string stored)
    {
        if (stored.Length == 0) return "";
        var colon = stored.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !ciphers.TryGetValue(stored[..colon], out var cipher))
            throw new CryptographicException("No key is configured for a stored value; see Secrets:EncryptionKeys.");
        var bytes = Convert.FromBase64String(stored[(colon + 1)..]);
        var plain = new byte[bytes.Length - NonceBytes - TagBytes];
        cipher.Value!.Decrypt(bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes, plain.Length), bytes.AsSpan(NonceBytes + plain.Length), plain);
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>The same, and nothing where the key is gone or the value was changed.</summary>
    public string DecryptOrNothing(string stored)
    {
        try
        {
            return Decrypt(stored);
        }
        catch (CryptographicException)
        {
            return "";
        }
    }

    /// <summary>The keyed hash by which a person is found again, whatever the account or phone.</summary>
    public string PersonHash(string identityNumber) => KeyedHash(HashPurpose.Person, identityNumber);

    /// <summary>The keyed hash of something that must be found again and not read.</summary>
    public string KeyedHash(HashPurpose purpose, string value)
    {
        var hash = HMACSHA256.HashData(hashKey, Encoding.UTF8.GetBytes($"{Label(purpose)}:{value}"));
        return System.Buffers.Text.Base64Url.EncodeToString(hash);
    }

    public void Dispose()
    {
        foreach (var cipher in ciphers.Values)
        {
            foreach (var perThread in cipher.Values) perThread.Dispose();
            cipher.Dispose();
        }
    }

    // Part of every stored hash: another word here would make everybody look new.
    private static string Label(HashPurpose purpose) => purpose switch
    {
        HashPurpose.Fingerprint => "fingerprint",
        HashPurpose.Person => "person",
        HashPurpose.Message => "message",
        HashPurpose.Mobile => "mobile",
        HashPurpose.LoginMobile => "login-mobile",
        HashPurpose.LoginCode => "login-code",
        HashPurpose.LoginAddress => "login-address",
        HashPurpose.LoginState => "login-state",
        HashPurpose.LoginTicket => "login-ticket",
        HashPurpose.LoginPlace => "login-place",
        HashPurpose.StaffLink => "staff-link",
        HashPurpose.StaffRecovery => "staff-recovery",
        HashPurpose.StaffWeChat => "staff-wechat",
        HashPurpose.StaffTry => "staff-try",
        HashPurpose.StaffBrowser => "staff-browser",
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "No label belongs to this purpose."),
    };
}
