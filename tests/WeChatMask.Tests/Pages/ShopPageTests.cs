using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>A clerk's landing page and list, as a browser without scripts has them.</summary>
public sealed class ShopPageTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    [EngineTheory]
    public async Task What_a_clerk_lands_on_begins_with_scanning(DatabaseKind engine)
    {
        await UseAsync(engine);
        var page = await PageReader.OpenAsync(await Host.ClerkAsync(), "/pharmacy");
        var main = page.Html[page.Html.IndexOf("<main", StringComparison.Ordinal)..];
        var first = Regex.Match(main, "<(?:a|button|input)[^>]*>").Value;
        Assert.Contains("href=\"/pharmacy/scan#now\"", first, StringComparison.Ordinal);
        Assert.True(main.IndexOf(first, StringComparison.Ordinal) < main.IndexOf("class=\"tiles\"", StringComparison.Ordinal));
    }

    [EngineTheory]
    public async Task A_list_is_looked_through_by_any_part_of_what_it_shows(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var (one, done) = (Handout.Next(), Handout.Next());
        await CounterForm.OneAsync(clerk, "Redeem", done.Number, done.LastFour, $"sift-{engine}");
        var all = await PageReader.OpenAsync(clerk, "/pharmacy/lists");
        Assert.Equal(101, Numbers(all).Count);
        Assert.Equal(Numbers(all), Numbers(await PageReader.OpenAsync(clerk, "/pharmacy/lists/2020-02-10")));

        var name = one.Person.Name.Value;
        foreach (var typed in new[] { one.Number, one.Number[3..9], $"{one.Number[..4]} {one.Number[4..8]}-{one.Number[8..]}", one.Person.Mobile.Value[^4..], one.LastFour, one.LastFour.ToLowerInvariant(), name, name[..1] + " " + name[1..] })
        {
            var found = Numbers(await SiftAsync(typed));
            Assert.Contains(one.Number, found);
            Assert.True(found.Count < 101, typed);
        }

        Assert.Equal([one.Number], Numbers(await SiftAsync(one.Number)));
        var (waiting, collected) = (Numbers(await SiftAsync("", ("State", "Waiting"))), Numbers(await SiftAsync("", ("State", "Done"))));
        Assert.Equal((true, false, false, true), (waiting.Contains(one.Number), waiting.Contains(done.Number), collected.Contains(one.Number), collected.Contains(done.Number)));
        var slots = Regex.Matches(all.Html, "<option value=\"(\\d\\d:\\d\\d-\\d\\d:\\d\\d)\"").Select(m => m.Groups[1].Value).ToList();
        Assert.True(slots.Count > 1);
        // Who cancelled before the slots were given out has none.
        var bySlot = 0;
        foreach (var slot in slots) bySlot += Numbers(await SiftAsync("", ("Slot", slot))).Count;
        Assert.Equal(100, bySlot);

        // The whole of what the list does not show finds nobody, nor does another pharmacy's list.
        foreach (var typed in new[] { one.Person.IdNumber.Value, one.Person.Mobile.Value, "%", "_", "nobody", "龘'--" })
        {
            var none = await SiftAsync(typed);
            Assert.Equal(HttpStatusCode.OK, none.Status);
            Assert.Empty(Numbers(none));
            Assert.Contains("名单里没有这样的预约", none.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(one.Number, Numbers(await (await PageReader.OpenAsync(await Host.ClerkAsync("LD02"), "/pharmacy/lists")).PostAsync(await Host.ClerkAsync("LD02"), ("Query", one.Number))));

        // Each look is a reading that is written down, and what was looked for stands in no address.
        Assert.True(await Host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM audit WHERE action = 'list.read' AND detail = 'search'") > 10);
        Assert.DoesNotContain("method=\"get\"", all.Html, StringComparison.Ordinal);

        Task<PageReader> SiftAsync(string query, params (string, string)[] more) => all.PostToAsync(clerk, "/pharmacy/lists/2020-02-10", [("Query", query), .. more]);
    }

    [Fact]
    public async Task Before_the_first_list_is_out_the_page_says_so()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        var page = await PageReader.OpenAsync(clerk, "/pharmacy/lists");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("还没有公布的名单", page.Text, StringComparison.Ordinal);
    }

    private static List<string> Numbers(PageReader page) =>
        [.. Regex.Matches(page.Html, "<td role=\"cell\" class=\"number digits\"[^>]*>([^<]*)</td>").Select(m => m.Groups[1].Value)];
}
