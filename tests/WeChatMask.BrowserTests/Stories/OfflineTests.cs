using Microsoft.Playwright;
using WeChatMask.BrowserTests.PageObjects;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Supervision;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A counter whose network goes and comes back.</summary>
public sealed class OfflineTests : IAsyncLifetime
{
    private const string Kept = """
        async () => (await caches.match('/pharmacy/offline')) !== undefined && navigator.serviceWorker.controller !== null
        """;

    private const string Vault = """
        () => new Promise((done) => {
          const open = indexedDB.open('wechatmask-counter');
          open.onsuccess = () => {
            const all = open.result.transaction('vault').objectStore('vault').getAll();
            all.onsuccess = () => done(JSON.stringify(all.result, (name, value) => value instanceof CryptoKey ? `key:${value.extractable}` : value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value));
          };
        })
        """;

    private CounterCity city = null!;

    /// <inheritdoc />
    public async Task InitializeAsync() => city = await CounterCity.StartAsync(11);

    /// <inheritdoc />
    public async Task DisposeAsync() => await city.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ten_hand_overs_without_a_network_survive_reloads_and_nine_settle_and_the_double_is_flagged(bool isOld)
    {
        await using var phone = await city.ClerkAsync(new PhoneOptions(IsOld: isOld));
        var counter = new CounterPage(phone.Page);
        await TakeAlongAsync(phone);

        await phone.CutAsync(true);
        await Assertions.Expect(Line(phone)).ToContainTextAsync("没有网络");
        foreach (var ticket in city.Today.Take(5)) await HandOverAsync(phone, ticket.Voucher, "");
        await phone.Page.ReloadAsync();
        await Assertions.Expect(Line(phone)).ToHaveAttributeAsync("data-waiting", "5");
        // The same one again is seen here; what another phone of the pharmacy did cannot be.
        await CheckAsync(phone, city.Today[0].Voucher, "");
        await Assertions.Expect(counter.Verdict("AlreadyRedeemed")).ToBeVisibleAsync();
        await phone.Page.Locator("[data-next]").ClickAsync();
        await city.HandOverElsewhereAsync(city.Today[9]);
        foreach (var ticket in city.Today.Skip(5).Take(5)) await HandOverAsync(phone, ticket.Number, People.IdNumber(ticket.Person)[^4..]);
        await phone.Page.ReloadAsync();
        await Assertions.Expect(Line(phone)).ToHaveAttributeAsync("data-waiting", "10");
        await Assertions.Expect(Line(phone)).ToContainTextAsync("已记下 10 份");

        await phone.CutAsync(false);
        await phone.Page.WaitForFunctionAsync("() => !document.documentElement.hasAttribute('data-kept')");
        await Assertions.Expect(Line(phone)).ToHaveAttributeAsync("data-settled", "9");
        await Assertions.Expect(Line(phone)).ToHaveAttributeAsync("data-flagged", "1");

        foreach (var ticket in city.Today.Take(10)) Assert.Equal("redeemed", await city.StatusAsync(ticket));
        Assert.Equal("booked", await city.StatusAsync(city.Today[10]));
        var flagged = Assert.Single(await city.Host.Get<OfflineHandOverQueries>().OpenAsync(10, default));
        Assert.Equal((Domain.OfflineConflict.AlreadyRedeemed, city.Today[9].Number), (flagged.Conflict, flagged.Number));
        Assert.All(await city.Host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Opened_by_its_own_address_the_kept_page_says_whether_there_is_a_network_and_shows_the_way_back()
    {
        await using var phone = await city.ClerkAsync();
        await TakeAlongAsync(phone);
        var face = phone.Page.Locator("[data-face]");
        var work = phone.Page.Locator("[data-work]");

        await phone.GoAsync("/pharmacy/offline");
        await Assertions.Expect(face).ToHaveAttributeAsync("data-state", "up");
        await Assertions.Expect(face).ToContainTextAsync("现在有网络");
        await Assertions.Expect(work).ToBeHiddenAsync();
        Assert.DoesNotContain("没有网络", await phone.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        await phone.Page.Locator("[data-way] a").ClickAsync();
        await Assertions.Expect(phone.Page).ToHaveURLAsync(new Uri(city.Host.Address, "/pharmacy/scan").ToString());
        await Assertions.Expect(phone.Page.Locator("#code")).ToBeVisibleAsync();

        // The line goes while it is open, and without a line it is opened from the shelf: both times it serves.
        await phone.GoAsync("/pharmacy/offline");
        await Assertions.Expect(face).ToHaveAttributeAsync("data-state", "up");
        await phone.CutAsync(true);
        await Assertions.Expect(face).ToContainTextAsync("现在没有网络");
        await phone.Page.ReloadAsync();
        await Assertions.Expect(face).ToHaveAttributeAsync("data-state", "down");
        await Assertions.Expect(phone.Page.Locator("[data-way]")).ToBeHiddenAsync();
        await HandOverAsync(phone, city.Today[0].Voucher, "");
        await phone.GoAsync("/pharmacy/offline");
        await Assertions.Expect(Line(phone)).ToHaveAttributeAsync("data-waiting", "1");

        await phone.CutAsync(false);
        await Assertions.Expect(face).ToHaveAttributeAsync("data-state", "up");
        await Assertions.Expect(Line(phone)).ToHaveAttributeAsync("data-settled", "1");
        Assert.Equal("redeemed", await city.StatusAsync(city.Today[0]));
        phone.AssertQuiet();
    }

    [Fact]
    public async Task Without_a_network_every_code_gets_the_verdict_that_the_server_would_give()
    {
        await using var phone = await city.ClerkAsync();
        var counter = new CounterPage(phone.Page);
        await city.HandOverElsewhereAsync(city.Today[1]);
        await TakeAlongAsync(phone);
        await phone.CutAsync(true);
        (string Code, string LastFour, string Verdict)[] cases =
        [
            (city.Today[0].Voucher, "", "Valid"),
            (city.Today[0].Voucher.ToLowerInvariant(), "", "Valid"),
            (city.Today[1].Voucher, "", "AlreadyRedeemed"),
            (city.Elsewhere.Voucher, "", "OtherPharmacy"),
            (city.Yesterday.Voucher, "", "Lapsed"),
            (city.Today[0].Voucher[..^4] + "2222", "", "Forged"),
            ("https://example.com/", "", "Unknown"),
            (city.Today[0].Number, "0000", "IdentityMismatch"),
            ("10000000009", "1234", "Unknown"),
        ];
        foreach (var (code, lastFour, verdict) in cases)
        {
            await CheckAsync(phone, code, lastFour);
            await Assertions.Expect(counter.Verdict(verdict)).ToBeVisibleAsync();
            await phone.Page.Locator("[data-next]").ClickAsync();
        }

        phone.AssertQuiet();
    }

    [Fact]
    public async Task What_is_kept_cannot_be_read_and_goes_with_the_log_in_but_hand_overs_stay_until_they_are_told()
    {
        await using var phone = await city.ClerkAsync();
        await TakeAlongAsync(phone);
        var vault = await phone.Page.EvaluateAsync<string>(Vault);
        Assert.Contains("key:false", vault, StringComparison.Ordinal);
        Assert.DoesNotContain(city.Today[0].Number, vault, StringComparison.Ordinal);
        await phone.CutAsync(true);
        await HandOverAsync(phone, city.Today[0].Voucher, "");
        // The line is still down while the clerk leaves: what was handed over is not told yet.
        await phone.Page.EvaluateAsync("() => import('/js/offline-store.js').then((s) => s.wipe())");
        Assert.Equal("[]", await phone.Page.EvaluateAsync<string>(Vault));

        await phone.CutAsync(false);
        await Assertions.Expect(Line(phone)).ToHaveAttributeAsync("data-settled", "1");
        Assert.Equal("redeemed", await city.StatusAsync(city.Today[0]));

        await phone.Page.Locator("form[action='/staff/logout'] button").ClickAsync();
        await phone.Page.ArriveAsync("/staff/login$");
        Assert.Equal("[]", await phone.Page.EvaluateAsync<string>(Vault));
        phone.AssertQuiet();
    }

    [Fact]
    public async Task A_log_in_that_was_ended_elsewhere_takes_key_and_list_from_the_phone_at_its_next_contact()
    {
        await using var phone = await city.ClerkAsync();
        await TakeAlongAsync(phone);
        await phone.CutAsync(true);
        await HandOverAsync(phone, city.Today[0].Voucher, "");
        await city.Host.Get<Database>().WriteAsync(t => t.ExecuteAsync("DELETE FROM session; UPDATE session_change SET version = version + 1"), CancellationToken.None);
        Assert.NotEqual("[]", await phone.Page.EvaluateAsync<string>(Vault));

        await phone.CutAsync(false);

        await phone.Page.WaitForFunctionAsync($"async () => await ({Vault})() === '[]'");
        // What was handed over is still to be told, after the next log-in.
        Assert.Equal(1, await phone.Page.EvaluateAsync<int>("() => import('/js/offline-store.js').then(async (s) => (await s.waiting()).length)"));
    }

    private static ILocator Line(BrowserPhone phone) => phone.Page.Locator(".line-down");

    // As soon as the page is idle it takes the day along and keeps itself; the worker minds the page from then on.
    private static async Task TakeAlongAsync(BrowserPhone phone)
    {
        await phone.GoAsync("/pharmacy/scan");
        await phone.Page.WaitForFunctionAsync(Kept);
        await Assertions.Expect(phone.Page.Locator("html")).ToHaveAttributeAsync("data-offline", "ready");
    }

    private static async Task CheckAsync(BrowserPhone phone, string code, string lastFour) =>
        await new CounterPage(phone.Page).CheckAsync(code, lastFour);

    private static async Task HandOverAsync(BrowserPhone phone, string code, string lastFour)
    {
        var counter = new CounterPage(phone.Page);
        await CheckAsync(phone, code, lastFour);
        await Assertions.Expect(counter.Verdict("Valid").Locator("[data-amount]")).ToHaveTextAsync("8.00");
        await counter.HandOver.ClickAsync();
        await Assertions.Expect(counter.Verdict("Redeemed")).ToBeVisibleAsync();
        await phone.Page.Locator("[data-next]").ClickAsync();
    }
}
