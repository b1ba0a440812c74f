namespace WeChatMask.Settings;

/// <summary>Amounts are kept as whole fen and said in yuan.</summary>
public static class Money
{
    /// <summary>Fen as yuan with two places.</summary>
    public static decimal Yuan(int fen) => new(Math.Abs(fen), 0, 0, fen < 0, 2);
}
