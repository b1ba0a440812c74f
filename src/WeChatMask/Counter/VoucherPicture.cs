using QRCoder;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>Draws a voucher as a QR code: one that scales to any screen and refers to nothing outside itself, and one to keep among photographs.</summary>
public static class VoucherPicture
{
    /// <summary>About 400 pixels a side, sharp on paper too and still a few kilobytes.</summary>
    private const int PixelsPerModuleKept = 8;

    /// <summary>The picture as PNG.</summary>
    /// <param name="text">Characters of the QR alphanumeric mode.</param>
    public static byte[] Png(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(code);
        return picture.GetGraphic(PixelsPerModuleKept);
    }

    /// <summary>The picture. The voucher's text is its title, so that a screen reader has it and a broken camera needs no picture.</summary>
    /// <param name="text">Characters of the QR alphanumeric mode.</param>
    public static string Svg(string text) => QrPicture.Svg(text);
}
