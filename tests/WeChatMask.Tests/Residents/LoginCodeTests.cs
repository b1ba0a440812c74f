using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Residents;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Sms;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Residents;

/// <summary>Codes by SMS: whose they are, how many there are, and what a stranger can do to a number.</summary>
public sealed class LoginCodeTests
{
    private const string Mobile = "13800001234";
    private static NewSession Begun() => new(SessionKind.Resident, Guid.NewGuid().ToString("N"), "", TimeProvider.System.GetUtcNow());

    private static readonly LoginBrowser Mine = new("mine", []);
    private static readonly LoginBrowser Other = new("other", []);

    [EngineTheory]
    public async Task Five_wrong_codes_spend_the_code_also_when_they_come_at_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        var codes = host.Get<LoginCodes>();
        await SendAsync(host, Mine);
        var code = await CodeAsync(host);
        var wrong = code == "000000" ? "000001" : "000000";

        var tries = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => codes.VerifyAsync(Mobile, wrong, Mine, Begun(), CancellationToken.None)));

        Assert.Equal(LoginCodeStore.MostTries - 1, tries.Count(t => t.Fault == LoginCodeFault.Wrong));
        Assert.Equal(LoginCodeFault.Gone, await EnterAsync(host, code, Mine));
        await SendAsync(host, Mine);
        Assert.Equal(LoginCodeFault.None, await EnterAsync(host, await CodeAsync(host), Mine));
    }

    [EngineTheory]
    public async Task A_stranger_can_neither_spend_a_code_nor_take_its_place(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        await SendAsync(host, Mine);
        var code = await CodeAsync(host);
        var wrong = code == "000000" ? "000001" : "000000";

        // Without having asked, and having asked: guesses, the right code, and a newer code all leave the owner's as it is.
        for (var i = 0; i < 6; i++) Assert.Equal(LoginCodeFault.Gone, await EnterAsync(host, wrong, Other));
        Assert.Equal(LoginCodeFault.Gone, await EnterAsync(host, code, Other));
        await SendAsync(host, Other);
        var theirs = await CodeAsync(host);
        for (var i = 0; i < 6; i++) await EnterAsync(host, wrong, Other);
        if (theirs != code) Assert.Equal(LoginCodeFault.Wrong, await EnterAsync(host, theirs, Mine));

        Assert.Equal(LoginCodeFault.None, await EnterAsync(host, code, Mine));
        Assert.Equal(LoginCodeFault.Gone, await EnterAsync(host, code, Mine));
    }

    [EngineTheory]
    public async Task A_stranger_who_asks_all_day_leaves_the_owner_a_code_and_the_phone_in_peace(DatabaseKind engine)
    {
        await using var host = await StartAsync(engine: engine);
        Assert.Equal(LoginCodeFault.None, await SendAsync(host, Mine, "203.0.113.7"));
        var (_, _, known) = await host.Get<LoginCodes>().VerifyAsync(Mobile, await CodeAsync(host), Mine, Begun(), CancellationToken.None);
        Assert.Equal(LoginCodeFault.TooSoon, await SendAsync(host, known, "203.0.113.7"));
        var got = new List<LoginCodeFault>();
        for (var i = 0; i < 8; i++)
        {
            await host.AdvanceAsync("PT61S");
            got.Add(await SendAsync(host, Other, "198.51.100.1"));
        }

        Assert.Equal(4, got.Count(f => f == LoginCodeFault.None));
        Assert.Equal(LoginCodeFault.None, await SendAsync(host, new LoginBrowser("new", []), "203.0.113.7"));

        // With a new browser each time, from one network: the number has still a code for its owner, on a new phone too.
        for (var i = 0; i < 12; i++) await SendAsync(host, new LoginBrowser($"s{i}", []), $"2001:db8:1:1::{i + 1:x}");
        var flood = (await host.SmsAsync(Mobile)).Count;
        Assert.InRange(flood, 6, LoginCodeStore.MostForNumber);
        for (var i = 0; i < 12; i++) await SendAsync(host, new LoginBrowser($"t{i}", []), $"2001:db8:{i + 2:x}:1::1");
        Assert.Equal(LoginCodeStore.MostForNumber, (await host.SmsAsync(Mobile)).Count);
        Assert.Equal(LoginCodeFault.None, await SendAsync(host, known, "203.0.113.7"));
        await host.AdvanceAsync("PT24H");
        Assert.Equal(LoginCodeFault.None, await SendAsync(host, Other, "198.51.100.1"));
    }

    [Fact]
    public async Task A_code_is_good_for_five_minutes()
    {
        await using var host = await SandboxHost.StartAsync();
        await SendAsync(host, Mine);
        var code = await CodeAsync(host);
        await host.AdvanceAsync("PT5M");

        Assert.Equal(LoginCodeFault.Gone, await EnterAsync(host, code, Mine));
    }

    [Fact]
    public async Task A_spent_code_is_remembered_for_its_minute_also_when_old_ones_are_removed()
    {
        await using var host = await StartAsync();
        await SendAsync(host, Mine);
        Assert.Equal(LoginCodeFault.None, await EnterAsync(host, await CodeAsync(host), Mine));
        await host.Get<LoginCodeStore>().PurgeAsync(host.Get<TimeProvider>().GetUtcNow(), CancellationToken.None);

        Assert.Equal(LoginCodeFault.TooSoon, await SendAsync(host, Mine));
    }

    [Fact]
    public async Task One_address_cannot_send_at_all_numbers_of_a_city()
    {
        await using var host = await StartAsync();
        var store = host.Get<LoginCodeStore>();
        var faults = new List<LoginCodeFault>();
        for (var i = 0; i < 201; i++) faults.Add((await store.TakeAsync(Request($"m{i}", "one-address"), 3000, CancellationToken.None)).Fault);

        Assert.Equal(LoginCodeFault.TooMany, faults[^1]);
        Assert.Equal(200, faults.Count(f => f == LoginCodeFault.None));
        Assert.Equal(LoginCodeFault.None, (await store.TakeAsync(Request("m-other", "another-address"), 3000, CancellationToken.None)).Fault);
    }

    [Theory]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::1", true)]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("fe80::1%3", "fe80::2%4", true)]
    public void An_IPv6_network_is_one_caller(string one, string other, bool isSame) =>
        Assert.Equal(isSame, CallerAddress.Of(IPAddress.Parse(one)) == CallerAddress.Of(IPAddress.Parse(other)));

    [Fact]
    public async Task A_vendor_that_is_away_is_said_and_the_next_try_is_free()
    {
        await using var host = await StartAsync();
        await host.FailAsync("sms", "down");
        Assert.Equal(LoginCodeFault.Unavailable, await SendAsync(host, Mine));
        Assert.Equal(0, await host.Get<LoginCodeStore>().SpentAsync(CancellationToken.None));
        await host.FailAsync("sms", "ok");

        Assert.Equal(LoginCodeFault.None, await SendAsync(host, Mine));
    }

    [EngineTheory]
    public async Task The_citys_hour_asks_for_work_from_its_half_on_and_is_over_at_its_end(DatabaseKind engine)
    {
        await using var host = await StartAsync(engine: engine, perHour: 20);
        for (var i = 0; i < 9; i++) Assert.Equal(LoginCodeFault.None, await AskAsync(host, i, null));
        Assert.Empty(await host.WarningsAsync());
        Assert.Equal(LoginCodeFault.None, await AskAsync(host, 9, null));
        Assert.Equal(["sms LoginCodes HourlyCodes"], await host.WarningsAsync());

        // None without work, none for work that was taken before, by whomever and however many come at once.
        Assert.Equal(LoginCodeFault.NeedsProof, await AskAsync(host, 10, null));
        var proof = new LoginProof("p", TimeProvider.System.GetUtcNow().AddMinutes(5));
        var same = await Task.WhenAll(Enumerable.Range(20, 6).Select(i => AskAsync(host, i, proof)));
        Assert.Equal(1, same.Count(f => f == LoginCodeFault.None));
        for (var i = 30; i < 39; i++) Assert.Equal(LoginCodeFault.None, await AskAsync(host, i, proof with { Id = $"p{i}" }));
        Assert.Equal(LoginCodeFault.HourSpent, await AskAsync(host, 40, proof with { Id = "p40" }));
        Assert.Equal(20, (await host.SmsAsync()).Count);

        // Notices go out all the same, and the next hour begins without work or alarm.
        await host.AdvanceAsync("PT61M");
        Assert.Empty(await host.WarningsAsync());
        Assert.Equal(LoginCodeFault.None, await AskAsync(host, 41, null));
    }

    [Fact]
    public async Task A_page_sets_the_work_once_half_of_the_hour_is_spent_and_takes_it_once()
    {
        await using var host = await StartAsync(perHour: 20);
        using var browser = host.Browser();
        var calm = await PageReader.OpenAsync(browser, "/login/phone");
        Assert.DoesNotContain("proof", calm.Html, StringComparison.Ordinal);
        for (var i = 0; i < 10; i++) await AskAsync(host, i, null);

        var refused = await calm.PostAsync(browser, ("mobile", Mobile));
        Assert.Equal(429, (int)refused.Status);
        Assert.Contains("<noscript>", refused.Html, StringComparison.Ordinal);
        Assert.Contains("药店柜台", refused.Text, StringComparison.Ordinal);
        var busy = await PageReader.OpenAsync(browser, "/login/phone");
        Assert.Matches("/js/proof[^\"]*[.]js", busy.Html);
        var id = Regex.Match(busy.Html, "data-proof=\"([0-9a-f]+)\"").Groups[1].Value;
        var seal = Regex.Match(busy.Html, "name=\"proof\" value=\"([^\"]+)\"").Groups[1].Value;
        var answer = Enumerable.Range(0, int.MaxValue).First(n => LoginProofs.IsHard($"{id}:{n}")).ToString(CultureInfo.InvariantCulture);

        foreach (var (s, a) in new[] { (seal, "1"), (seal, ""), ("x", answer), (seal + "x", answer), ("", answer), (seal, answer + "\u0660") })
            Assert.Equal(429, (int)(await busy.PostAsync(browser, ("mobile", Mobile), ("proof", s), ("answer", a))).Status);
        using (var stranger = host.Browser())
        {
            var theirs = await PageReader.OpenAsync(stranger, "/login/phone");
            Assert.Equal(429, (int)(await theirs.PostAsync(stranger, ("mobile", Mobile), ("proof", seal), ("answer", answer))).Status);
        }

        var sent = await busy.PostAsync(browser, ("mobile", Mobile), ("proof", seal), ("answer", answer));
        Assert.Equal(200, (int)sent.Status);
        Assert.Equal(429, (int)(await busy.PostAsync(browser, ("mobile", "13900001234"), ("proof", seal), ("answer", answer))).Status);
        var entered = await sent.PostAsync(browser, ("mobile", Mobile), ("code", await CodeAsync(host)), ("step", "code"));
        Assert.Equal(302, (int)entered.Status);
    }

    [Fact]
    public async Task The_pages_script_does_the_work_that_the_server_takes()
    {
        const string id = "0123456789abcdef0123456789abcdef";
        const string run = "import(process.argv[1]).then(m => m.solve(process.argv[2], Number(process.argv[3]))).then(n => console.log(n))";
        var script = new Uri(Path.Combine(Repository.Root, "src/WeChatMask/wwwroot/js/proof.js")).AbsoluteUri;
        using var browser = Process.Start(new ProcessStartInfo("node", ["-e", run, script, id, $"{LoginProofs.Bits}"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var answer = (await browser.StandardOutput.ReadToEndAsync()).Trim();
        await browser.WaitForExitAsync();

        Assert.True(LoginProofs.IsHard($"{id}:{answer}"), answer);
    }

    private static Task<LoginCodeFault> SendAsync(SandboxHost host, LoginBrowser browser, string address = "192.0.2.1") =>
        host.Get<LoginCodes>().SendAsync(Mobile, CallerAddress.Of(IPAddress.Parse(address)), browser, null, CancellationToken.None);

    private static async Task<LoginCodeFault> EnterAsync(SandboxHost host, string code, LoginBrowser browser) =>
        (await host.Get<LoginCodes>().VerifyAsync(Mobile, code, browser, Begun(), CancellationToken.None)).Fault;

    private static Task<LoginCodeFault> AskAsync(SandboxHost host, int i, LoginProof? proof) => host.Get<LoginCodes>().SendAsync(
        People.Mobile(i), "192.0.2.1", new LoginBrowser($"b{i}", []), proof, CancellationToken.None);

    private static LoginCodeRequest Request(string mobile, string address) => new(mobile, $"{mobile}-b", "c", address, $"{mobile}-{address}");

    private static Task<SandboxHost> StartAsync(DatabaseKind engine = DatabaseKind.Sqlite, int perHour = 3000) => SandboxHost.StartAsync(engine: engine, configure: builder =>
    {
        builder.Configuration["Site:LoginChoice"] = "true";
        builder.Configuration["Site:RateLimits"] = "true";
        builder.Configuration["Sms:LoginCodesPerHour"] = perHour.ToString(CultureInfo.InvariantCulture);
    });

    private static async Task<string> CodeAsync(SandboxHost host) =>
        Regex.Match((await host.SmsAsync(Mobile))[^1].GetProperty("text").GetString()!, "验证码([0-9]{6})").Groups[1].Value;
}
