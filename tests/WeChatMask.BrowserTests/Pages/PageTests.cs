using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Playwright;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Pages;

/// <summary>What holds for every page, whoever looks at it and when. Run once in normal and once in large type.</summary>
public abstract class PageTests(CityDay day, bool large)
{
    private const double LargestFirstVisit = 80 * 1024;

    // Our usual phone, and the narrowest that WCAG 2.2 asks a page to reflow to.
    private static readonly int[] Widths = [PhoneOptions.UsualWidth, 320];

    // Our usual phone at 200 %. Tables of figures, which only staff have, need two dimensions.
    private const int Doubled = PhoneOptions.UsualWidth / 2;

    /// <summary>The pages with most parts, or with parts that scripts fill.</summary>
    public static TheoryData<ShownPage> LongPages =>
    [
        .. ShownPage.ByViewer.Where(p => p is { Path: "/" or "/book" or "/bookings/{number}" or "/guide" or "/pharmacy" or "/sandbox", Moment: Moment.Announced or Moment.Open or Moment.Published }
            or { Path: "/supervisor/jobs" or "/supervisor/live", Viewer: Viewer.Supervisor }),
    ];

    /// <summary>The pages that say how old the board's figures are.</summary>
    public static TheoryData<ShownPage> PagesWithAge => [.. ShownPage.ByViewer.Where(p => p is { Path: "/" or "/book" or "/nearby", Moment: Moment.Open, Viewer: not Viewer.Newcomer })];

    /// <summary>Shows a page and fails with everything that is wrong with it.</summary>
    protected async Task CheckAsync(ShownPage page)
    {
        var moment = await day.AtAsync(page.Moment);
        var phone = await day.PhoneAsync(page, large);
        await using var weight = await Layout.WeighAsync(phone.Page);
        var answer = await phone.GoAsync(moment.Path(page));

        Assert.Equal(page.Status, answer.Status);
        if (!page.IsOfTheSandbox) Assert.Equal(large, await phone.Page.EvaluateAsync<bool>("() => document.documentElement.classList.contains('large')"));
        var shifts = await Layout.ShiftsAsync(phone.Page);
        List<string> faults = [.. phone.Faults, .. shifts];
        if (weight.Bytes is < 1 or > LargestFirstVisit) faults.Add(string.Create(CultureInfo.InvariantCulture, $"the first visit costs {weight.Bytes:#,0} bytes"));
        // A page that names a day as today or tomorrow notices when that day is over.
        if (!page.IsOfTheSandbox && page.Path != "/pharmacy/offline" && await phone.Page.EvaluateAsync<bool>("() => /今天|明天|后天/.test(document.body.innerText) && !document.querySelector('[data-day-ends]')"))
            faults.Add("names today or tomorrow and does not notice the next day");
        faults.AddRange(await Layout.TwiceAsync(phone.Page));
        faults.AddRange(await Axe.ViolationsAsync(phone.Page));
        foreach (var width in page.Viewer < Viewer.Clerk && !page.IsOfTheSandbox ? [.. Widths, Doubled] : Widths) faults.AddRange(await Layout.OverflowAsync(phone.Page, width));

        Assert.True(faults.Count == 0, $"{page}:\n{string.Join('\n', faults)}");
    }

    /// <summary>Gives the board's age every form it takes with time, on every width, and fails when the line's height changes.</summary>
    protected async Task CheckBoardAgeAsync(ShownPage page)
    {
        var moment = await day.AtAsync(page.Moment);
        var phone = await day.PhoneAsync(page, large);
        await phone.GoAsync(moment.Path(page));

        foreach (var width in (int[])[.. Widths, Doubled])
        {
            var heights = await Layout.AgeHeightsAsync(phone.Page, width);
            Assert.True(heights.Distinct().Count() == 1, $"{page} at {width}: {string.Join(", ", heights)}");
        }
    }

    /// <summary>Shows a page piece by piece, each painted before the next one comes, and fails when a later piece moves an earlier one.</summary>
    protected async Task CheckInPiecesAsync(ShownPage page)
    {
        var moment = await day.AtAsync(page.Moment);
        var phone = await day.PhoneAsync(page, large);
        await using var line = await PiecewiseLine.LayAsync(moment.Address);
        var shown = phone.Page.GotoAsync(new Uri(line.Address, moment.Path(page)).ToString());
        await phone.Page.MainFrame.ComeAsync($"^{line.Address}");
        while (!shown.IsCompleted)
        {
            await Layout.PaintAsync(phone.Page);
            line.LetPass();
        }

        await shown;
        var shifts = await Layout.ShiftsAsync(phone.Page);
        Assert.True(shifts.Count == 0, $"{page}:\n{string.Join('\n', shifts)}");
    }
}

/// <summary>Every page as most people see it.</summary>
public sealed class PagesInNormalTypeTests(CityDay day) : PageTests(day, large: false), IClassFixture<CityDay>
{
    /// <summary>Every page in every state.</summary>
    public static TheoryData<ShownPage> Pages => [.. ShownPage.ByViewer];

    [Theory]
    [MemberData(nameof(Pages))]
    public Task A_page_is_accessible_fits_small_screens_and_arrives_light_and_still(ShownPage page) => CheckAsync(page);

    [Theory]
    [MemberData(nameof(LongPages))]
    public Task A_page_that_arrives_in_pieces_stands_still_too(ShownPage page) => CheckInPiecesAsync(page);

    [Theory]
    [MemberData(nameof(PagesWithAge))]
    public Task The_list_stays_where_it_is_while_the_boards_age_changes_its_words(ShownPage page) => CheckBoardAgeAsync(page);
}

/// <summary>Every page as those see it who chose large type.</summary>
public sealed class PagesInLargeTypeTests(CityDay day) : PageTests(day, large: true), IClassFixture<CityDay>
{
    /// <summary>Every page of the city in every state.</summary>
    public static TheoryData<ShownPage> Pages => [.. ShownPage.ByViewer.Where(p => !p.IsOfTheSandbox)];

    [Theory]
    [MemberData(nameof(Pages))]
    public Task A_page_is_accessible_fits_small_screens_and_arrives_light_and_still(ShownPage page) => CheckAsync(page);

    [Theory]
    [MemberData(nameof(LongPages), MemberType = typeof(PageTests))]
    public Task A_page_that_arrives_in_pieces_stands_still_too(ShownPage page) => CheckInPiecesAsync(page);

    [Theory]
    [MemberData(nameof(PagesWithAge), MemberType = typeof(PageTests))]
    public Task The_list_stays_where_it_is_while_the_boards_age_changes_its_words(ShownPage page) => CheckBoardAgeAsync(page);
}

/// <summary>The list of pages that the tests above walk.</summary>
public sealed class ShownPageTests
{
    [Fact]
    public async Task Every_page_of_the_product_is_looked_at()
    {
        await using var host = await SandboxHost.StartAsync();
        var routes = host.Get<IActionDescriptorCollectionProvider>().ActionDescriptors.Items
            .OfType<PageActionDescriptor>().Select(p => p.AttributeRouteInfo!.Template!).Distinct(StringComparer.Ordinal);

        // Logging out shows nothing of its own; the stand-in for WeChat's page is reached through /login.
        Assert.DoesNotContain(routes, r => r is not ("staff/logout" or "sandbox/connect/oauth2/authorize") && !ShownPage.All.Any(p => Matches(r, p)));
    }

    private static bool Matches(string route, ShownPage page)
    {
        var path = page.Path.Split('?')[0].Replace("{resident}", "1", StringComparison.Ordinal).Replace("{free}", "1", StringComparison.Ordinal).Replace("{account}", "1", StringComparison.Ordinal);
        return new TemplateMatcher(TemplateParser.Parse(route.Replace(":long", "", StringComparison.Ordinal)), [])
            .TryMatch(new PathString(path), new RouteValueDictionary());
    }
}
