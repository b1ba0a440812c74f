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
}
