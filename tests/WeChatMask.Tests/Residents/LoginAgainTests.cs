using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

/// <summary>A callback asked twice, late, or by another browser: who began it ends at the page they wanted, and nobody becomes somebody else.</summary>
public sealed class LoginAgainTests
{
    private const string Wanted = "/book?pharmacy=LD01";

    [EngineTheory]
    public async Task Asked_again_it_goes_on_as_who_it_has_logged_in(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        using var browser = host.Browser();
        var back = await WayBackAsync(browser, "oAnna");
        Assert.Equal(Wanted, await LocationAsync(browser, back));
        var account = await AccountAsync(browser);

        // The back button, and once more.
        Assert.Equal(Wanted, await LocationAsync(browser, back));
        Assert.Equal(Wanted, await LocationAsync(browser, back));

        Assert.Equal(account, await AccountAsync(browser));
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM session"));
    }

    [Fact]
    public async Task Asked_twice_at_once_both_end_at_the_page()
    {
        await using var host = await SandboxHost.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            var cookies = new CookieContainer();
            cookies.Add(host.Address, new Cookie("sandbox_openid", $"oTwice{i}", "/"));
            using var browser = Follower(host, cookies);
            using var start = await Still(host, cookies).GetAsync(new Uri($"/login?returnUrl={Uri.EscapeDataString(Wanted)}", UriKind.Relative));
            using var authorized = await Still(host, cookies).GetAsync(start.Headers.Location);
            var back = authorized.Headers.Location!;

            var ends = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => browser.GetAsync(back)));

            Assert.All(ends, e => Assert.Equal((HttpStatusCode.OK, Wanted), (e.StatusCode, e.RequestMessage!.RequestUri!.PathAndQuery)));
            Assert.All(ends, e => e.Dispose());
        }
    }

    [Fact]
    public async Task Two_log_ins_begun_at_once_both_come_back()
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser();
        var first = await WayBackAsync(browser, "oAnna");
        var second = await WayBackAsync(browser, "oAnna", "/residents");

        Assert.Equal(Wanted, await LocationAsync(browser, first));
        Assert.Equal("/residents", await LocationAsync(browser, second));
    }

    [Fact]
    public async Task Another_browsers_logs_nobody_in()
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser();
        var back = await WayBackAsync(browser, "oAnna");
        using var stranger = host.Browser();
        using var refused = await stranger.GetAsync(back);
        Assert.Equal(400, (int)refused.StatusCode);
        Assert.DoesNotContain(refused.Headers, h => h.Key == "Set-Cookie" && h.Value.Any(v => v.StartsWith("wm_resident", StringComparison.Ordinal)));
        using var me = await stranger.GetAsync(new Uri("/api/me", UriKind.Relative));
        Assert.Equal(401, (int)me.StatusCode);

        // Whoever is logged in stays who they are.
        using var bert = await host.PhoneAsync("oBert");
        var account = await AccountAsync(bert);
        using var home = await bert.GetAsync(back);
        Assert.Equal("/", home.RequestMessage!.RequestUri!.PathAndQuery);
        Assert.Equal(account, await AccountAsync(bert));
        // And it is still good for the one whose it is.
        Assert.Equal(Wanted, await LocationAsync(browser, back));
        Assert.NotEqual(account, await AccountAsync(browser));
    }

    [Fact]
    public async Task Another_persons_session_in_the_same_browser_does_not_pass_for_ones_own()
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser();
        var annas = await WayBackAsync(browser, "oAnna");
        await LocationAsync(browser, annas);
        var anna = await AccountAsync(browser);
        await LocationAsync(browser, await WayBackAsync(browser, "oBert"));
        Assert.NotEqual(anna, await AccountAsync(browser));

        // Back to Anna's: WeChat is asked who is there.
        var onward = await LocationAsync(browser, annas);

        Assert.Contains("/connect/oauth2/authorize", onward, StringComparison.Ordinal);
        Assert.Equal(Wanted, await LocationAsync(browser, await CallbackAsync(browser, onward, "oAnna")));
        Assert.Equal(anna, await AccountAsync(browser));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("used")]
    public async Task What_WeChat_refuses_is_begun_once_more_and_then_said(string code)
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser();
        var back = await WayBackAsync(browser, "oAnna");
        if (code == "used")
        {
            // By somebody else's hand, so that no session came of it.
            using var used = await host.Http.GetAsync(new Uri(
                $"/sandbox/wechat/sns/oauth2/access_token?appid=wx5a4d0b0c00000001&secret=5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c&grant_type=authorization_code&code={Regex.Match(back.Query, "code=([^&]+)").Groups[1].Value}",
                UriKind.Relative));
        }
        else
        {
            back = Wrong(back);
        }

        var onward = await LocationAsync(browser, back);
        Assert.Contains("/connect/oauth2/authorize", onward, StringComparison.Ordinal);
        var second = Wrong(await CallbackAsync(browser, onward, "oAnna"));
        var said = await PageReader.OpenAsync(browser, second.PathAndQuery);

        Assert.Equal(HttpStatusCode.BadRequest, said.Status);
        // The page's button leads to where the person wanted to go.
        Assert.Contains($"href=\"/login?returnUrl={Uri.EscapeDataString(Wanted)}\"", WebUtility.HtmlDecode(said.Html), StringComparison.Ordinal);
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM session"));
    }

    [Fact]
    public async Task A_clerks_asked_again_goes_on_too_and_a_binding_binds_once()
    {
        await using var host = await SandboxHost.StartAsync();
        using var clerk = await host.ClerkAsync("LD01");
        var me = await PageReader.OpenAsync(clerk, "/staff/me");
        var asked = await me.PostToAsync(clerk, "/staff/me?handler=bind");
        var binding = await CallbackAsync(clerk, asked.Answer.Headers.Location!.ToString(), "oClerk");
        Assert.StartsWith("/staff/me?bound=", await LocationAsync(clerk, binding), StringComparison.Ordinal);
        Assert.Equal("/staff/me", await LocationAsync(clerk, binding));

        using var browser = host.Browser();
        using var start = await browser.GetAsync(new Uri("/staff/wechat", UriKind.Relative));
        var back = await CallbackAsync(browser, start.Headers.Location!.ToString(), "oClerk");
        Assert.Equal("/pharmacy", await LocationAsync(browser, back));
        Assert.Equal("/pharmacy", await LocationAsync(browser, back));

        // A binding that another one has begun ends there.
        using var other = await host.ClerkAsync("LD02");
        using var stolen = await other.GetAsync(binding);
        Assert.Equal(400, (int)stolen.StatusCode);
    }

    [Fact]
    public async Task Ever_new_log_ins_leave_no_more_than_a_few_cookies_behind()
    {
        await using var host = await SandboxHost.StartAsync();
        var cookies = new CookieContainer();
        using var browser = Still(host, cookies);
        var long1000 = "/book?pharmacy=" + new string('a', 1000);
        for (var i = 0; i < 12; i++)
        {
            using var start = await browser.GetAsync(new Uri($"/login?returnUrl={Uri.EscapeDataString(long1000)}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.Found, start.StatusCode);
        }

        var kept = cookies.GetCookies(new Uri(host.Address, "/login"));
        Assert.InRange(kept.Count, 1, 3);
        Assert.All(kept, c => Assert.InRange(c.Value.Length, 1, 3500));
    }

    private static HttpClient Follower(SandboxHost host, CookieContainer cookies) => new(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = host.Address };

    private static HttpClient Still(SandboxHost host, CookieContainer cookies) => new(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = host.Address };

    private static async Task<Uri> WayBackAsync(HttpClient browser, string openId, string wanted = Wanted)
    {
        using var start = await browser.GetAsync(new Uri($"/login?returnUrl={Uri.EscapeDataString(wanted)}", UriKind.Relative));
        return await CallbackAsync(browser, start.Headers.Location!.ToString(), openId);
    }

    private static async Task<Uri> CallbackAsync(HttpClient browser, string authorize, string openId)
    {
        using var answer = await browser.GetAsync(new Uri(authorize.Replace("#wechat_redirect", $"&openid={openId}", StringComparison.Ordinal)));
        return answer.Headers.Location!;
    }

    private static Uri Wrong(Uri callback) => new(Regex.Replace(callback.ToString(), "code=[^&]+", "code=nonsense"));

    private static async Task<string> LocationAsync(HttpClient browser, Uri address)
    {
        using var answer = await browser.GetAsync(address);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }

    private static async Task<string> AccountAsync(HttpClient browser) => (await browser.GetJsonAsync("/api/me")).GetProperty("account").ToString();
}
