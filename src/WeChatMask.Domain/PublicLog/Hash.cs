using System.Buffers.Binary;
using System.Security.Cryptography;

namespace WeChatMask.Domain.PublicLog;

/// <summary>32 bytes: a SHA-256, or a salt that is as long. As text it is base64url without padding.</summary>
public readonly record struct Hash : ISpanFormattable
{
    public const int Size = 32;

    public const int TextLength = 43;

    private readonly ulong first;
    private readonly ulong second;
    private readonly ulong third;
    private readonly ulong fourth;

    public Hash(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size, nameof(bytes));
        first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        third = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        fourth = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The SHA-256 of the bytes.</summary>
    public static Hash Of(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(data, digest);
        return new Hash(digest);
    }

    /// <summary>Takes the one text that stands for the bytes, and no other that decodes to them.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Hash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var isOne = CanonicalBase64.TryDecodeUrl(text, bytes);
        hash = isOne ? new Hash(bytes) : default;
        return isOne;
    }

    /// <summary>By bytes, the first one first.</summary>
    public static int Compare(Hash left, Hash right) =>
        (left.first, left.second, left.third, left.fourth).CompareTo((right.first, right.second, right.third, right.fourth));

    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, first);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], second);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], third);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], fourth);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public override string ToString() => string.Create(TextLength, this, static (text, hash) => hash.TryFormat(text, out _, default, null));

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return CanonicalBase64.TryEncodeUrl(bytes, destination, out charsWritten);
    }
}
