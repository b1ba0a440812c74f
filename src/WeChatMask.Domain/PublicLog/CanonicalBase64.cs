using System.Buffers;
using System.Buffers.Text;

namespace WeChatMask.Domain.PublicLog;

/// <summary>Base64 of which each value has one text: no blank, no lacking padding, and the bits that carry nothing are zero.</summary>
internal static class CanonicalBase64
{
    /// <summary>Fills the bytes, base64url without padding; false where the text stands for more, fewer or none.</summary>
    public static bool TryDecodeUrl(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != Base64Url.GetEncodedLength(bytes.Length)) return false;
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done || written != bytes.Length) return false;
        // Whatever a decoder lets pass: a value has one text.
        Span<char> again = text.Length <= Short ? stackalloc char[text.Length] : new char[text.Length];
        return TryEncodeUrl(bytes, again, out _) && text.SequenceEqual(again);
    }

    public static bool TryEncodeUrl(ReadOnlySpan<byte> bytes, Span<char> text, out int written) => Base64Url.TryEncodeToChars(bytes, text, out written);

    public static string EncodeUrl(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <summary>Of so many bytes with padding.</summary>
    public static int LengthOf(int bytes) => (bytes + 2) / 3 * 4;

    /// <summary>Gives how many characters it wrote.</summary>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<byte> text) =>
        Base64.EncodeToUtf8(bytes, text, out _, out var written) == OperationStatus.Done ? written : throw new ArgumentException("Too short.", nameof(text));

    public static string Encode(in Hash hash)
    {
        Span<byte> bytes = stackalloc byte[Hash.Size];
        hash.CopyTo(bytes);
        return Encode(bytes);
    }

    /// <summary>Base64 with padding; null where it is none.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var written)) return null;
        Array.Resize(ref bytes, written);
        return text.SequenceEqual(Encode(bytes)) ? bytes : null;
    }

    public static bool TryDecode(ReadOnlySpan<char> text, out Hash hash)
    {
        var bytes = Decode(text);
        hash = bytes is { Length: Hash.Size } ? new Hash(bytes) : default;
        return bytes is { Length: Hash.Size };
    }

    private const int Short = 256;
}
