namespace WeChatMask.Counter;

/// <summary>RFC 4648 base 32 without padding: capitals and digits only, which a QR code packs tighter than base 64.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsPerCharacter = 5;
    private const int BitsPerByte = 8;

    /// <summary>How many characters hold some bytes.</summary>
    public static int Length(int bytes) => ((bytes * BitsPerByte) + BitsPerCharacter - 1) / BitsPerCharacter;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[Length(bytes.Length)];
        for (var i = 0; i < text.Length; i++)
        {
            var value = 0;
            for (var bit = i * BitsPerCharacter; bit < (i + 1) * BitsPerCharacter; bit++)
            {
                var set = bit / BitsPerByte < bytes.Length && (bytes[bit / BitsPerByte] & (0x80 >> (bit % BitsPerByte))) != 0;
                value = (value << 1) | (set ? 1 : 0);
            }

            text[i] = Alphabet[value];
        }

        return new string(text);
    }

    /// <summary>Whether a text has the length and the characters of so many bytes, whatever its spare bits say.</summary>
    public static bool IsEncoded(string text, int bytes) => text.Length == Length(bytes) && text.All(c => Alphabet.Contains(c, StringComparison.Ordinal));

    /// <summary>Reads exactly as many bytes as <paramref name="bytes"/> holds; false for another length or character.</summary>
    /// <remarks>Spare bits at the end must be zero, so that one value has one spelling.</remarks>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        bytes.Clear();
        if (text.Length != Length(bytes.Length)) return false;
        for (var i = 0; i < text.Length; i++)
        {
            var value = Alphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (value < 0) return false;
            for (var b = 0; b < BitsPerCharacter; b++)
            {
                if ((value & (0x10 >> b)) == 0) continue;
                var bit = (i * BitsPerCharacter) + b;
                if (bit / BitsPerByte >= bytes.Length) return false;
                bytes[bit / BitsPerByte] |= (byte)(0x80 >> (bit % BitsPerByte));
            }
        }

        return true;
    }
}
