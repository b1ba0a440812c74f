using System.Globalization;
using System.Text;
using QRCoder;

namespace WeChatMask.Web;

/// <summary>Draws a text as a QR code that scales to any screen or paper and refers to nothing outside itself.</summary>
public static class QrPicture
{
    /// <summary>ISO/IEC 18004 asks for four modules of blank around the code.</summary>
    private const int Quiet = 4;

    private const int PixelsPerModule = 4;

    /// <summary>The picture; the text is its title too, so that a screen reader has it.</summary>
    public static string Svg(string text)
    {
        using var generator = new QRCodeGenerator();
        // Medium: 15 % may be scratched or reflect light, and the code stays below 50 modules a side.
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        // The generator's matrix has the blank around it already.
        var side = rows.Count;
        var path = new StringBuilder();
        for (var y = Quiet; y < side - Quiet; y++)
        {
            for (var x = Quiet; x < side - Quiet; x++)
            {
                if (!rows[y][x]) continue;
                var start = x;
                while (x + 1 < side - Quiet && rows[y][x + 1]) x++;
                path.Append(CultureInfo.InvariantCulture, $"M{start} {y}h{x - start + 1}v1h-{x - start + 1}z");
            }
        }

        var title = System.Security.SecurityElement.Escape(text);
        var size = side * PixelsPerModule;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
             <svg xmlns="http://www.w3.org/2000/svg" role="img" width="{size}" height="{size}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><title>{title}</title><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>
             """);
    }
}
