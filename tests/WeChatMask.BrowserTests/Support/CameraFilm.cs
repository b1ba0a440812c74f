using System.Text;
using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.Support;

/// <summary>How a voucher is held before the camera.</summary>
/// <param name="Tilt">Turned by so many degrees.</param>
/// <param name="Lean">Sheared, as a phone that is not held flat.</param>
/// <param name="Light">1 is a bright screen, 0 is black.</param>
/// <param name="Covered">Share of the code's area under a finger or a crack, away from the corner marks.</param>
internal sealed record Held(double Tilt = 0, double Lean = 0, double Light = 1, double Covered = 0);

/// <summary>What Chromium's stand-in camera sees: a film of one still picture, made of a voucher's own.</summary>
internal sealed class CameraFilm : IAsyncDisposable
{
    private const int Width = 640;
    private const int Height = 480;
    private const int Frames = 10;

    /// <summary>Draws the picture as a camera would see it and gives back its brightness, a byte a pixel.</summary>
    private const string Draw = """
        async ({ png, tilt, lean, light, covered, width, height }) => {
          const image = new Image();
          image.src = `data:image/png;base64,${png}`;
          await image.decode();
          const pad = new OffscreenCanvas(width, height).getContext('2d');
          pad.fillStyle = '#8a8a8a';
          pad.fillRect(0, 0, width, height);
          pad.translate(width / 2, height / 2);
          pad.rotate((tilt * Math.PI) / 180);
          pad.transform(1, 0, lean, 1, 0, 0);
          const side = height * 0.72;
          pad.drawImage(image, -side / 2, -side / 2, side, side);
          // The code is the picture without its blank rim of four modules on each side.
          const inner = side * (1 - 8 / (image.width / 8));
          const patch = inner * Math.sqrt(covered);
          pad.fillStyle = '#3b2f2f';
          pad.fillRect(-patch / 2, -patch / 2, patch, patch);
          pad.resetTransform();
          pad.globalCompositeOperation = 'multiply';
          pad.fillStyle = `rgb(${light * 255} ${light * 255} ${light * 255})`;
          pad.fillRect(0, 0, width, height);
          const pixels = pad.getImageData(0, 0, width, height).data;
          let text = '';
          for (let i = 0; i < pixels.length; i += 4) text += String.fromCharCode(Math.round(16 + (219 * (pixels[i] + pixels[i + 1] + pixels[i + 2])) / 765));
          return btoa(text);
        }
        """;

    private readonly string path = Path.Combine(Path.GetTempPath(), $"voucher-{Guid.NewGuid():N}.y4m");

    /// <summary>The browser whose camera it is.</summary>
    public IBrowser Browser { get; private set; } = null!;

    /// <summary>Starts a browser with that camera.</summary>
    public static async Task<CameraFilm> StartAsync()
    {
        var film = new CameraFilm();
        await film.WriteAsync(new byte[Width * Height]);
        film.Browser = await Chromium.LaunchAsync(
            "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", $"--use-file-for-fake-video-capture={film.path}");
        return film;
    }

    /// <summary>Puts a picture before the camera; it is seen from the camera's next opening on.</summary>
    public async Task ShowAsync(IPage page, byte[] png, Held held)
    {
        var brightness = await page.EvaluateAsync<string>(
            Draw, new { png = Convert.ToBase64String(png), tilt = held.Tilt, lean = held.Lean, light = held.Light, covered = held.Covered, width = Width, height = Height });
        await WriteAsync(Convert.FromBase64String(brightness));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.CloseAsync();
        File.Delete(path);
    }

    // YUV4MPEG2: a line of text, then for each frame its word and the planes; both colour planes are grey. Written over what is there,
    // of the same length: a camera that is open would find the film at its end for good while it is cut short.
    private async Task WriteAsync(byte[] brightness)
    {
        using var film = new MemoryStream();
        film.Write(Encoding.ASCII.GetBytes($"YUV4MPEG2 W{Width} H{Height} F10:1 Ip A1:1 C420jpeg\n"));
        var grey = new byte[Width * Height / 2];
        Array.Fill(grey, (byte)128);
        for (var i = 0; i < Frames; i++)
        {
            film.Write("FRAME\n"u8);
            film.Write(brightness);
            film.Write(grey);
        }

        await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        film.Position = 0;
        await film.CopyToAsync(file);
    }
}
