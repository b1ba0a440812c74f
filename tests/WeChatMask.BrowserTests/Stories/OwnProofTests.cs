using System.Text.Json;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A phone keeps the receipts of its bookings without a tap, checks them by itself, and speaks up when the public log has changed.</summary>
public sealed class OwnProofTests : IAsyncLifetime
{
    private const int Person = 7;
    private const string Bare = "delete Crypto.prototype.subtle;";
    private SandboxHost host = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
    }

    /// <inheritdoc />
    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Each_line_gets_its_tick_only_where_the_phone_has_checked_it(bool isOld, bool isBare)
    {
        await using var phone = await BookAsync(isOld, isBare ? Bare : null);
        var page = phone.Page;
        var number = page.Url.Split('/')[^1];
        // It came with the answer.
        Assert.Equal([number], await KeptAsync(page));
        await host.SetClockAsync("2020-02-10T22:05:00+08:00");

        await phone.GoAsync($"/bookings/{number}/proof");

        var mark = isBare ? "签名未核验" : "✓ 手机已核对";
        foreach (var line in (string[])["line", "list", "code"]) await Assertions.Expect(page.Locator($"[data-line={line}] [data-mark]")).ToHaveTextAsync(mark);
        await page.Locator("summary", new() { HasText = "没有人插队" }).ClickAsync();
        await page.Locator("[data-count]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-counted]")).ToContainTextAsync("序号从 1 到 1，一个接一个");
        await Assertions.Expect(page.Locator("[data-line=serial] [data-mark]")).ToHaveTextAsync(mark);
        Assert.Equal(isBare, await page.Locator("[data-unsigned]").IsVisibleAsync());
        Assert.False(await page.Locator("[role=alert][data-wrong]").IsVisibleAsync());
        phone.AssertQuiet();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_that_is_another_is_shown_on_the_next_page_with_what_to_keep_and_whom_to_call(bool isOld)
    {
        await using var phone = await BookAsync(isOld);
        var page = phone.Page;
        // What has only just come is not held against the record yet.
        await page.EvaluateAsync("() => localStorage.setItem('wm_receipts', localStorage.getItem('wm_receipts').replace(/\"at\":\\d+/, '\"at\":1'))");
        await phone.GoAsync("/guide");
        await page.WaitForFunctionAsync("() => localStorage.getItem('wm_record_seen')");
        Assert.False(await page.Locator("[data-record-alarm]").IsVisibleAsync());

        // The city shows this phone the log of another evening, signed by its own key.
        await using var other = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        using (var stranger = await other.NewResidentAsync(1))
        {
            await other.SetClockAsync("2020-02-10T19:00:00+08:00");
            for (var i = 2; i < 9; i++)
            {
                using var more = await other.NewResidentAsync(i);
                await more.BookAsync("LD03", "a");
            }
        }

        await page.Context.RouteAsync("**/log/**", async route =>
        {
            var answer = await other.Http.GetAsync(new Uri(new Uri(route.Request.Url).PathAndQuery, UriKind.Relative));
            await route.FulfillAsync(new() { Status = (int)answer.StatusCode, BodyBytes = await answer.Content.ReadAsByteArrayAsync(), ContentType = answer.Content.Headers.ContentType?.ToString() });
        });
        await page.EvaluateAsync("() => localStorage.removeItem('wm_record_seen')");
        await phone.GoAsync("/");

        var card = page.Locator("[data-record-alarm]");
        await Assertions.Expect(card).ToContainTextAsync("公开账本和您手机里的凭据对不上");
        await Assertions.Expect(card.Locator(".number-call").First).ToBeVisibleAsync();
        Assert.Empty(await Axe.ViolationsAsync(page));
        Assert.Empty(await Layout.OverflowAsync(page, 320));
        var saving = page.WaitForDownloadAsync();
        await card.Locator("[data-save]").ClickAsync();
        var evidence = await File.ReadAllTextAsync(await (await saving).PathAsync());
        Assert.Equal(2, evidence.Split("\u2014 sandbox/log ").Length - 1);
        Assert.Contains("c2sp.org/tlog-proof@v1", evidence, StringComparison.Ordinal);
        phone.AssertQuiet();
    }

    [Fact]
    public async Task A_phone_that_booked_without_a_script_keeps_its_receipts_when_it_sees_them()
    {
        using var resident = await host.NewResidentAsync(Person, "o-plain");
        var (_, booked) = await resident.BookAsync("LD01", "a");
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-plain"));
        await phone.LogInAsync();

        await phone.GoAsync("/bookings");
        await phone.Page.WaitForFunctionAsync("() => localStorage.getItem('wm_receipts')");

        Assert.Equal([booked.GetProperty("number").GetString()], await KeptAsync(phone.Page));
        phone.AssertQuiet();
    }

    private async Task<BrowserPhone> BookAsync(bool isOld, string? before = null)
    {
        using (await host.NewResidentAsync(Person, "o-own"))
        {
        }

        var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions("o-own", IsOld: isOld, Before: before));
        await phone.LogInAsync();
        await phone.GoAsync("/book");
        await new BookPage(phone.Page.MainFrame).At("LD01").ClickAsync();
        await new BookingPage(phone.Page.MainFrame).NumberAsync();
        return phone;
    }

    private static async Task<IReadOnlyList<string?>> KeptAsync(IPage page)
    {
        using var kept = JsonDocument.Parse(await page.EvaluateAsync<string>("() => localStorage.getItem('wm_receipts')"));
        return [.. kept.RootElement.EnumerateArray().Select(r => r.GetProperty("number").GetString())];
    }
}
