using WeChatMask.Web;

namespace WeChatMask.Redemptions;

/// <summary>Draws a voucher as a QR code.</summary>
public static class VoucherPicture
{
    /// <summary>The picture. The voucher's text is its title, so that a screen reader has it and a broken camera needs no picture.</summary>
    /// <param name="text">Characters of the QR alphanumeric mode.</param>
    public static string Svg(string text) => QrPicture.Svg(text);
}
