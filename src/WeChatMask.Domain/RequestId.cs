using System.Diagnostics.CodeAnalysis;

namespace WeChatMask.Domain;

/// <summary>
/// A caller's own id of one attempt, by which the attempt is recognised when it is sent again: 1-64 characters. Control
/// characters and white space at an end are none, since a database may not hold the first and may take two ids that differ
/// in the second for one.
/// </summary>
public static class RequestId
{
    public const int Longest = 64;

    public static bool IsWellFormed([NotNullWhen(true)] string? text) =>
        text is { Length: >= 1 and <= Longest } && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]) && !text.Any(char.IsControl);
}
