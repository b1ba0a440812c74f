using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Flags;
using WeChatMask.Tests.Flags;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A supervisor looks into what is odd, at a desk and by the keyboard alone, with as many flags as there are pharmacies.</summary>
public sealed class FlagStoryTests
{
    private const int Width = 1280;
    private const int Height = 900;
    private const int NarrowWidth = 320;
    private const int NarrowHeight = 568;
    private const int MostElements = 1_500;
    private const int MostBytes = 100_000;

    [Fact]
    public async Task A_flag_is_taken_noted_and_closed_by_the_keyboard()
    {
        await using var city = await FlagCity.StartAsync();
        var flags = await FillAsync(city);
        await using var desk = await BrowserPhone.OpenAsync(city.Host, new PhoneOptions(Width: Width, Height: Height));
        await desk.LogInAsync("supervisor", "supervisor-demo");
        var page = desk.Page;
        var keys = new Keyboard(page);

        await page.GotoAsync("/supervisor");
        await keys.PressAsync("[data-flags] a", "Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/supervisor/flags$"));
        await Assertions.Expect(page.Locator("#found")).ToContainTextAsync($"{flags}");
        Assert.Empty(await Axe.ViolationsAsync(page));
        await keys.TypeAsync("#q", "CZ001");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("q=CZ001"));
        await keys.PressAsync(".flags a", "Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/supervisor/flags/[0-9]+$"));
        await keys.PressAsync("[formaction$='handler=Take']", "Enter");
        await Assertions.Expect(page.Locator(".lead").First).ToContainTextAsync("核查中 · 经办：supervisor");

        // Somebody else was first: what is typed stays, and the newest is shown.
        var id = long.Parse(page.Url.Split('/')[^1], CultureInfo.InvariantCulture);
        var other = await city.Host.Get<FlagStore>().ChangeAsync(
            new StaffMember(1, "other", StaffRole.Supervisor, null), id, new FlagChange(FlagStatus.Looking, null, "先问店长", 2, "other"), CancellationToken.None);
        Assert.Equal(Refusal.None, other);
        await keys.PressAsync("#result", "ArrowDown");
        await keys.TypeAsync("#words", "店长说明是补录。");
        await keys.PressAsync("[formaction$='handler=Close']", "Enter");
        await Assertions.Expect(page.Locator("#refused")).ToContainTextAsync("这条线索有了变化");
        await Assertions.Expect(page.Locator("#words")).ToHaveValueAsync("店长说明是补录。");
        await Assertions.Expect(page.Locator(".history")).ToContainTextAsync("先问店长");
        Assert.Empty(await Layout.OverflowAsync(page, Width));
        Assert.Empty(await Axe.ViolationsAsync(page));
        await keys.PressAsync("[formaction$='handler=Close']", "Enter");
        await Assertions.Expect(page.Locator(".lead").First).ToContainTextAsync("核查完，没有问题");
        await page.GotoAsync("/supervisor/flags?q=CZ001");
        await Assertions.Expect(page.Locator(".flags")).Not.ToContainTextAsync("领取时间以外核销");
        desk.AssertQuiet();
    }

    [Fact]
    public async Task With_a_flag_of_every_pharmacy_a_first_view_is_light()
    {
        await using var city = await FlagCity.StartAsync();
        await FillAsync(city);
        var longest = await city.Database.ScalarAsync<long>("SELECT id FROM flag WHERE kind = @kind", new { kind = FlagKind.ListReads });
        foreach (var path in new[] { "/supervisor/flags", "/supervisor/flags?state=all&page=9", $"/supervisor/flags/{longest}", $"/supervisor/flags/{longest}?page=5" })
        {
            await using var desk = await BrowserPhone.OpenAsync(city.Host, new PhoneOptions(Width: Width, Height: Height));
            await desk.LogInAsync("supervisor", "supervisor-demo");
            var bytes = 0;
            await using var other = await desk.Page.Context.Browser!.NewContextAsync(new() { BaseURL = city.Host.Address.ToString(), StorageState = await desk.Page.Context.StorageStateAsync() });
            var page = await other.NewPageAsync();
            List<Task<RequestSizesResult>> sizes = [];
            page.RequestFinished += (_, request) => sizes.Add(request.SizesAsync());
            await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.NetworkIdle });
            foreach (var size in sizes.ToArray()) bytes += (await size).ResponseBodySize + (await size).ResponseHeadersSize;
            var elements = await page.EvaluateAsync<int>("document.getElementsByTagName('*').length");
            Assert.True(sizes.Count > 1 && bytes <= MostBytes, $"{path}: {bytes} bytes in {sizes.Count} answers");
            Assert.True(elements <= MostElements, $"{path}: {elements} elements");
        }

        foreach (var large in new[] { false, true })
        {
            await using var phone = await BrowserPhone.OpenAsync(city.Host, new PhoneOptions(LargeType: large, Width: NarrowWidth, Height: NarrowHeight));
            await phone.LogInAsync("supervisor", "supervisor-demo");
            foreach (var path in new[] { "/supervisor/flags", $"/supervisor/flags/{longest}" })
            {
                await phone.GoAsync(path);
                Assert.Empty(await Layout.OverflowAsync(phone.Page, NarrowWidth));
                Assert.Empty(await Axe.ViolationsAsync(phone.Page));
            }
        }
    }

    // One of each pharmacy, and one with more rows than are kept. Returns how many.
    private static async Task<int> FillAsync(FlagCity city)
    {
        var closes = await city.Database.ScalarAsync<DateTimeOffset>("SELECT pickup_closes_at FROM round WHERE date = @Round", new { FlagCity.Round });
        var codes = await city.Database.QueryAsync<string>("SELECT code FROM pharmacy");
        foreach (var code in codes) await city.HandOverAsync(code, closes);
        for (var i = 0; i < FlagFindingStore.MostRows + 10; i++) await city.ReadListAsync("CZ002", closes.AddHours(-4).AddSeconds(i));
        await city.LookAsync();
        Assert.Equal(228, codes.Count);
        return codes.Count + 1;
    }
}
