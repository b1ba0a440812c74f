using System.Text.Json;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.OfficialAccount;
using WeChatMask.Residents;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Residents;

/// <summary>Log-in by WeChat and by a code to one's phone.</summary>
public sealed class LoginTests
{
    private const string Mobile = "13800001234";

    [EngineTheory]
    public async Task A_state_is_good_once_whichever_node_it_comes_to(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        var store = host.Get<LoginStore>();
        var until = TimeProvider.System.GetUtcNow().AddMinutes(10);

        var accounts = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.FinishAsync("state", until, $"oRace{i}", null, CancellationToken.None)));

        Assert.Single(accounts, a => a is not null);
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM account WHERE open_id LIKE 'oRace%'"));
    }

    [Fact]
    public async Task A_preview_user_is_bound_to_nothing()
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser();

        using var answer = await browser.GetAsync(await WayBackAsync(browser, "oSnapshot1"));

        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM account WHERE open_id LIKE 'oSnapshot%'"));
    }

    [Fact]
    public async Task A_browser_outside_WeChat_is_shown_the_ways_and_WeChats_own_goes_on()
    {
        await using var host = await StartAsync();
        await host.Get<SceneStore>().MakeAsync(SceneStore.Site, CancellationToken.None);
        using var browser = host.Browser();

        using var outside = await browser.GetAsync(new Uri("/login?returnUrl=%2Fbook", UriKind.Relative));
        Assert.Equal("/login/ways?returnUrl=%2Fbook", outside.Headers.Location!.ToString());
        var ways = await PageReader.OpenAsync(browser, "/login/ways?returnUrl=%2Fbook");
        Assert.Contains("href=\"/login/phone?returnUrl=%2Fbook\"", ways.Html, StringComparison.Ordinal);
        Assert.Contains("<svg", await browser.GetStringAsync("/login/account.svg"), StringComparison.Ordinal);

        browser.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 (Linux; Android 9) MicroMessenger/7.0.10.1580");
        using var inside = await browser.GetAsync(new Uri("/login?returnUrl=%2Fbook", UriKind.Relative));
        Assert.Contains("/connect/oauth2/authorize", inside.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_by_SMS_opens_an_account_of_its_own_that_can_book()
    {
        await using var host = await StartAsync("2020-02-10T19:00:00+08:00");
        using var browser = host.Browser();
        var ask = await PageReader.OpenAsync(browser, "/login/phone?returnUrl=%2Fresidents");

        var typed = await ask.PostAsync(browser, ("mobile", "138 0000 1234"), ("returnUrl", "/residents"));
        Assert.Contains("138****1234", typed.Text, StringComparison.Ordinal);
        var code = await CodeAsync(host);
        var stored = await host.Get<Database>().QueryOneAsync<string>("SELECT code_hash FROM login_browser_code");
        Assert.DoesNotContain(code, stored!, StringComparison.Ordinal);
        var entered = await typed.PostAsync(browser, ("mobile", Mobile), ("code", code), ("step", "code"), ("returnUrl", "/residents"));

        Assert.Equal((302, "/residents"), ((int)entered.Status, entered.Answer.Headers.Location!.ToString()));
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM account WHERE kind = 1 AND open_id LIKE 'phone:%'"));
        var (status, person) = await browser.PostAsync("/api/residents", People.Registration(1));
        Assert.Equal(201, status);
        var (booked, _) = await browser.PostAsync("/api/bookings", new { residentId = person.GetProperty("id").GetString(), pharmacyCode = "LD01", requestId = "a" });
        Assert.Equal(201, booked);

        // The code is spent: another browser cannot use it.
        using var other = host.Browser();
        var form = await PageReader.OpenAsync(other, "/login/phone");
        var late = await form.PostAsync(other, ("mobile", Mobile), ("code", code), ("step", "code"));
        Assert.Equal(422, (int)late.Status);
        Assert.Contains("验证码已经失效", late.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_logs_in_by_a_number_reads_in_plain_words_what_is_kept_of_it()
    {
        await using var host = await StartAsync("2020-02-10T19:00:00+08:00");
        using var browser = host.Browser();
        var typed = await (await PageReader.OpenAsync(browser, "/login/phone")).PostAsync(browser, ("mobile", Mobile));
        await typed.PostAsync(browser, ("mobile", Mobile), ("code", await CodeAsync(host)), ("step", "code"));

        var unknown = await PageReader.OpenAsync(browser, "/my-data");
        Assert.Contains("手机号登录", unknown.Text, StringComparison.Ordinal);
        Assert.Contains("号码没有保存", unknown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("phone:", unknown.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("微信标识", unknown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("这个微信号", unknown.Text, StringComparison.Ordinal);

        // A person with that number is registered, and so it can be told.
        Assert.Equal(201, (await browser.PostAsync("/api/residents", People.Registration(1, Mobile))).Status);
        Assert.Equal(201, (await browser.PostAsync("/api/residents", People.Registration(2))).Status);
        var known = await PageReader.OpenAsync(browser, "/my-data");
        Assert.Contains("登录手机号 138****1234", Regex.Replace(known.Text, @"\s+", " "), StringComparison.Ordinal);
        var copy = await (known with { Address = new Uri(known.Address, "/my-data?handler=export") }).PostAsync(browser);
        var account = JsonDocument.Parse(copy.Html).RootElement.GetProperty("account");
        Assert.Equal(("mobile", Mobile), (account.GetProperty("loginBy").GetString(), account.GetProperty("loginMobile").GetString()));
        Assert.False(account.TryGetProperty("openId", out _));
    }

    [Theory]
    [InlineData("12345", "手机号是 11 位，您填了 5 位")]
    [InlineData("", "请填写手机号")]
    public async Task What_is_no_mobile_number_is_said(string mobile, string words)
    {
        await using var host = await StartAsync();
        using var browser = host.Browser();

        var answer = await (await PageReader.OpenAsync(browser, "/login/phone")).PostAsync(browser, ("mobile", mobile));

        Assert.Equal(422, (int)answer.Status);
        Assert.Contains(words, answer.Text, StringComparison.Ordinal);
        Assert.Empty(await host.SmsAsync());
    }

    [Fact]
    public async Task A_scanned_pharmacy_comes_first_on_the_booking_page()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var one = await host.NewResidentAsync(1);

        var page = await PageReader.OpenAsync(one.Http, "/book?pharmacy=LD04");
        Assert.Contains("您扫码的药店", page.Text, StringComparison.Ordinal);
        Assert.Matches("data-code=\"LD04\"", page.Html);
        var unknown = await PageReader.OpenAsync(one.Http, "/book?pharmacy=XX99");
        Assert.Equal(200, (int)unknown.Status);
        Assert.DoesNotContain("您扫码的药店", unknown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_ours_is_signed_and_no_other()
    {
        await using var host = await SandboxHost.StartAsync();
        var page = new Uri(host.Address, "/pharmacy/scan?a=b").AbsoluteUri;

        var signed = await host.Http.GetJsonAsync($"/api/wechat/signature?url={Uri.EscapeDataString(page + "#top")}");

        var ticket = await host.Get<Credentials>().Ticket.GetAsync(CancellationToken.None);
        Assert.Equal("wx5a4d0b0c00000001", signed.GetProperty("appId").GetString());
        Assert.Equal(
            JsSdkSignature.Of(ticket, signed.GetProperty("nonceStr").GetString()!, signed.GetProperty("timestamp").GetInt64(), page),
            signed.GetProperty("signature").GetString());
        foreach (var foreign in new[] { "", "https://evil.example/", "/pharmacy/scan", $"http://x@{host.Address.Authority}/", "javascript:1" })
        {
            using var refused = await host.Http.GetAsync(new Uri($"/api/wechat/signature?url={Uri.EscapeDataString(foreign)}", UriKind.Relative));
            Assert.Equal((422, "invalid_url"), ((int)refused.StatusCode, (await refused.JsonAsync()).Code()));
        }
    }

    private static Task<SandboxHost> StartAsync(string? clock = null, bool limits = false) => SandboxHost.StartAsync(clock: clock, configure: builder =>
    {
        builder.Configuration["Site:LoginChoice"] = "true";
        builder.Configuration["Site:RateLimits"] = limits ? "true" : "false";
    });

    private static async Task<string> CodeAsync(SandboxHost host) =>
        Regex.Match((await host.SmsAsync(Mobile))[^1].GetProperty("text").GetString()!, "验证码([0-9]{6})").Groups[1].Value;

    private static async Task<Uri> WayBackAsync(HttpClient browser, string openId)
    {
        using var start = await browser.GetAsync(new Uri("/login?returnUrl=%2Fbook", UriKind.Relative));
        var authorize = start.Headers.Location!.ToString().Replace("#wechat_redirect", $"&openid={openId}", StringComparison.Ordinal);
        using var answer = await browser.GetAsync(new Uri(authorize));
        return answer.Headers.Location!;
    }
}
