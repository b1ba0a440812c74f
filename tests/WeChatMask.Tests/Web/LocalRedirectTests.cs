using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Web;

/// <summary>Wherever a path from outside becomes a redirect, the redirect is a header that can be sent, and leads nowhere else.</summary>
public sealed partial class LocalRedirectTests
{
    /// <summary>What is asked for, and where it leads.</summary>
    public static TheoryData<string, string> Paths() => new()
    {
        { "/book", "/book" },
        { "/book?from=公众号菜单", "/book?from=%E5%85%AC%E4%BC%97%E5%8F%B7%E8%8F%9C%E5%8D%95" },
        { "/公示/二月", "/%E5%85%AC%E7%A4%BA/%E4%BA%8C%E6%9C%88" },
        { "/book?a=b c", "/book?a=b%20c" },
        { "/book?a=%E5%85%AC&b=%2F%2Fx", "/book?a=%E5%85%AC&b=%2F%2Fx" },
        { "/book?a=100%&b=%zz%1", "/book?a=100%25&b=%25zz%251" },
        { "/book?a=%", "/book?a=%25" },
        { "/book?a=\"'<>`{}|^", "/book?a=%22'%3C%3E%60%7B%7D%7C%5E" },
        { "/book?a=\U0001F637#末尾", "/book?a=%F0%9F%98%B7#%E6%9C%AB%E5%B0%BE" },
        { "/book?a=\ud83dx", "/book?a=%EF%BF%BDx" },
        { "/book?a=x\ude37", "/book?a=x%EF%BF%BD" },
        { "/book?a=\u00e9\u200b\u3000", "/book?a=%C3%A9%E2%80%8B%E3%80%80" },
        { "/%0d%0aSet-Cookie:x=1", "/%0d%0aSet-Cookie:x=1" },
        { "/book?" + new string('a', 900), "/book?" + new string('a', 900) },
        { "/book?" + new string('a', 5000), "/" },
        { "/book?" + new string('口', 300), "/" },
        { "//evil.example", "/" },
        { "/\\evil.example", "/" },
        { "/a\\b", "/" },
        { "\\\\evil.example", "/" },
        { "/\t/evil.example", "/" },
        { "/book\r\nLocation: http://evil.example", "/" },
        { "/book\u0085x", "/" },
        { "/a\0b", "/" },
        { "http://evil.example", "/" },
        { "javascript:alert(1)", "/" },
        { "book", "/" },
        { "~/book", "/" },
        { "", "/" },
        { "公示", "/" },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_path_from_outside_is_one_of_ours_as_a_header_carries_it(string asked, string expected)
    {
        Assert.Equal(expected, SiteLinks.LocalPath(asked));
        // Once more it is the same: nothing is encoded twice.
        Assert.Equal(expected, SiteLinks.LocalPath(expected));
    }

    [Fact]
    public async Task Every_way_that_goes_on_to_an_asked_path_sends_it()
    {
        await using var host = await SandboxHost.StartAsync(settings: new Dictionary<string, string?> { ["Site:RateLimits"] = "false" });
        var wrong = new List<string>();
        foreach (var row in Paths())
        {
            var (asked, expected) = ((string)row[0], (string)row[1]);
            // What no address carries comes to a server as the sign for it.
            if (asked.Any(char.IsSurrogate) && !asked.Contains("\U0001F637", StringComparison.Ordinal)) continue;
            foreach (var (name, way) in Ways)
            {
                var (status, location) = await way(host, asked);
                if (status != 302 || location != expected) wrong.Add($"{name} {asked[..Math.Min(asked.Length, 60)]}: {status} {location}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("/pharmacy/lists/2020-02-10?q=张三", "/pharmacy/lists/2020-02-10?q=%E5%BC%A0%E4%B8%89")]
    [InlineData("/pharmacy/\u0007x", "/pharmacy")]
    [InlineData("/pharmacy\\evil.example", "/pharmacy")]
    [InlineData("/pharmacy//evil.example", "/pharmacy//evil.example")]
    [InlineData("//evil.example/pharmacy", "/pharmacy")]
    [InlineData("/supervisor", "/pharmacy")]
    [InlineData("/pharmacy?\U0001F637", "/pharmacy?%F0%9F%98%B7")]
    public async Task The_staffs_log_in_goes_on_only_inside_their_own_pages(string asked, string expected)
    {
        await using var host = await SandboxHost.StartAsync();
        using var browser = host.Browser();

        using var entered = await StaffLogins.LogInAsync(browser, "clerk-ld01", "clerk-demo", asked);

        Assert.Equal((HttpStatusCode.Found, expected), (entered.StatusCode, entered.Headers.Location?.OriginalString));
    }

    [Theory]
    [InlineData("/bookings?来自=菜单")]
    [InlineData("/pharmacy?来自=菜单")]
    [InlineData("/supervisor/audit?who=张三&x=%zz")]
    public async Task Whoever_must_log_in_first_comes_back_to_what_was_asked(string asked)
    {
        await using var host = await SandboxHost.StartAsync();

        using var answer = await host.Http.GetAsync(new Uri(asked, UriKind.Relative));

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.All(answer.Headers.Location!.OriginalString, c => Assert.True(c is > ' ' and < '\x7f'));
        Assert.Contains("returnUrl=%2F", answer.Headers.Location.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/回?a=公 b")]
    [InlineData("http://127.0.0.1:1/back?a=\"<>\U0001F637")]
    [InlineData("http://127.0.0.1:1/back\r\nX: 1")]
    public async Task The_stand_in_of_WeChats_page_sends_back_to_any_address_of_this_machine(string address)
    {
        await using var host = await SandboxHost.StartAsync();

        using var answer = await host.Http.GetAsync(new Uri(
            $"/sandbox/connect/oauth2/authorize?appid=wx5a4d0b0c00000001&response_type=code&scope=snsapi_base&state=abc&openid=oAnna&redirect_uri={Uri.EscapeDataString(address)}",
            UriKind.Relative));

        Assert.True((int)answer.StatusCode is 302 or 400, $"{answer.StatusCode}");
    }

    // Whatever is no constant goes through the one place that encodes.
    [Fact]
    public void No_other_place_makes_a_redirect_of_what_is_not_written_there()
    {
        var found = new List<string>();
        foreach (var file in Repository.Files("src/WeChatMask", ".cs").Where(f => Path.GetFileName(f) != "LocalRedirects.cs"))
        {
            foreach (Match call in Redirects().Matches(Repository.Read(file)))
            {
                var target = call.Groups["target"].Value;
                var isWritten = target is "Login" or "Address" or "HalfWay.Address" or "SecondFactorPage" || target.StartsWith('"') || target.StartsWith("next == Booking ? \"", StringComparison.Ordinal);
                // Whole addresses that are put together of encoded parts.
                var isWhole = target.StartsWith("Begin(", StringComparison.Ordinal) || target.StartsWith("LoginEndpoints.Begin(", StringComparison.Ordinal) || target.StartsWith("SiteLinks.Home(", StringComparison.Ordinal);
                if (!isWritten && !isWhole) found.Add($"{Path.GetFileName(file)}: {call.Value}");
            }
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static readonly (string Name, Func<SandboxHost, string, Task<(int Status, string? Location)>> Way)[] Ways =
    [
        ("log-in by WeChat", async (host, asked) =>
        {
            using var browser = host.Browser();
            using var start = await browser.GetAsync(new Uri($"/login?returnUrl={Escaped(asked)}", UriKind.Relative));
            using var authorized = await browser.GetAsync(new Uri(start.Headers.Location!.ToString().Replace("#wechat_redirect", "&openid=oAnna", StringComparison.Ordinal)));
            return await GoAsync(browser, authorized.Headers.Location!);
        }),
        ("large type", async (host, asked) =>
        {
            using var browser = host.Browser();
            return await GoAsync(browser, new Uri($"/large-type?on=1&returnUrl={Escaped(asked)}", UriKind.Relative));
        }),
        ("log-in by a code", async (host, asked) =>
        {
            using var browser = host.Browser();
            var page = await PageReader.OpenAsync(browser, $"/login/phone?returnUrl={Escaped(asked)}");
            var mobile = "138" + Random.Shared.Next(10_000_000, 99_999_999);
            var typed = await page.PostAsync(browser, ("mobile", mobile), ("returnUrl", asked));
            // A form with what nobody types may be refused before anything is sent.
            if (await host.SmsAsync(mobile) is not [.., var sms]) return typed.Status == HttpStatusCode.BadRequest && asked.Contains('\0', StringComparison.Ordinal) ? (302, "/") : ((int)typed.Status, typed.Text);
            var code = Regex.Match(sms.GetProperty("text").GetString()!, "验证码([0-9]{6})").Groups[1].Value;
            var entered = await typed.PostAsync(browser, ("mobile", mobile), ("code", code), ("step", "code"), ("returnUrl", asked));
            return ((int)entered.Status, entered.Answer.Headers.Location?.OriginalString);
        }),
    ];

    private static async Task<(int, string?)> GoAsync(HttpClient browser, Uri address)
    {
        using var answer = await browser.GetAsync(address);
        return ((int)answer.StatusCode, answer.Headers.Location?.OriginalString);
    }

    private static string Escaped(string text) =>
        string.Concat(Encoding.UTF8.GetBytes(text).Select(b => $"%{b:X2}"));

    [GeneratedRegex(@"\b(?<!\.)(?:Local)?Redirect\((?<target>[^;]*?)\)|TypedResults\.(?:Local)?Redirect\((?<target>[^;]*?)\)|Response\.Redirect\((?<target>[^;]*?)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Redirects();
}
