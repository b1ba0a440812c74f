using System.Security.Cryptography;

namespace WeChatMask.Domain.PublicLog;

/// <summary>ECDSA over P-256 and SHA-256, keys as SubjectPublicKeyInfo.</summary>
internal static class P256
{
    public const int PublicKeySize = 91;

    /// <summary>r and s, 32 bytes each.</summary>
    public const int SignatureSize = 64;

    private const int NumberSize = 32;
    private const byte Sequence = 0x30;
    private const byte Integer = 0x02;

    /// <summary>What stands before the two coordinates of a point that is not compressed.</summary>
    private static ReadOnlySpan<byte> Prefix =>
        [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04];

    public static bool IsPublicKey(ReadOnlySpan<byte> key) => key.Length == PublicKeySize && key.StartsWith(Prefix);

    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (!IsPublicKey(publicKey) || signature.Length != SignatureSize) return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            // The point is not on the curve.
            return false;
        }
    }

    /// <summary>Turns a signature's DER into r and s. Only the one encoding of the two numbers is taken; libraries are laxer.</summary>
    public static bool TryReadDer(ReadOnlySpan<byte> der, Span<byte> signature) =>
        der.Length >= 2 && der[0] == Sequence && der[1] == der.Length - 2
        && TryReadInteger(der[2..], signature[..NumberSize], out var rest) && TryReadInteger(rest, signature[NumberSize..SignatureSize], out rest) && rest.IsEmpty;

    private static bool TryReadInteger(ReadOnlySpan<byte> der, Span<byte> number, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (der.Length < 3 || der[0] != Integer || der[1] is 0 or > NumberSize + 1 || der.Length < 2 + der[1]) return false;
        var digits = der.Slice(2, der[1]);
        rest = der[(2 + der[1])..];
        var isNegative = digits[0] > 0x7f;
        var isPadded = digits is [0, <= 0x7f, ..];
        if (isNegative || isPadded) return false;
        digits = digits.TrimStart((byte)0);
        if (digits.Length > NumberSize) return false;
        number.Clear();
        digits.CopyTo(number[(NumberSize - digits.Length)..]);
        return true;
    }
}
