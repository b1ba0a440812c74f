using QRCoder;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>Draws a voucher, which has characters of the QR alphanumeric mode only: one picture that scales to any screen and refers to nothing outside itself, and one to keep among photographs.</summary>
public static class VoucherPicture
{
    /// <summary>About 400 pixels a side, sharp on paper too and still a few kilobytes.</summary>
    private const int PixelsPerModuleKept = 8;

    public static byte[] Png(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(code);
        return picture.GetGraphic(PixelsPerModuleKept);
    }

    /// <summary>The voucher's text is the picture's title, so that a screen reader has it and a broken camera needs no picture.</summary>
    public static string Svg(string text) => QrPicture.Svg(text);
}
