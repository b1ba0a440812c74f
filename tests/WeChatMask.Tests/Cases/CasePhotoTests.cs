using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using SkiaSharp;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Cases;

/// <summary>The picture of a complaint: made anew, without what cannot be seen, and unreadable where it lies.</summary>
public sealed class CasePhotoTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("GPS 27.7000N 112.0000E");

    public static TheoryData<SKEncodedImageFormat> Formats => [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_picture_of_each_format_becomes_a_jpeg_that_is_small_enough_to_keep(SKEncodedImageFormat format)
    {
        using var photos = new CasePhotos();
        var (refusal, photo) = await photos.ReadAsync(Picture(format, 2400, 1200), CancellationToken.None);
        Assert.Equal(Refusal.None, refusal);
        using var read = SKBitmap.Decode(photo);
        Assert.Equal((1600, 800), (read.Width, read.Height));
        Assert.Equal([0xFF, 0xD8, 0xFF], photo!.Take(3).ToArray());
        Assert.True(read.GetPixel(10, 10).Red > 200 && read.GetPixel(10, 10).Blue < 60);
        // Of one that is small no pixel is made up.
        var (_, small) = await photos.ReadAsync(Picture(format, 3, 2), CancellationToken.None);
        using var kept = SKBitmap.Decode(small);
        Assert.Equal((3, 2), (kept.Width, kept.Height));
    }

    [Theory]
    [InlineData(3, 40, 20, true, true)]
    [InlineData(6, 20, 40, true, false)]
    [InlineData(8, 20, 40, false, true)]
    [InlineData(1, 40, 20, false, false)]
    public async Task A_picture_that_was_held_askew_stands_upright_without_what_says_so(int orientation, int wide, int high, bool right, bool low)
    {
        using var photos = new CasePhotos();
        var (_, photo) = await photos.ReadAsync(WithExif(Picture(SKEncodedImageFormat.Jpeg, 40, 20), orientation), CancellationToken.None);
        using var read = SKBitmap.Decode(photo);
        Assert.Equal((wide, high), (read.Width, read.Height));
        // The red quarter is the upper left one as the camera wrote it.
        var at = read.GetPixel(right ? wide - 3 : 2, low ? high - 3 : 2);
        Assert.True(at.Red > 180 && at.Blue < 80, $"{at}");
        Assert.Equal(-1, photo.AsSpan().IndexOf(Secret));
        Assert.Equal(-1, photo.AsSpan().IndexOf("Exif"u8));
    }

    [Fact]
    public async Task What_is_hidden_in_or_behind_a_picture_is_not_kept()
    {
        using var photos = new CasePhotos();
        byte[] jpeg = [.. WithComment(Picture(SKEncodedImageFormat.Jpeg, 40, 20)), .. "PK\u0003\u0004"u8, .. Secret, .. "<script>alert(1)</script>"u8];
        var (refusal, photo) = await photos.ReadAsync(jpeg, CancellationToken.None);
        // Telephones put films and second pictures behind theirs: such a one is taken, without what lies behind.
        Assert.Equal(Refusal.None, refusal);
        Assert.Equal(-1, photo.AsSpan().IndexOf(Secret));
        Assert.Equal(-1, photo.AsSpan().IndexOf("script"u8));
        Assert.Equal([0xFF, 0xD9], photo!.TakeLast(2).ToArray());
        foreach (var format in new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp })
            Assert.Equal(Refusal.InvalidPhoto, (await photos.ReadAsync([.. Picture(format, 40, 20), .. "PK\u0003\u0004"u8, .. Secret], CancellationToken.None)).Refusal);
    }

    [Fact]
    public async Task What_is_no_picture_or_too_large_a_one_is_refused_before_it_is_read()
    {
        using var photos = new CasePhotos();
        var jpeg = Picture(SKEncodedImageFormat.Jpeg, 400, 200);
        var png = Picture(SKEncodedImageFormat.Png, 400, 200);
        byte[][] none =
        [
            [], [0xFF, 0xD8, 0xFF], "GIF89a\u0001\0\u0001\0"u8.ToArray(), "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "%PDF-1.4"u8.ToArray(), "BM"u8.ToArray(),
            [.. "%PDF-1.4\n"u8, .. jpeg], [.. "GIF89a"u8, .. jpeg], jpeg[..(jpeg.Length / 2)], [.. png[..60], .. png[^8..]], [.. "RIFF\u0004\0\0\0WEBP"u8], new byte[1000],
        ];
        foreach (var file in none) Assert.Equal(Refusal.InvalidPhoto, (await photos.ReadAsync(file, CancellationToken.None)).Refusal);

        // A few hundred bytes that would be three gigabytes.
        foreach (var (wide, high) in new[] { (30_000, 30_000), (6000, 4001), (int.MaxValue, 1), (1, 20_001) })
        {
            var bomb = Sized(png, wide, high);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var refusal = (await photos.ReadAsync(bomb, CancellationToken.None)).Refusal;
            Assert.Contains(refusal, new[] { Refusal.PhotoTooLarge, Refusal.InvalidPhoto });
            Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 1_000_000);
        }

        Assert.Equal(Refusal.PhotoTooLarge, (await photos.ReadAsync(Sized(png, 30_000, 30_000), CancellationToken.None)).Refusal);
        Assert.Equal(Refusal.PhotoTooLarge, (await photos.ReadAsync(new byte[CasePhotos.LargestFile + 1], CancellationToken.None)).Refusal);
    }

    [EngineTheory]
    public async Task It_is_kept_unreadable_and_shown_to_its_sender_and_to_staff(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var wang = await host.NewResidentAsync(7);
        using var other = await host.NewResidentAsync(8);
        // As much of a picture as there may be: noise does not shrink.
        var number = ComplaintTests.NumberOf(await SendAsync(wang.Http, Noise(), "IMG.JPG"));

        var own = await wang.Http.GetAsync(new Uri($"/complaints/{number}/photo.jpg", UriKind.Relative));
        Assert.Equal("image/jpeg", own.Content.Headers.ContentType!.MediaType);
        var bytes = await own.Content.ReadAsByteArrayAsync();
        using (var read = SKBitmap.Decode(bytes)) Assert.True(read.Width > 0);
        Assert.Contains($"/complaints/{number}/photo.jpg", (await PageReader.OpenAsync(wang.Http, $"/complaints/{number}")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await other.Http.GetAsync(new Uri($"/complaints/{number}/photo.jpg", UriKind.Relative))).StatusCode);
        using var supervisor = await host.SupervisorAsync();
        Assert.Equal(bytes, await supervisor.GetByteArrayAsync($"/supervisor/cases/{number}/photo.jpg"));
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM audit WHERE action = 'case.photo' AND subject = @number", new { number }));
        var kept = (await host.Get<Database>().ScalarAsync<string>("SELECT content FROM complaint_photo"))!;
        Assert.DoesNotContain("/9j/", kept[..40], StringComparison.Ordinal);
        Assert.Equal(Convert.ToBase64String(bytes), host.Get<PersonalData>().Decrypt(kept));
    }

    [Fact]
    public async Task A_picture_that_is_not_taken_is_said_and_what_was_written_stays()
    {
        await using var host = await SandboxHost.StartAsync();
        using var wang = await host.NewResidentAsync(7);
        foreach (var (file, status) in new[]
        {
            (new byte[CasePhotos.LargestFile + 1], HttpStatusCode.RequestEntityTooLarge), (new byte[6 * 1024 * 1024], HttpStatusCode.RequestEntityTooLarge),
            ("<svg/>"u8.ToArray(), HttpStatusCode.UnprocessableEntity), (Sized(Picture(SKEncodedImageFormat.Png, 4, 4), 30_000, 30_000), HttpStatusCode.RequestEntityTooLarge),
        })
        {
            var refused = await SendAsync(wang.Http, file, "x.jpg");
            Assert.Equal(status, refused.Status);
            Assert.Contains("id=\"Photo-fault\"", refused.Html, StringComparison.Ordinal);
            Assert.Contains("店员", refused.Text, StringComparison.Ordinal);
        }

        // Beyond what the form takes at all, and on any other form, it is the caller's fault and nothing is kept.
        foreach (var (file, path) in new[] { (9 * 1024 * 1024, "/complaints/new"), (100 * 1024, "/residents") })
        {
            var large = await SendAsync(wang.Http, new byte[file], "x.jpg", path);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.Status);
            Assert.Contains("太大", large.Text, StringComparison.Ordinal);
        }

        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM complaint"));
        // No file chosen is how a browser sends an empty field.
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(wang.Http, [], "")).Status);
    }

    internal static async Task<PageReader> SendAsync(HttpClient http, byte[] file, string name, string path = "/complaints/new")
    {
        var page = await PageReader.OpenAsync(http, "/complaints/new");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("Attitude"), "Kind" }, { new StringContent("店员态度不好"), "What" }, { new StringContent(page.Hidden("RequestId")), "RequestId" },
            { new StringContent(page.Hidden("__RequestVerificationToken")), "__RequestVerificationToken" },
        };
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        form.Add(content, "Photo", name.Length == 0 ? "\"\"" : name);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = form };
        request.Headers.TryAddWithoutValidation("Accept", "text/html");
        using var answer = await http.SendAsync(request);
        return new PageReader(answer.StatusCode, answer.RequestMessage!.RequestUri!, answer, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Blue, with a red upper left quarter.</summary>
    internal static byte[] Picture(SKEncodedImageFormat format, int wide, int high)
    {
        using var surface = SKSurface.Create(new SKImageInfo(wide, high));
        surface.Canvas.Clear(SKColors.Blue);
        using var red = new SKPaint { Color = SKColors.Red };
        surface.Canvas.DrawRect(0, 0, wide / 2f, high / 2f, red);
        using var image = surface.Snapshot();
        using var data = image.Encode(format, 95);
        return data.ToArray();
    }

    private static byte[] Noise()
    {
        using var bitmap = new SKBitmap(1100, 900);
        var random = new Random(7);
        for (var y = 0; y < bitmap.Height; y++)
        for (var x = 0; x < bitmap.Width; x++)
            bitmap.SetPixel(x, y, new SKColor((uint)random.Next() | 0xFF000000));
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        var file = data.ToArray();
        Assert.InRange(file.Length, 500_000, CasePhotos.LargestFile);
        return file;
    }

    // A PNG whose header says another size, with the right check sum.
    private static byte[] Sized(byte[] png, int wide, int high)
    {
        var sized = png.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(sized.AsSpan(16), wide);
        BinaryPrimitives.WriteInt32BigEndian(sized.AsSpan(20), high);
        BinaryPrimitives.WriteUInt32BigEndian(sized.AsSpan(29), Crc(sized.AsSpan(12, 17)));
        return sized;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }

    private static byte[] WithComment(byte[] jpeg) => WithSegment(jpeg, 0xFE, Secret);

    private static byte[] WithExif(byte[] jpeg, int orientation) => WithSegment(
        jpeg, 0xE1, [.. "Exif\0\0MM\0*\0\0\0\u0008\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0"u8, (byte)orientation, 0, 0, 0, 0, 0, 0, .. Secret]);

    private static byte[] WithSegment(byte[] jpeg, byte marker, byte[] content) =>
        [.. jpeg[..2], 0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content, .. jpeg[2..]];
}
