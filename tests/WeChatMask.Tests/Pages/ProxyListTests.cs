using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>A proxy's vouchers one after another, as a page without scripts takes them; a camera sends the same form.</summary>
public sealed class ProxyListTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    [EngineTheory]
    public async Task Each_joins_the_list_with_its_verdict_and_all_are_handed_over_at_once(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var proxy = CounterHost.PersonOf(4100);
        var b = Handout.Next(4);
        var page = await PageReader.OpenAsync(clerk, "/pharmacy/proxy");
        Assert.Contains("aria-invalid=\"true\"", (await page.PostToAsync(clerk, "/pharmacy/proxy?handler=Scan", ("ProxyName", "x"))).Html, StringComparison.Ordinal);
        page = await page.PostToAsync(clerk, "/pharmacy/proxy?handler=Scan", ("ProxyName", proxy.Name.Value), ("ProxyIdNumber", proxy.IdNumber.Value));
        Assert.Contains("请扫第一份", page.Text, StringComparison.Ordinal);
        Assert.Contains("data-scanner", page.Html, StringComparison.Ordinal);
        var state = await Host.StateAsync();

        // A voucher as a camera or a hand scanner reads it; a number as it is said; the same once more; a forged one.
        page = await AddAsync(page, b[0].Voucher);
        Assert.Equal(["Valid", "Valid"], page.Verdicts());
        page = await AddAsync(page, b[1].Number, b[1].LastFour);
        Assert.Equal(["Valid", "Valid", "Valid"], page.Verdicts());
        page = await AddAsync(page, b[0].Voucher);
        Assert.Contains("和第 1 份是同一个预约", page.Text, StringComparison.Ordinal);
        Assert.Contains("data-sound=\"None\"", page.Html, StringComparison.Ordinal);
        page = await DropAsync(page, 2);
        page = await AddAsync(page, b[2].Voucher[..^4] + "2222");
        Assert.Equal(["Valid", "Valid", "Valid", "Forged"], page.Verdicts());
        Assert.Contains("刚加入第 3 份：", page.Text, StringComparison.Ordinal);

        // What cannot be read does not join, and takes nobody off the list.
        page = await AddAsync(page, b[2].Number);
        Assert.Contains("id=\"next-fault\"", page.Html, StringComparison.Ordinal);
        Assert.Equal(["Valid", "Valid", "Valid", "Forged"], page.Verdicts());
        Assert.Contains($"value=\"{b[2].Number}\"", page.Html, StringComparison.Ordinal);
        page = await AddAsync(page, b[2].Voucher);
        // The cap is the city's: the fourth that could be handed over says so.
        page = await AddAsync(page, b[3].Voucher);
        Assert.Equal(["Valid", "Valid", "Valid", "Forged", "Valid", "ProxyLimit"], page.Verdicts());
        Assert.Equal(state, await Host.StateAsync());

        // A number that stands in the field and was not added is not handed over.
        var fields = Fields(page);
        page = await page.PostToAsync(clerk, "/pharmacy/proxy?handler=Redeem", [.. fields, ("Next", b[3].Number), ("NextLastFour", b[3].LastFour)]);
        Assert.Equal(["Redeemed", "Redeemed", "Redeemed", "Forged", "Redeemed", "ProxyLimit"], page.Verdicts());
        Assert.DoesNotContain("data-scanner", page.Html, StringComparison.Ordinal);
        Assert.Equal(
            [BookingStatus.Redeemed, BookingStatus.Redeemed, BookingStatus.Redeemed, BookingStatus.Booked],
            [await Host.StatusAsync(b[0]), await Host.StatusAsync(b[1]), await Host.StatusAsync(b[2]), await Host.StatusAsync(b[3])]);
        state = await Host.StateAsync();
        var again = await page.PostToAsync(clerk, "/pharmacy/proxy?handler=Redeem", [.. fields]);
        Assert.Equal(page.Verdicts(), again.Verdicts());
        Assert.Equal(state, await Host.StateAsync());

        Task<PageReader> AddAsync(PageReader on, string code, string four = "") =>
            on.PostToAsync(clerk, "/pharmacy/proxy?handler=Add", [.. Fields(on), ("Next", code), ("NextLastFour", four)]);

        Task<PageReader> DropAsync(PageReader on, int line) =>
            on.PostToAsync(clerk, "/pharmacy/proxy?handler=Add", [.. Fields(on), ("Drop", $"{line}")]);
    }

    [EngineTheory]
    public async Task A_list_that_loses_its_only_line_or_gets_a_bad_first_one_goes_on(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var proxy = CounterHost.PersonOf(4200);
        var page = await PageReader.OpenAsync(clerk, "/pharmacy/proxy");
        page = await page.PostToAsync(clerk, "/pharmacy/proxy?handler=Scan", ("ProxyName", proxy.Name.Value), ("ProxyIdNumber", proxy.IdNumber.Value));
        foreach (var sent in new (string, string)[][] { [("Next", "")], [("Next", Handout.Next().Number)], [("Drop", "0")], [("Drop", "99")], [("Drop", "-1")], [("Drop", "x")] })
        {
            page = await page.PostToAsync(clerk, "/pharmacy/proxy?handler=Add", [.. Fields(page), .. sent]);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.Contains("请扫第一份", page.Text, StringComparison.Ordinal);
        }

        for (var i = 0; i < 12; i++) page = await page.PostToAsync(clerk, "/pharmacy/proxy?handler=Add", [.. Fields(page), ("Next", Handout.Next().Voucher)]);
        Assert.Equal(1 + 10, page.Verdicts().Length);
        Assert.DoesNotContain("data-scanner", page.Html, StringComparison.Ordinal);
        Assert.Equal(3, page.Verdicts().Skip(1).Count(v => v == "Valid"));
    }

    private static List<(string Name, string Value)> Fields(PageReader page) =>
    [
        .. Regex.Matches(page.Html[page.Html.IndexOf("<form method=\"post\" data-counter", StringComparison.Ordinal)..], "<input[^>]*(?:type=\"hidden\"|type=\"number\")[^>]*>").Select(m => m.Value)
            .Select(t => (Of(t, "name"), Of(t, "value"))).Where(f => f.Item1 != "__RequestVerificationToken"),
    ];

    private static string Of(string tag, string name) => WebUtility.HtmlDecode(Regex.Match(tag, $" {name}=\"([^\"]*)\"").Groups[1].Value);
}
