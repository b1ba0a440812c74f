namespace WeChatMask.Sms;

/// <summary>How long a text is, as vendors count and charge it.</summary>
public static class SmsLength
{
    private const int One = 70;
    private const int Each = 67;

    /// <summary>Parts of a text with its sign: up to 70 characters are one, longer ones are cut at 67 (both vendors' rule).</summary>
    public static int Segments(string text) => text.Length <= One ? 1 : (text.Length + Each - 1) / Each;
}
