using System.Net;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

public sealed class ProxyPageTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    private static (string Name, string IdNumber) ProxyOf(int n) => (CounterHost.PersonOf(n).Name.Value, CounterHost.PersonOf(n).IdNumber.Value);

    [EngineTheory]
    public async Task The_form_has_as_many_lines_as_the_policys_cap(DatabaseKind engine)
    {
        await UseAsync(engine);
        var page = await Pages.PageReader.OpenAsync(await Host.ClerkAsync(), "/pharmacy/proxy");
        Assert.Contains("最多代领 3 份", page.Text, StringComparison.Ordinal);
        Assert.Contains("name=\"Lines[2].Code\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Lines[3].Code\"", page.Html, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task Three_are_checked_together_and_handed_over_together(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var (name, number) = ProxyOf(3201);
        var lines = Handout.Next(3).Select(b => (b.Number, b.LastFour)).ToArray();
        var state = await Host.StateAsync();
        var page = await CounterForm.ProxyAsync(clerk, "Check", name, number, "p1", lines);
        Assert.Equal(["Valid", "Valid", "Valid", "Valid"], page.Verdicts());
        Assert.Contains("<span data-total>24.00</span>", page.Html, StringComparison.Ordinal);
        Assert.Equal(state, await Host.StateAsync());
        page = await CounterForm.ProxyAsync(clerk, "Redeem", name, number, "p1", lines);
        Assert.Equal(["Redeemed", "Redeemed", "Redeemed", "Redeemed"], page.Verdicts());
        Assert.Contains("已发放 3 份", page.Text, StringComparison.Ordinal);
        Assert.Equal(3, await UsedAsync(number));
    }

    [EngineTheory]
    public async Task What_can_be_handed_over_is_and_the_others_say_why(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var (name, number) = ProxyOf(3202);
        var (good, other) = (Handout.Next(), Handout.Next());
        (string, string)[] lines = [(good.Number, good.LastFour), (other.Number, "zzzz"), ($"{good.Number[..3]} {good.Number[3..]}", good.LastFour)];
        foreach (var (handler, verdict, word) in new[] { ("Check", "Valid", "可发放 1 份"), ("Redeem", "Redeemed", "已发放 1 份") })
        {
            var page = await CounterForm.ProxyAsync(clerk, handler, name, number, "p2", lines);
            Assert.Equal([verdict, verdict, "IdentityMismatch", "None"], page.Verdicts());
            Assert.Contains(word, page.Text, StringComparison.Ordinal);
            Assert.Contains("另有 2 份不能发放", page.Text, StringComparison.Ordinal);
            Assert.Contains("和第 1 份是同一个预约", page.Text, StringComparison.Ordinal);
            Assert.Contains("<span data-total>8.00</span>", page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain(other.Person.Name.Value, page.Text, StringComparison.Ordinal);
        }

        Assert.Equal((BookingStatus.Redeemed, BookingStatus.Booked), (await Host.StatusAsync(good), await Host.StatusAsync(other)));

        // An answer that was lost is asked for again with the same form; a line put right is handed over beside the old one.
        var state = await Host.StateAsync();
        Assert.Equal("Redeemed", (await CounterForm.ProxyAsync(clerk, "Redeem", name, number, "p2", lines)).Verdicts()[1]);
        Assert.Equal(state, await Host.StateAsync());
        lines[1] = (other.Number, other.LastFour);
        var mended = await CounterForm.ProxyAsync(clerk, "Redeem", name, number, "p2", lines);
        Assert.Equal(["Redeemed", "Redeemed", "Redeemed", "None"], mended.Verdicts());
        Assert.Equal(2, await UsedAsync(number));
    }

    [EngineTheory]
    public async Task Looking_at_several_counts_them_against_the_cap_one_after_another(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var (name, number) = ProxyOf(3203);
        var first = Handout.Next(2).Select(b => (b.Number, b.LastFour)).ToArray();
        await CounterForm.ProxyAsync(clerk, "Redeem", name, number, "p3", first);
        var more = Handout.Next(2).Select(b => (b.Number, b.LastFour)).ToArray();
        var page = await CounterForm.ProxyAsync(clerk, "Check", name, number, "p4", more);
        Assert.Equal(["Valid", "Valid", "ProxyLimit"], page.Verdicts());
        Assert.Contains("<span data-total>8.00</span>", page.Html, StringComparison.Ordinal);
        page = await CounterForm.ProxyAsync(clerk, "Redeem", name, number, "p4", more);
        Assert.Equal(["Redeemed", "Redeemed", "ProxyLimit"], page.Verdicts());
        Assert.Equal(3, await UsedAsync(number));
    }

    [EngineTheory]
    public async Task A_proxys_own_booking_does_not_count_while_looking(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var own = Handout.Next();
        var lines = Handout.Next(3).Prepend(own).Select(b => (b.Number, b.LastFour)).ToArray();
        var page = await CounterForm.ProxyAsync(clerk, "Check", own.Person.Name.Value, own.Person.IdNumber.Value, "p5", lines);
        Assert.Equal(["Valid", "Valid", "Valid", "Valid", "Valid"], page.Verdicts());
    }

    [EngineTheory]
    public async Task Nothing_is_judged_before_every_line_can_be_read(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var (name, number) = ProxyOf(3204);
        var lines = Handout.Next(2).Select(b => (b.Number, b.LastFour)).ToArray();
        var state = await Host.StateAsync();
        var page = await CounterForm.ProxyAsync(clerk, "Redeem", name, "431302198001010000", "p6", lines);
        Assert.Matches("<input id=\"proxyIdNumber\"[^>]*aria-invalid=\"true\"", page.Html);
        Assert.Equal(lines[1].Number, page.Hidden("Lines[1].Code"));
        page = await CounterForm.ProxyAsync(clerk, "Redeem", "", "", "p6", lines);
        Assert.Empty(page.Verdicts());
        page = await CounterForm.ProxyAsync(clerk, "Redeem", name, number, "p6", lines[0], ("", ""), (lines[1].Number, ""));
        Assert.Contains("<p class=\"fault\" id=\"lastFour-2-fault\">请输入身份证后四位", WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
        Assert.Matches("<input id=\"lastFour-2\"[^>]*aria-invalid=\"true\"", page.Html);
        page = await CounterForm.ProxyAsync(clerk, "Redeem", name, number, "p6");
        Assert.Contains("请输入预约号", page.Text, StringComparison.Ordinal);
        Assert.Equal(state, await Host.StateAsync());
    }

    private Task<long> UsedAsync(string idNumber) => Host.Get<Database>().ScalarAsync<long>(
        "SELECT COALESCE(SUM(used), 0) FROM proxy_day WHERE proxy_hash = @hash", new { hash = Host.Get<PersonalData>().PersonHash(idNumber) });
}
