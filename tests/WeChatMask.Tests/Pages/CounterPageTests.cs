using System.Net;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

public sealed class CounterPageTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    [EngineTheory]
    public async Task Each_verdict_has_a_word_a_colour_and_a_sentence_of_its_own(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var (booking, done, carried) = (Handout.Next(), Handout.Next(), Handout.Next(4));
        var proxy = CounterHost.PersonOf(3100);
        (string, string)[] byProxy = [("ProxyName", proxy.Name.Value), ("ProxyIdNumber", proxy.IdNumber.Value)];
        foreach (var b in carried.Take(3)) await CounterForm.OneAsync(clerk, "Redeem", b.Number, b.LastFour, b.Number, byProxy);

        async Task IsAsync(Verdict verdict, string word, string sentence, Task<PageReader> post)
        {
            var page = await post;
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.Equal(verdict.ToString(), Assert.Single(page.Verdicts()));
            Assert.Contains($"<span class=\"verdict-word\">{word}</span>", WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
            Assert.Contains($"<title>{word} - ", WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
            Assert.Contains(sentence, page.Text, StringComparison.Ordinal);
            var good = verdict is Verdict.Valid or Verdict.Redeemed;
            Assert.Equal(!good, page.Text.Contains("不能发放", StringComparison.Ordinal));
            Assert.Equal(good, page.Html.Contains("data-amount", StringComparison.Ordinal));
            Assert.Equal(verdict == Verdict.Valid, page.Html.Contains("data-act=\"redeem\"", StringComparison.Ordinal));
            if (!RedemptionRules.MayShowBooking(verdict)) Assert.DoesNotContain(booking.Person.Name.Value, page.Text, StringComparison.Ordinal);
            Assert.True(page.Answer.Headers.CacheControl?.NoStore);
        }

        Task<PageReader> Check(HttpClient who, string code, string four) => CounterForm.OneAsync(who, "Check", code, four, "v");
        await IsAsync(Verdict.Redeemed, "已发放", "请交付并收款", CounterForm.OneAsync(clerk, "Redeem", done.Number, done.LastFour, "v-done"));
        await IsAsync(Verdict.Valid, "有效", "先看身份证", Check(clerk, booking.Number, booking.LastFour));
        await IsAsync(Verdict.AlreadyRedeemed, "已领取", "不能重复发放", Check(clerk, done.Number, done.LastFour));
        await IsAsync(Verdict.OtherPharmacy, "非本店", "不在本店领取", Check(await Host.ClerkAsync("LD02"), booking.Number, booking.LastFour));
        await IsAsync(Verdict.Cancelled, "已取消", "这个预约已取消", Check(clerk, Handout.Cancelled.Number, Handout.Cancelled.LastFour));
        await IsAsync(Verdict.Unknown, "查无此号", "没有这个预约号", Check(clerk, "20000000000", "0000"));
        await IsAsync(Verdict.Forged, "无效", "领取码无效", Check(clerk, booking.Voucher[..^4] + "2222", ""));
        await IsAsync(Verdict.IdentityMismatch, "证件不符", "后四位与预约人不符", Check(clerk, booking.Number, "zzzz"));
        await IsAsync(Verdict.ProxyLimit, "代领已满", "代领次数已满", CounterForm.OneAsync(clerk, "Check", carried[3].Number, carried[3].LastFour, "v", byProxy));
        Host.Now = CounterHost.Morning.AddHours(-1);
        await IsAsync(Verdict.NotYet, "未到时间", "还没到领取时间", Check(clerk, booking.Number, booking.LastFour));
        Host.Now = CounterHost.Morning.AddHours(12);
        await IsAsync(Verdict.Lapsed, "已过期", "已过领取时间", Check(clerk, booking.Number, booking.LastFour));
    }

    [EngineTheory]
    public async Task The_same_form_sent_again_hands_over_once_and_says_the_same(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var first = await CounterForm.OneAsync(clerk, "Redeem", booking.Number, booking.LastFour, "again");
        var state = await Host.StateAsync();
        var second = await CounterForm.OneAsync(clerk, "Redeem", booking.Number, booking.LastFour, "again");
        Assert.Equal("Redeemed", Assert.Single(first.Verdicts()));
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(state, await Host.StateAsync());
    }

    [EngineTheory]
    public async Task Fewer_units_are_stepped_to_and_handed_over(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var page = await CounterForm.OneAsync(clerk, "Check", booking.Number, booking.LastFour, "u");
        Assert.Contains("<span data-amount>8.00</span>", page.Html, StringComparison.Ordinal);
        Assert.Contains("data-fen=\"160\"", page.Html, StringComparison.Ordinal);
        page = await CounterForm.OneAsync(clerk, "Check", booking.Number, booking.LastFour, "u", ("Units", "5"), ("Step", "0-"));
        Assert.Contains("<span data-amount>6.40</span>", page.Html, StringComparison.Ordinal);
        page = await CounterForm.OneAsync(clerk, "Check", booking.Number, booking.LastFour, "u", ("Units", "1"), ("Step", "0-"));
        Assert.Contains("<span data-amount>1.60</span>", page.Html, StringComparison.Ordinal);
        page = await CounterForm.OneAsync(clerk, "Redeem", booking.Number, booking.LastFour, "u", ("Units", "4"));
        Assert.Contains("<span data-count>4</span>", page.Html, StringComparison.Ordinal);
        Assert.Equal(640, await Host.Get<Database>().ScalarAsync<long>("SELECT amount_fen FROM redemption WHERE booking_id = @Id", new { booking.Row.Id }));
    }

    [EngineTheory]
    public async Task Units_that_are_no_right_number_hand_nothing_over(DatabaseKind engine)
    {
        await UseAsync(engine);
        foreach (var units in new[] { "many", "0", "-1", "6" }) await HandsNothingOverAsync(units);
    }

    private async Task HandsNothingOverAsync(string units)
    {
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var page = await CounterForm.OneAsync(clerk, "Redeem", booking.Number, booking.LastFour, "wrong-" + units, ("Units", units));
        Assert.Contains("数量不正确", page.Text, StringComparison.Ordinal);
        Assert.Equal(booking.Number, page.Hidden("Code"));
        Assert.Equal(BookingStatus.Booked, await Host.StatusAsync(booking));
    }

    [EngineTheory]
    public async Task What_is_missing_is_asked_for_and_what_was_typed_stays(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var page = await CounterForm.OneAsync(clerk, "Check", booking.Number, "", "m");
        Assert.Contains("请输入身份证后四位", page.Text, StringComparison.Ordinal);
        Assert.Equal(booking.Number, page.Hidden("Code"));
        Assert.Matches("<input id=\"lastFour\"[^>]*aria-invalid=\"true\"", page.Html);
        Assert.Contains("请输入预约号", (await CounterForm.OneAsync(clerk, "Redeem", "", "", "m")).Text, StringComparison.Ordinal);
        page = await CounterForm.OneAsync(clerk, "Edit", booking.Number, "0000", "m");
        Assert.Equal((booking.Number, "0000"), (page.Hidden("Code"), page.Hidden("LastFour")));
    }

    [EngineTheory]
    public async Task Outside_the_slot_is_advice_and_not_a_refusal(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var slot = await Host.Get<Database>().ScalarAsync<long>("SELECT slot_starts_at FROM booking WHERE id = @Id", new { booking.Row.Id });
        Host.Now = DateTimeOffset.FromUnixTimeMilliseconds(slot);
        Assert.DoesNotContain("不在时段内", (await CounterForm.OneAsync(clerk, "Check", booking.Number, booking.LastFour, "o")).Text, StringComparison.Ordinal);
        Host.Now = Host.Now.AddMinutes(30);
        var page = await CounterForm.OneAsync(clerk, "Check", booking.Number, booking.LastFour, "o");
        Assert.Equal("Valid", Assert.Single(page.Verdicts()));
        Assert.Contains("现在不在时段内，仍可发放", page.Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task The_day_shows_its_figures_the_slot_that_runs_and_the_last_hand_overs(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        await CounterForm.OneAsync(clerk, "Redeem", booking.Number, booking.LastFour, "day", ("Units", "3"));
        var page = await PageReader.OpenAsync(clerk, "/pharmacy");
        var redeemed = await Host.Get<Database>().ScalarAsync<long>("SELECT redeemed FROM pharmacy_round WHERE round_date = '2020-02-10' AND pharmacy_id = @Id", new { Id = Host.Pharmacies["LD01"] });
        Assert.Contains($"今天应发 100 今天已发 {redeemed} 今天还在等 {100 - redeemed} ", page.Text, StringComparison.Ordinal);
        Assert.Matches("class=\"now\" aria-current=\"time\">\\s*<th scope=\"row\"><span class=\"digits\">09:00-09:30</span>", page.Html);
        Assert.Contains($"预约号尾号 {booking.Number[^4..]} · 09:10 3 ", page.Text, StringComparison.Ordinal);
        Assert.Contains("4.80 元", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(booking.Person.Name.Value, page.Text, StringComparison.Ordinal);
        Assert.Contains(Masking.Name(booking.Person.Name.Value), page.Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task The_list_is_made_for_paper_and_says_what_each_figure_is_on_a_phone(DatabaseKind engine)
    {
        await UseAsync(engine);
        var page = await PageReader.OpenAsync(await Host.ClerkAsync(), "/pharmacy/lists/2020-02-10");
        Assert.Contains("领取人签字", page.Text, StringComparison.Ordinal);
        Assert.Contains("class=\"paper-only\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("data-label=\"预约号\"", WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
        Assert.Contains("共 101 条，有效 100 条", page.Text, StringComparison.Ordinal);
        Assert.Contains("<title>2020-02-10 名单 ", WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task No_page_of_the_staff_is_kept_by_anybody(DatabaseKind engine)
    {
        await UseAsync(engine);
        using var nobody = Host.Anonymous();
        (HttpClient Who, string Path)[] pages =
        [
            (nobody, "/staff/login"), (await Host.ClerkAsync(), "/pharmacy"), (await Host.ClerkAsync(), "/pharmacy/scan"), (await Host.ClerkAsync(), "/pharmacy/proxy"),
            (await Host.ClerkAsync(), "/pharmacy/lists/2020-02-10"), (await Host.ClerkAsync(), $"/pharmacy/void/{Handout.Next().Number}"), (await Host.SupervisorAsync(), "/supervisor"),
        ];
        foreach (var (who, path) in pages)
        {
            var page = await PageReader.OpenAsync(who, path);
            Assert.True(page.Answer.Headers.CacheControl?.NoStore, path);
            Assert.DoesNotContain(" style=", page.Html, StringComparison.Ordinal);
        }
    }
}

public sealed class CounterDayTests(EachEngine<CounterHost> hosts) : IClassFixture<EachEngine<CounterHost>>
{
    [EngineTheory]
    public async Task A_day_without_anything_to_hand_out_says_when_the_next_is(DatabaseKind engine)
    {
        var host = await hosts.OnAsync(engine);
        var page = await PageReader.OpenAsync(await host.ClerkAsync(), "/pharmacy");
        Assert.Contains("今天没有安排发放", page.Text, StringComparison.Ordinal);
        Assert.Contains("下一次发放：2020年2月11日 星期二，09:00–18:00", page.Text, StringComparison.Ordinal);
        Assert.Contains("还没有公布的名单", page.Text, StringComparison.Ordinal);
    }
}
