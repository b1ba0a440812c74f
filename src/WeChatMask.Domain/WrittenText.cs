namespace WeChatMask.Domain;

/// <summary>A reason or note as somebody has written it, or why it cannot be taken.</summary>
/// <param name="Text">Without blanks at its ends and in one line; null where it is empty, too long, or has what cannot be shown.</param>
/// <param name="Control">What cannot be shown, where that is why.</param>
public sealed record WrittenText(string? Text, ControlCharacter? Control = null)
{
    private static readonly char[] Breaks = ['\r', '\n', '\t'];

    /// <summary>Takes line breaks for blanks, as they are shown.</summary>
    public static WrittenText Of(string? typed, int longest)
    {
        var text = string.Join(' ', (typed ?? "").Split(Breaks, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (PlainText.FirstControl(text) is { } control) return new WrittenText(null, control);
        return new WrittenText(text.Length > 0 && text.Length <= longest ? text : null);
    }
}
