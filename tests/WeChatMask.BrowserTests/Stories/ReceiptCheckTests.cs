using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A citizen holds a receipt against the public log on the page of checks, and a shop prints its sheet.</summary>
public sealed partial class ReceiptCheckTests : IAsyncLifetime
{
    private SandboxHost host = null!;
    private string receipt = "";

    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var resident = await host.NewResidentAsync(41);
        receipt = (await resident.BookAsync("LD02", "a")).Body.GetProperty("receipt").GetString()!;
        await host.SetClockAsync("2020-02-10T22:05:00+08:00");
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_receipt_is_told_in_words_with_a_tick_only_where_it_was_checked(bool isOld, bool isBare)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(IsOld: isOld, Before: isBare ? "delete Crypto.prototype.subtle;" : null));
        var page = phone.Page;
        await phone.GoAsync("/check");
        await page.Locator("#receipt-text").FillAsync(receipt);
        await page.Locator("[data-check-receipt]").ClickAsync();

        var results = page.Locator("[data-results]");
        await Assertions.Expect(results).ToContainTextAsync("是接着这份凭据写下去的");
        await Assertions.Expect(results).ToContainTextAsync("2020-02-10 这一期，药店 LD02，第 1 号");
        var said = await results.InnerTextAsync();
        Assert.Equal(!isBare, said.Contains('✓', StringComparison.Ordinal));
        Assert.Equal(isBare, said.Contains("签名未核验", StringComparison.Ordinal));
        Assert.DoesNotContain("✗", said, StringComparison.Ordinal);
        if (!isOld) Assert.Empty(await Axe.ViolationsAsync(page));
        foreach (var width in (int[])[PhoneOptions.UsualWidth, 320]) Assert.Empty(await Layout.OverflowAsync(page, width));
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "查这一行" }).ClickAsync();
        await Assertions.Expect(page.Locator("#line ~ [role=status]")).ToContainTextAsync("book 2020-02-10 LD02 1 1 ");
        phone.AssertQuiet();
    }

    [Fact]
    public async Task A_receipt_that_was_changed_is_refused_in_words()
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        await phone.GoAsync("/check");
        var press = phone.Page.Locator("[data-check-receipt]");
        var results = phone.Page.Locator("[data-results]");
        await press.ClickAsync();
        await Assertions.Expect(results).ToContainTextAsync("请先粘贴凭据");
        foreach (var (text, words) in new[]
        {
            (Index().Replace(receipt, m => $"index {int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) + 1}\n"), "不在签了名的账本里"),
            (receipt.Replace("— ", "— x", StringComparison.Ordinal), "没有这本账的签名"),
            ("hello", "没有抄全"),
        })
        {
            await phone.Page.Locator("#receipt-text").FillAsync(text);
            await press.ClickAsync();
            await Assertions.Expect(results).ToContainTextAsync(words);
            Assert.DoesNotContain("✓", await results.InnerTextAsync(), StringComparison.Ordinal);
        }

        phone.AssertQuiet();
    }

    [Fact]
    public async Task A_published_mark_is_checked_from_its_file()
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        await phone.GoAsync("/notices/2020-02-10");
        var code = (await phone.Page.Locator("[data-log] .code-big").InnerTextAsync()).Trim();
        var file = await phone.Page.RunAndWaitForDownloadAsync(() => phone.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "下载凭据" }).ClickAsync());
        await phone.GoAsync("/check");
        await phone.Page.Locator("#receipt-file").SetInputFilesAsync(await file.PathAsync());
        await phone.Page.Locator("[data-check-receipt]").ClickAsync();

        var results = phone.Page.Locator("[data-results]");
        await Assertions.Expect(results).ToContainTextAsync("✓ 签名是真的");
        await Assertions.Expect(results).ToContainTextAsync(code);
        phone.AssertQuiet();
    }

    [Fact]
    public async Task A_shops_sheet_is_one_page_with_letters_twenty_millimetres_high()
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions());
        await phone.GoAsync("/notices/2020-02-10/print?pharmacy=LD02");
        await phone.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });

        // Of a letter that stands on the line and has no tail, by what is painted of it.
        var height = await phone.Page.EvaluateAsync<double>(
            """
            () => {
              const style = getComputedStyle(document.querySelector('.door-code'));
              const pen = document.createElement('canvas').getContext('2d');
              pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
              return pen.measureText('H').actualBoundingBoxAscent / 96 * 25.4;
            }
            """);
        Assert.InRange(height, 18, 23);
        await phone.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Null });
        var pdf = System.Text.Encoding.Latin1.GetString(await phone.Page.PdfAsync(new PagePdfOptions { PreferCSSPageSize = true, PrintBackground = true }));
        Assert.Single(PdfPage().Matches(pdf));
        phone.AssertQuiet();
    }

    [GeneratedRegex("index ([0-9]+)\n")]
    private static partial Regex Index();

    [GeneratedRegex(@"/Type\s*/Page\b(?!s)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex PdfPage();
}
