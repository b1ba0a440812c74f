using System.Security.Cryptography;
using System.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>HMAC-SHA-256 over a text's bytes, without a line end.</summary>
internal static class KeyedHash
{
    private const int ShortText = 512;

    public static Hash Of(ReadOnlySpan<byte> key, ReadOnlySpan<char> text)
    {
        Span<byte> bytes = text.Length <= ShortText / 3 ? stackalloc byte[ShortText] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        Span<byte> digest = stackalloc byte[Hash.Size];
        HMACSHA256.HashData(key, bytes[..Encoding.UTF8.GetBytes(text, bytes)], digest);
        return new Hash(digest);
    }

    /// <summary>The same of several texts, for which the key is set up once: that is more than half of what one costs.</summary>
    public static Hash[] OfEach(ReadOnlySpan<byte> key, IReadOnlyList<string> texts)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        var hashes = new Hash[texts.Count];
        Span<byte> digest = stackalloc byte[Hash.Size];
        for (var i = 0; i < hashes.Length; i++)
        {
            hmac.AppendData(Encoding.UTF8.GetBytes(texts[i]));
            hmac.GetHashAndReset(digest);
            hashes[i] = new Hash(digest);
        }

        return hashes;
    }
}
