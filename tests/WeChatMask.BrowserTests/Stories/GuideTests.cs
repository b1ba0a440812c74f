using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>The picture guides on the smallest screen and on paper.</summary>
public sealed partial class GuideTests : IAsyncLifetime
{
    private const int Narrowest = 320;
    private SandboxHost host = null!;

    /// <inheritdoc />
    public async Task InitializeAsync() => host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");

    /// <inheritdoc />
    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("/guide", false)]
    [InlineData("/guide", true)]
    [InlineData("/staff/guide", false)]
    [InlineData("/staff/guide", true)]
    public async Task A_picture_fills_the_smallest_screen_and_is_whole(string path, bool large)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(LargeType: large, Width: Narrowest, Height: 568));
        await phone.GoAsync(path);

        // Width and shape of each, as it is shown.
        var shown = await phone.Page.EvaluateAsync<double[][]>(
            """
            () => Promise.all([...document.querySelectorAll('.guide-picture')].map(async (one) => {
              one.loading = 'eager';
              await one.decode();
              const { width, height } = one.getBoundingClientRect();
              return [width, height / width, one.naturalHeight / one.naturalWidth];
            }))
            """);

        Assert.Equal(6, shown.Length);
        Assert.All(shown, p =>
        {
            Assert.InRange(p[0], 0.7 * Narrowest, Narrowest);
            Assert.Equal(p[2], p[1], 0.01);
        });
        phone.AssertQuiet();
    }

    [Theory]
    [InlineData("/guide", false)]
    [InlineData("/guide", true)]
    [InlineData("/staff/guide", false)]
    [InlineData("/staff/guide", true)]
    public async Task A_guide_is_printed_on_one_sheet_of_A4_with_all_its_pictures(string path, bool large)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(LargeType: large));
        await phone.GoAsync(path);
        await phone.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        // On paper nothing is scrolled to; what a browser does before it prints is done here.
        await phone.Page.EvaluateAsync("() => Promise.all([...document.images].map((i) => { i.loading = 'eager'; return i.decode(); }))");

        var pdf = await phone.Page.PdfAsync(new PagePdfOptions { PreferCSSPageSize = true, PrintBackground = true });

        var text = Encoding.Latin1.GetString(pdf);
        Assert.Single(PdfPage().Matches(text));
        var sheet = PdfBox().Match(text);
        Assert.Equal((595, 842), (Points(sheet, "width"), Points(sheet, "height")));
        // As wide as what a sheet of A4 has between its margins.
        await phone.Page.SetViewportSizeAsync(718, 1047);
        Assert.Equal(6, await phone.Page.EvaluateAsync<int>("() => [...document.images].filter((i) => i.naturalWidth > 0 && i.getBoundingClientRect().height > 100).length"));
        phone.AssertQuiet();
    }

    private static int Points(Match box, string side) => (int)Math.Round(double.Parse(box.Groups[side].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"/Type\s*/Page\b(?!s)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex PdfPage();

    [GeneratedRegex(@"/MediaBox\s*\[\s*0\s+0\s+(?<width>[\d.]+)\s+(?<height>[\d.]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex PdfBox();
}
