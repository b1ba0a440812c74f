using System.Net;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

public sealed class VoidPageTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    private async Task<(HttpClient Clerk, Booked Booking, string Path)> HandedOverAsync()
    {
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var page = await CounterForm.OneAsync(clerk, "Redeem", booking.Number, booking.LastFour, booking.Number, ("Units", "2"));
        var path = $"/pharmacy/void/{booking.Number}";
        Assert.Contains($"href=\"{path}\"", page.Html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{path}\"", (await PageReader.OpenAsync(clerk, "/pharmacy")).Html, StringComparison.Ordinal);
        return (clerk, booking, path);
    }

    [EngineTheory]
    public async Task It_asks_back_with_what_is_concerned_and_then_takes_back(DatabaseKind engine)
    {
        await UseAsync(engine);
        var (clerk, booking, path) = await HandedOverAsync();
        var page = await PageReader.OpenAsync(clerk, path);
        Assert.Contains("确认撤销", page.Text, StringComparison.Ordinal);
        Assert.Contains("退还 3.20 元", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(booking.Person.Name.Value, page.Text, StringComparison.Ordinal);
        Assert.Equal(BookingStatus.Redeemed, await Host.StatusAsync(booking));

        var done = await page.PostAsync(clerk, ("Reason", "Units"), ("Words", "少了一只"));
        Assert.Equal("Voided", Assert.Single(done.Verdicts()));
        Assert.Contains("退还 3.20 元", done.Text, StringComparison.Ordinal);
        Assert.Equal(BookingStatus.Booked, await Host.StatusAsync(booking));
        Assert.Equal("数量不对：少了一只", Assert.Single(await Host.Get<Database>().QueryAsync<string>("SELECT void_reason FROM redemption WHERE booking_id = @Id", new { booking.Row.Id })));

        // Sent again, as after a lost answer, it says that it is done and changes nothing.
        var state = await Host.StateAsync();
        Assert.Contains("已经撤销过", (await page.PostAsync(clerk, ("Reason", "Units"))).Text, StringComparison.Ordinal);
        Assert.Contains("已经撤销过", (await PageReader.OpenAsync(clerk, path)).Text, StringComparison.Ordinal);
        Assert.Equal(state, await Host.StateAsync());
        Assert.DoesNotContain($"href=\"{path}\"", (await PageReader.OpenAsync(clerk, "/pharmacy")).Html, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task A_reason_is_wanted_and_another_one_in_words(DatabaseKind engine)
    {
        await UseAsync(engine);
        var (clerk, booking, path) = await HandedOverAsync();
        var page = await PageReader.OpenAsync(clerk, path);
        foreach (var (reason, words) in new[] { ("", ""), ("Nonsense", "x"), ("Other", " "), ("Other", new string('x', 201)) })
            Assert.Contains("请选一个原因", (await page.PostAsync(clerk, ("Reason", reason), ("Words", words))).Text, StringComparison.Ordinal);
        Assert.Equal(BookingStatus.Redeemed, await Host.StatusAsync(booking));
        Assert.Equal("Voided", Assert.Single((await page.PostAsync(clerk, ("Reason", "Other"), ("Words", "演示"))).Verdicts()));
    }

    [EngineTheory]
    public async Task After_ten_minutes_the_page_sends_to_the_supervisor(DatabaseKind engine)
    {
        await UseAsync(engine);
        var (clerk, booking, path) = await HandedOverAsync();
        var page = await PageReader.OpenAsync(clerk, path);
        Host.Now = Host.Now.AddMinutes(10).AddSeconds(1);
        Assert.Contains("请联系监管部门", (await page.PostAsync(clerk, ("Reason", "Mistake"))).Text, StringComparison.Ordinal);
        var late = await PageReader.OpenAsync(clerk, path);
        Assert.DoesNotContain("确认撤销", late.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"href=\"{path}\"", (await PageReader.OpenAsync(clerk, "/pharmacy")).Html, StringComparison.Ordinal);
        Assert.Equal(BookingStatus.Redeemed, await Host.StatusAsync(booking));
    }

    [EngineTheory]
    public async Task Nobody_elses_hand_over_is_shown_or_taken_back(DatabaseKind engine)
    {
        await UseAsync(engine);
        var (_, booking, path) = await HandedOverAsync();
        var other = await Host.ClerkAsync("LD02");
        foreach (var address in new[] { path, "/pharmacy/void/123", $"/pharmacy/void/{Handout.Next().Number}" })
            Assert.Equal(HttpStatusCode.NotFound, (await PageReader.OpenAsync(other, address)).Status);
        var form = await PageReader.OpenAsync(other, "/pharmacy/scan") with { Address = new Uri(other.BaseAddress!, path) };
        Assert.Equal(HttpStatusCode.NotFound, (await form.PostAsync(other, ("Reason", "Mistake"))).Status);
        Assert.Equal(BookingStatus.Redeemed, await Host.StatusAsync(booking));
    }
}
