using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>What a phone prints, or keeps as a PDF: the page's own matter on A4, whole.</summary>
public sealed partial class PrintTests : IAsyncLifetime
{
    private const string OpenId = "o-print";
    private const string InWeChat = "Mozilla/5.0 (iPhone; CPU iPhone OS 13_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/7.0.10";
    private SandboxHost host = null!;
    private string number = "";

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = await host.NewResidentAsync(31, OpenId);
        number = (await resident.BookAsync("LD02", "print")).Body.GetProperty("number").GetString()!;
        await host.SetClockAsync("2020-02-10T22:05:00+08:00");
    }

    /// <inheritdoc />
    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_voucher_is_one_sheet_and_on_the_screen_one_picture_of_it(bool large)
    {
        await using var phone = await PhoneAsync(new PhoneOptions(OpenId, LargeType: large));
        await phone.GoAsync($"/bookings/{number}/print");

        var fold = await phone.Page.EvaluateAsync<double>("() => document.querySelector('.bar').getBoundingClientRect().top");
        foreach (var part in new[] { "img.qr", ".number" })
            Assert.InRange(await phone.Page.Locator(part).EvaluateAsync<double>("(one) => one.getBoundingClientRect().bottom"), 1, fold);
        await Assertions.Expect(phone.Page.Locator("[data-print]")).ToBeVisibleAsync();
        var pdf = Encoding.Latin1.GetString(await phone.Page.PdfAsync(new PagePdfOptions { PreferCSSPageSize = true, PrintBackground = true }));
        Assert.Single(PdfPage().Matches(pdf));
        Assert.Matches(A4(), pdf);
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Where_nothing_can_print_no_button_says_so_and_the_words_do()
    {
        foreach (var options in new[] { new PhoneOptions(OpenId, JavaScript: false), new PhoneOptions(OpenId, UserAgent: InWeChat) })
        {
            await using var phone = await PhoneAsync(options);
            await phone.Page.GotoAsync($"/bookings/{number}/print");

            await Assertions.Expect(phone.Page.GetByText("微信里不能打印")).ToBeVisibleAsync();
            await Assertions.Expect(phone.Page.Locator("[data-print]")).ToBeHiddenAsync();
        }
    }

    [Fact]
    public async Task A_public_list_that_is_folded_on_the_screen_is_printed_whole_and_folded_again()
    {
        await using var phone = await PhoneAsync(new PhoneOptions());
        await phone.GoAsync("/notices/2020-02-10");
        const string folded = "() => document.querySelectorAll('details:not([open])').length";
        var before = await phone.Page.EvaluateAsync<int>(folded);
        Assert.True(before > 0);

        await phone.Page.EvaluateAsync("() => { window.dispatchEvent(new Event('beforeprint')); }");
        await phone.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        Assert.Equal(0, await phone.Page.EvaluateAsync<int>(folded));
        await Assertions.Expect(phone.Page.Locator(".names td").First).ToBeVisibleAsync();
        // What can only be pressed is not on paper.
        Assert.Equal(0, await phone.Page.Locator("main button:visible, main a.go:visible, .bar:visible, .foot:visible").CountAsync());
        await phone.Page.EvaluateAsync("() => { window.dispatchEvent(new Event('afterprint')); }");

        Assert.Equal(before, await phone.Page.EvaluateAsync<int>(folded));
        phone.AssertQuiet();
    }

    private async Task<BrowserPhone> PhoneAsync(PhoneOptions options)
    {
        var phone = await BrowserPhone.OpenAsync(host, options);
        if (options.OpenId is not null) await phone.LogInAsync();
        return phone;
    }

    [GeneratedRegex(@"/Type\s*/Page\b(?!s)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex PdfPage();

    [GeneratedRegex(@"/MediaBox\s*\[\s*0\s+0\s+59[45][.\d]*\s+84[12]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex A4();
}
