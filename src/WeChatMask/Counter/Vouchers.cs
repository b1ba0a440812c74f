using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>What a genuine voucher says, with the day it was signed for. Whether the booking still stands only the database knows.</summary>
public sealed record VoucherContent(string Number, string PharmacyCode, DateOnly PickupDate);

/// <summary>Why a text is not a genuine voucher.</summary>
public enum VoucherFault
{
    None,

    /// <summary>It has not the form of a voucher: another code, a part of one, or mangled on its way from the scanner.</summary>
    Unreadable,

    /// <summary>A whole voucher whose signature does not hold under any key of ours.</summary>
    Forged,
}

/// <summary>
/// Signs and reads the text behind the resident's QR code:
/// <c>WM1.{key id}.{number}.{pharmacy}.{pickup yyMMdd}.{signature}</c>, ECDSA P-256 over everything before the last dot.
/// </summary>
/// <remarks>
/// Nothing personal is in it. All characters are of the QR alphanumeric mode, which keeps the picture small enough for
/// an old phone's screen. A photograph of a voucher is as good as the voucher: the booking is handed out once.
/// </remarks>
public sealed class Vouchers : IDisposable
{
    private const string Version = "WM1";
    private const int Parts = 6;
    private const int SignatureBytes = 64;
    private const string DayFormat = "yyMMdd";

    /// <summary>Refused unread when longer: version, key, number, the longest code, day, signature, and to spare.</summary>
    private const int LongestText = 256;

    private const int LongestCode = 32;

    private readonly Dictionary<string, ConcurrentBag<ECDsa>> idle;
    private readonly Dictionary<string, byte[]> keys;
    private readonly string activeKeyId;

    /// <summary>Takes the keys from section <c>Secrets</c>, which is checked at start.</summary>
    public Vouchers(IOptions<SecretSettings> settings)
    {
        var secrets = settings.Value;
        keys = secrets.VoucherKeys.ToDictionary(k => k.Key, k => Convert.FromBase64String(k.Value), StringComparer.Ordinal);
        idle = keys.Keys.ToDictionary(id => id, _ => new ConcurrentBag<ECDsa>(), StringComparer.Ordinal);
        activeKeyId = secrets.VoucherKeyId;
    }

    /// <summary>The public keys by id, as SubjectPublicKeyInfo: what a counter needs to tell a forgery without a network.</summary>
    public IReadOnlyDictionary<string, byte[]> PublicKeys()
    {
        var published = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var id in keys.Keys)
        {
            var key = Rent(id);
            published[id] = key.ExportSubjectPublicKeyInfo();
            idle[id].Add(key);
        }

        return published;
    }

    /// <summary>Signs a voucher under the active key.</summary>
    /// <exception cref="ArgumentException">The pharmacy's code has characters that a QR code's dense mode lacks.</exception>
    public string Sign(string number, string pharmacyCode, DateOnly pickupDate)
    {
        if (!IsCode(pharmacyCode))
            throw new ArgumentException("A pharmacy code on vouchers is capitals, digits and hyphens.", nameof(pharmacyCode));
        var day = pickupDate.ToString(DayFormat, CultureInfo.InvariantCulture);
        var content = $"{Version}.{activeKeyId}.{number}.{pharmacyCode}.{day}";
        Span<byte> signature = stackalloc byte[SignatureBytes];
        var key = Rent(activeKeyId);
        key.SignData(Encoding.ASCII.GetBytes(content), signature, HashAlgorithmName.SHA256);
        idle[activeKeyId].Add(key);
        return $"{content}.{Base32.Encode(signature)}";
    }

    /// <summary>Reads a scanned or typed voucher; null when it is not one of ours. <see cref="Folding.Code"/> says what does not count.</summary>
    public VoucherContent? Read(string text) => Read(text, out _);

    /// <summary>
    /// Reads, and says what is wrong: forged is only what has the whole form of a voucher with a signature that does not hold. Half a
    /// code, another shop's code or what an input method made of one is nobody's forgery.
    /// </summary>
    public VoucherContent? Read(string text, out VoucherFault fault)
    {
        fault = VoucherFault.Unreadable;
        if (Folding.Code(text) is not { Length: <= LongestText } voucher || !Ascii.IsValid(voucher)) return null;
        var parts = voucher.Split('.');
        if (parts.Length != Parts || parts[0] != Version || !IsCode(parts[1])) return null;
        if (parts[2].Length != BookingNumber.Length || !BookingNumber.TryParse(parts[2], out var number) || !IsCode(parts[3])) return null;
        if (!DateOnly.TryParseExact(parts[4], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var pickupDate)) return null;
        if (!Base32.IsEncoded(parts[5], SignatureBytes)) return null;
        fault = VoucherFault.Forged;
        Span<byte> signature = stackalloc byte[SignatureBytes];
        if (!keys.ContainsKey(parts[1]) || !Base32.TryDecode(parts[5], signature)) return null;
        if (!Verify(parts[1], voucher.AsSpan(0, voucher.LastIndexOf('.')), signature)) return null;
        fault = VoucherFault.None;
        return new VoucherContent(number, parts[3], pickupDate);
    }

    public void Dispose()
    {
        foreach (var bag in idle.Values)
        {
            while (bag.TryTake(out var key)) key.Dispose();
        }
    }

    private bool Verify(string keyId, ReadOnlySpan<char> content, ReadOnlySpan<byte> signature)
    {
        Span<byte> bytes = stackalloc byte[LongestText];
        var length = Encoding.ASCII.GetBytes(content, bytes);
        var key = Rent(keyId);
        var good = key.VerifyData(bytes[..length], signature, HashAlgorithmName.SHA256);
        idle[keyId].Add(key);
        return good;
    }

    // Key objects are not documented to be safe for several threads, so each is used by one caller at a time.
    private ECDsa Rent(string keyId)
    {
        if (idle[keyId].TryTake(out var free)) return free;
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(keys[keyId], out _);
        return key;
    }

    private static bool IsCode(string code) =>
        code.Length is >= 1 and <= LongestCode && code.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-');
}
