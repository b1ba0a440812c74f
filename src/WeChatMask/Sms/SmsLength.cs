using System.Text;

namespace WeChatMask.Sms;

/// <summary>How long a text is, as vendors count and charge it.</summary>
public static class SmsLength
{
    private const int One = 70;
    private const int Each = 67;

    /// <summary>
    /// Parts of a text with its sign: up to 70 characters are one, longer ones are cut at 67 (both vendors' rule, whatever the letters
    /// are: a Chinese sign stands before every text). A character that counts two is not cut through.
    /// </summary>
    public static int Segments(string text)
    {
        if (text.Length <= One) return 1;
        var (parts, room) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (room < rune.Utf16SequenceLength) (parts, room) = (parts + 1, Each);
            room -= rune.Utf16SequenceLength;
        }

        return parts;
    }
}
