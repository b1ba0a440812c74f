using SkiaSharp;
using WeChatMask.Domain;

namespace WeChatMask.Cases;

/// <summary>
/// Makes a picture anew from what somebody sent: what is kept is drawn by us, so that nothing but what can be seen is in it, neither
/// where it was taken nor a file hidden behind it.
/// </summary>
/// <remarks>One at a time on a node: a picture of the most pixels takes some 100 MB while it is read.</remarks>
public sealed class CasePhotos : IDisposable
{
    public const int LargestFile = 2 * 1024 * 1024;

    /// <summary>Of the picture that is kept, in pixels.</summary>
    public const int LongestSide = 1600;

    internal const int MostPixels = 24_000_000;

    private const int Quality = 80;

    // Longer than any camera's; beyond it a side alone may be a trap.
    private const int MostPixelsASide = 20_000;

    private static readonly SKEncodedImageFormat[] Formats = [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp];

    private readonly SemaphoreSlim one = new(1);

    /// <summary>The picture as a JPEG, or why it is not taken.</summary>
    public async Task<(Refusal Refusal, byte[]? Photo)> ReadAsync(byte[] file, CancellationToken cancellationToken)
    {
        if (file.Length > LargestFile) return (Refusal.PhotoTooLarge, null);
        await one.WaitAsync(cancellationToken);
        try
        {
            return Read(file);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private static (Refusal Refusal, byte[]? Photo) Read(byte[] file)
    {
        if (!IsWhole(file)) return (Refusal.InvalidPhoto, null);
        // The codec owns the stream, and is none where the file is no picture.
        using var codec = SKCodec.Create(new MemoryStream(file, writable: false), out var begun);
        if (begun != SKCodecResult.Success || !Formats.Contains(codec.EncodedFormat) || codec.Info.Width < 1 || codec.Info.Height < 1) return (Refusal.InvalidPhoto, null);
        // Asked before anything is read: a small file may name any size.
        if (codec.Info.Width > MostPixelsASide || codec.Info.Height > MostPixelsASide || (long)codec.Info.Width * codec.Info.Height > MostPixels)
            return (Refusal.PhotoTooLarge, null);
        using var read = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(read.Info, read.GetPixels()) != SKCodecResult.Success) return (Refusal.InvalidPhoto, null);
        return (Refusal.None, Drawn(read, codec.EncodedOrigin));
    }

    // What begins as one of the three, and where a format says its own length, ends there.
    private static bool IsWhole(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || (file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) && file.EndsWith((ReadOnlySpan<byte>)[0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]))
        || (file.Length > 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) && BitConverter.ToUInt32(file[4..8]) + 8L == file.Length);

    private static byte[] Drawn(SKBitmap read, SKEncodedOrigin origin)
    {
        var turned = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var (wide, high) = turned ? (read.Height, read.Width) : (read.Width, read.Height);
        var scale = Math.Min(1f, LongestSide / (float)Math.Max(wide, high));
        var size = new SKImageInfo(Math.Max(1, (int)(wide * scale)), Math.Max(1, (int)(high * scale)), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var surface = SKSurface.Create(size);
        var canvas = surface.Canvas;
        canvas.Clear(SKColors.White);
        canvas.Scale(size.Width / (float)wide, size.Height / (float)high);
        canvas.Concat(Upright(origin, wide, high));
        using var image = SKImage.FromBitmap(read);
        canvas.DrawImage(image, 0, 0, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var drawn = surface.Snapshot();
        using var encoded = drawn.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return encoded.ToArray();
    }

    /// <summary>Turns what the camera held askew: from the read picture to one that stands upright and is that wide and high.</summary>
    private static SKMatrix Upright(SKEncodedOrigin origin, int wide, int high) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, wide, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, wide, 0, -1, high, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, high, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, wide, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, wide, -1, 0, high, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, high, 0, 0, 1),
        _ => SKMatrix.Identity,
    };
}
