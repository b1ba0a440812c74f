namespace WeChatMask.Domain;

/// <summary>Tells what was typed or scanned into the counter's one field.</summary>
public static class CounterCode
{
    /// <summary>
    /// Whether it is the whole number of a card, right or with a slip: 17 digits and a digit or X. A booking's number is shorter, and
    /// a voucher longer.
    /// </summary>
    public static bool IsCard(string? text) =>
        Card(text) is { Length: IdentityNumber.FullLength } number && Folding.AreDigits(number.AsSpan()[..^1]) && (char.IsAsciiDigit(number[^1]) || number[^1] == 'X');

    /// <summary>The number in one spelling, without what scanners put before it, and once however often it was sent.</summary>
    public static string? Card(string? text) =>
        Folding.Number(Folding.Code(text)) is { } number ? Folding.Once(number, IdentityNumber.FullLength) : null;
}
