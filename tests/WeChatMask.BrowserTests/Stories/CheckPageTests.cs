using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>The page that checks the public record opens from a disk, on old phones too, and asks nobody.</summary>
public sealed class CheckPageTests
{
    private readonly ConcurrentQueue<string> faults = [];

    private static readonly string Address = new Uri(Path.Combine(Floor.Sources, "../tools/check.html")).AbsoluteUri;
    private static readonly string Vectors = Path.Combine(Floor.Sources, "../tests/WeChatMask.Tests/Vectors/public_log.json");

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_receipt_is_told_in_plain_words_with_a_tick_only_where_its_signature_was_checked(bool isOld, bool isBare)
    {
        await using var context = await ContextAsync(isOld, isBare ? "delete Crypto.prototype.subtle;" : null);
        var page = await OpenAsync(context);
        var receipt = await InputAsync("receipt-good");

        await page.Locator("#keys").FillAsync(string.Join('\n', receipt.GetProperty("vkeys").EnumerateArray().Select(k => k.GetString())));
        await page.Locator("#receipt").FillAsync(receipt.GetProperty("receipt").GetString()!);
        await page.Locator("#check-receipt").ClickAsync();

        var results = page.Locator("#of-receipt");
        await Assertions.Expect(results).ToContainTextAsync("公开账本第 7 行：2020-02-10 这一期，药店 LD02，第 1 号");
        await Assertions.Expect(results).ToContainTextAsync(isBare ? "签名未核验" : "✓ 签名是真的");
        Assert.Equal(!isBare, (await results.InnerTextAsync()).Contains('✓', StringComparison.Ordinal));
        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_record_is_counted_again()
    {
        await using var context = await ContextAsync(isOld: true);
        var page = await OpenAsync(context);

        await page.Locator("#record").FillAsync(string.Join('\n', (await InputAsync("replay-a-good-day")).GetProperty("entries").EnumerateArray().Select(e => e.GetString())));
        await page.Locator("#check-record").ClickAsync();
        await Assertions.Expect(page.Locator("#of-record")).ToContainTextAsync("没有发现问题");

        await page.Locator("#record").FillAsync(string.Join('\n', (await InputAsync("replay-one-too-many")).GetProperty("entries").EnumerateArray().Select(e => e.GetString())));
        await page.Locator("#check-record").ClickAsync();
        await Assertions.Expect(page.Locator("#of-record")).ToContainTextAsync("F10 预约比名额多：第 13 行");
        Assert.Empty(faults);
    }

    [Fact]
    public async Task It_is_read_by_everybody_at_every_width()
    {
        await using var context = await ContextAsync(isOld: false);
        var page = await OpenAsync(context);
        await page.Locator("#record").FillAsync(string.Join('\n', (await InputAsync("replay-one-too-many")).GetProperty("entries").EnumerateArray().Select(e => e.GetString())));
        await page.Locator("#check-record").ClickAsync();
        await Assertions.Expect(page.Locator("#of-record table")).ToBeVisibleAsync();

        List<string> wrong = [.. await Axe.ViolationsAsync(page)];
        foreach (var width in (int[])[PhoneOptions.UsualWidth, 320]) wrong.AddRange(await Layout.OverflowAsync(page, width));

        Assert.Empty(wrong);
        Assert.Empty(faults);
    }

    private static async Task<IBrowserContext> ContextAsync(bool isOld, string? before = null)
    {
        var context = await (await Chromium.GetAsync()).NewContextAsync(new BrowserNewContextOptions
        {
            Locale = "zh-CN", Offline = true, ViewportSize = new ViewportSize { Width = PhoneOptions.UsualWidth, Height = PhoneOptions.UsualHeight },
        });
        if (isOld) await context.AddInitScriptAsync(await Floor.AgingScriptAsync());
        if (before is not null) await context.AddInitScriptAsync(before);
        return context;
    }

    private async Task<IPage> OpenAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => faults.Enqueue(error);
        page.Request += (_, request) => { if (request.Url != Address) faults.Enqueue(request.Url); };
        await page.GotoAsync(Address);
        return page;
    }

    private static async Task<JsonElement> InputAsync(string id)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Vectors));
        return file.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id).GetProperty("input").Clone();
    }
}
