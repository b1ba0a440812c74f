using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>
/// The picture guides: their pictures are taken here, of the product itself, and written to the folder that
/// <c>GUIDE_PICTURES</c> names, as <c>scripts/screenshots</c> does; else to a folder that goes again.
/// </summary>
public sealed partial class GuideTests : IAsyncLifetime
{
    private const string OpenId = "o-guide";
    private const int Person = 23;
    private const int Width = 360;
    private const int Height = 420;

    // All twelve are of the product's repository; six of them are a page.
    private const int LargestPicture = 12_000;
    private const int SmallestPicture = 2_000;
    private readonly string? wanted = Environment.GetEnvironmentVariable("GUIDE_PICTURES");
    private string folder = "";
    private SandboxHost host = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        folder = wanted is null ? Directory.CreateTempSubdirectory("guide-").FullName : Directory.CreateDirectory(wanted).FullName;
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        if (wanted is null) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Each_step_of_both_guides_has_its_small_picture()
    {
        await ChatAsync();
        await ResidentAsync("/residents", 2, "o-newcomer", async page =>
        {
            await page.Locator("#name").FillAsync("张三丰");
            await page.Locator("#idNumber").FillAsync(People.IdNumber(Person));
            await page.Locator("#mobile").FillAsync(People.Mobile(Person));
            await ScrollToAsync(page, "#add");
        });
        await host.SetClockAsync("2020-02-10T19:00:02+08:00");
        using var resident = await host.NewResidentAsync(Person, OpenId);
        await ResidentAsync("/book", 3, OpenId, page => ScrollToAsync(page, "#where"));
        var (_, booking) = await resident.BookAsync("LD05", "picture");
        var number = booking.GetProperty("number").GetString()!;
        await ResidentAsync($"/bookings/{number}", 4, OpenId, page => ScrollToAsync(page, "h1"));
        await host.SetClockAsync("2020-02-11T09:12:00+08:00");
        await ResidentAsync($"/bookings/{number}", 5, OpenId, page => ScrollToAsync(page, "#facts"));
        await CounterAsync(number);
        await ResidentAsync($"/bookings/{number}", 6, OpenId, page => ScrollToAsync(page, "h1"));

        var pictures = Directory.GetFiles(folder, "*.webp");
        Assert.Equal(12, pictures.Length);
        Assert.All(pictures, p => Assert.InRange(new FileInfo(p).Length, SmallestPicture, LargestPicture));
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
        Assert.Equal(6, await phone.Page.EvaluateAsync<int>("() => [...document.images].filter((i) => i.naturalWidth > 0 && i.getBoundingClientRect().height > 100).length"));
        if (wanted is not null) return;
        phone.AssertQuiet();
    }

    private static int Points(Match box, string side) => (int)Math.Round(double.Parse(box.Groups[side].Value, CultureInfo.InvariantCulture));

    // The sandbox's phone, as somebody sees the account for the first time.
    private async Task ChatAsync()
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: 1280, Height: 1000));
        await phone.Page.GotoAsync("/sandbox");
        await new SandboxPage(phone.Page).Follow.WaitForAsync();
        var (screen, words) = (await SettledAsync(phone.Page, "#device .screen"), await SettledAsync(phone.Page, "#follow .small"));
        var tall = screen.Width * Height / Width;
        // Down to a line below the words under the button, which is what the step is about.
        var clip = new Clip(screen.X, words.Y + (2 * words.Height) - tall, screen.Width, tall, Width / screen.Width);
        await TakeAsync(phone.Page, "resident-1", clip);
        foreach (var part in new[] { "#follow img", "#follow-go", "#follow .small" })
        {
            var box = await SettledAsync(phone.Page, part);
            Assert.InRange(box.Y, clip.Y + 1, clip.Y + clip.Height - box.Height - 1);
        }
    }

    // Where something is on the page, from its beginning, once pictures have come and nothing moves any more.
    private static async Task<Box> SettledAsync(IPage page, string selector)
    {
        const string settled = """
        async (selector) => {
          await Promise.all([...document.images].map((i) => i.decode().catch(() => {})));
          await document.fonts.ready;
          const at = () => document.querySelector(selector).getBoundingClientRect();
          for (let still = 0, last = at().y + scrollY; still < 5;) {
            await new Promise((done) => setTimeout(done, 100));
            still = at().y + scrollY === last ? still + 1 : 0;
            last = at().y + scrollY;
          }
          const { x, y, width, height } = at();
          return [x + scrollX, y + scrollY, width, height];
        }
        """;
        return await page.EvaluateAsync<double[]>(settled, selector) is [var x, var y, var width, var height]
            ? new Box(x, y, width, height)
            : throw new InvalidOperationException($"{selector} has no place.");
    }

    private async Task ResidentAsync(string path, int step, string openId, Func<IPage, Task> prepare)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(openId, Width: Width, Height: Height));
        await phone.LogInAsync();
        Assert.Equal(200, (await phone.GoAsync(path)).Status);
        await prepare(phone.Page);
        await TakeAsync(phone.Page, $"resident-{step}");
    }

    private async Task CounterAsync(string number)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: Width, Height: Height));
        var page = phone.Page;
        var counter = new CounterPage(page);
        await page.GotoAsync("/staff/login");
        await page.Locator("[name=username]").FillAsync("clerk-ld05");
        await TakeAsync(page, "clerk-1");
        await counter.LogInAsync("clerk-ld05", "clerk-demo");
        await TakeAsync(page, "clerk-2");
        await page.GotoAsync("/pharmacy/scan");
        await page.Locator("#code").FillAsync(number);
        await page.Locator("#lastFour").FillAsync(People.IdNumber(Person)[^4..]);
        await ScrollToAsync(page, "#counter");
        await TakeAsync(page, "clerk-3");
        await page.Locator("form[data-counter] button[data-act=check]").ClickAsync();
        await counter.Verdict("Valid").WaitForAsync();
        await TakeAsync(page, "clerk-4");
        await counter.HandOver.ClickAsync();
        await counter.Verdict("Redeemed").WaitForAsync();
        await TakeAsync(page, "clerk-5");
        await page.GotoAsync("/pharmacy/scan");
        await counter.CheckAsync(number, People.IdNumber(Person)[^4..]);
        await counter.Verdict("AlreadyRedeemed").WaitForAsync();
        await TakeAsync(page, "clerk-6");
    }

    private static Task ScrollToAsync(IPage page, string selector) =>
        page.EvaluateAsync("s => document.querySelector(s).scrollIntoView({ block: 'start' })", selector);

    private async Task TakeAsync(IPage page, string name, Clip? clip = null)
    {
        await page.EvaluateAsync("() => document.activeElement?.blur()");
        var session = await page.Context.NewCDPSessionAsync(page);
        var order = new Dictionary<string, object>(StringComparer.Ordinal) { ["format"] = "webp", ["quality"] = 25 };
        // A clip counts from the page's beginning; without one, what is seen is taken.
        if (clip is { } c) order["clip"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["x"] = c.X, ["y"] = c.Y, ["width"] = c.Width, ["height"] = c.Height, ["scale"] = c.Scale };
        var answer = await session.SendAsync("Page.captureScreenshot", order);
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.webp"), answer!.Value.GetProperty("data").GetBytesFromBase64());
    }

    private sealed record Box(double X, double Y, double Width, double Height);

    private sealed record Clip(double X, double Y, double Width, double Height, double Scale);

    [GeneratedRegex(@"/Type\s*/Page\b(?!s)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex PdfPage();

    [GeneratedRegex(@"/MediaBox\s*\[\s*0\s+0\s+(?<width>[\d.]+)\s+(?<height>[\d.]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex PdfBox();
}
