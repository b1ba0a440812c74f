using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Pages;

/// <summary>The pages on which administrators and leads look after accounts, through HTTP and without scripts.</summary>
public sealed partial class AccountsPageTests : IAsyncLifetime
{
    private SandboxHost host = null!;

    public async Task InitializeAsync() => host = await SandboxHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Somebody_invited_sets_a_password_works_is_moved_and_leaves()
    {
        using var administrator = await host.StaffAsync("administrator");
        var page = await PageReader.OpenAsync(administrator, "/staff/accounts");
        var made = await page.PostAsync(administrator, ("Username", " Wang.Fang "), ("Role", "Clerk"), ("Pharmacy", "LD01"));
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.Contains("<svg", made.Html, StringComparison.Ordinal);
        var link = Link().Match(made.Html).Value;

        using var wang = host.Browser();
        using (var exchange = await wang.GetAsync(new Uri(link, UriKind.Relative))) Assert.Equal("/staff/welcome", exchange.Headers.Location!.OriginalString);
        var welcome = await PageReader.OpenAsync(wang, "/staff/welcome");
        Assert.Contains("wang.fang", welcome.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, (await welcome.PostAsync(wang, ("Password", "a river in spring"), ("Again", "a river in spring"))).Status);
        await LogInAsync(wang);

        var id = (await host.Get<StaffAccountQueries>().FindAsync("wang.fang", default))!.Id;
        var account = await PageReader.OpenAsync(administrator, $"/staff/accounts/{id}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ActAsync(account, administrator, "Place", ("Role", "Boss"), ("Pharmacy", "LD02"))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ActAsync(account, administrator, "Place", ("Pharmacy", "LD02"))).Status);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(wang, "/pharmacy"));
        Assert.Equal(HttpStatusCode.OK, (await ActAsync(account, administrator, "Place", ("Role", "Clerk"), ("Pharmacy", "LD02"))).Status);
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(wang, "/pharmacy"));
        await LogInAsync(wang);

        var session = Assert.Single(await host.Get<SessionStore>().OfAsync(SessionKind.Staff, id, default));
        Assert.Equal(HttpStatusCode.OK, (await ActAsync(account, administrator, "SignOut", ("Session", session.IdHash))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ActAsync(account, administrator, "SignOut", ("Session", session.IdHash))).Status);
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(wang, "/pharmacy"));
        await LogInAsync(wang);

        var reset = await ActAsync(account, administrator, "Reset");
        Assert.Matches(Link(), reset.Html);
        Assert.Equal(HttpStatusCode.Found, await StatusAsync(wang, "/pharmacy"));
        Assert.Equal(HttpStatusCode.OK, (await ActAsync(account, administrator, "Disable")).Status);
        Assert.Equal(HttpStatusCode.Gone, (await PageReader.OpenAsync(host.Browser(), "/staff/welcome")).Status);
        Assert.Equal(HttpStatusCode.OK, (await ActAsync(account, administrator, "Enable")).Status);
        Assert.Equal(7, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM audit WHERE subject = 'wang.fang' AND actor IN ('administrator', 'wang.fang') AND action NOT LIKE 'staff.login%'"));
    }

    [Fact]
    public async Task A_lead_sees_the_own_clerks_and_is_told_of_no_others()
    {
        using var lead = await host.StaffAsync("lead-ld01");
        var list = await PageReader.OpenAsync(lead, "/staff/accounts");
        Assert.Contains("clerk-ld01", list.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("clerk-ld02|supervisor|administrator|lead-ld02", list.Text);
        Assert.DoesNotContain("clerk-ld02", (await PageReader.OpenAsync(lead, "/staff/accounts?q=ld02")).Text, StringComparison.Ordinal);
        var own = await PageReader.OpenAsync(lead, $"/staff/accounts/{await IdAsync("clerk-ld01")}");
        Assert.Equal(HttpStatusCode.OK, own.Status);
        foreach (var name in new[] { "clerk-ld02", "lead-ld01", "lead-ld02", "supervisor", "administrator" })
        {
            var path = $"/staff/accounts/{await IdAsync(name)}";
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(lead, path));
            foreach (var act in new[] { "Reset", "Unlock", "Disable", "Enable", "Place", "SignOut", "SignOutAll" })
                Assert.Equal(HttpStatusCode.NotFound, (await ActAsync(own with { Address = new Uri(own.Address, path) }, lead, act, ("Role", "Clerk"), ("Pharmacy", "LD01"))).Status);
        }

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ActAsync(own, lead, "Place", ("Role", "Supervisor"))).Status);
        var invited = await list.PostAsync(lead, ("Username", "zhao"), ("Role", "Administrator"), ("Pharmacy", "LD02"));
        Assert.Matches(Link(), invited.Html);
        var made = (await host.Get<StaffAccountQueries>().FindAsync("zhao", default))!;
        Assert.Equal((StaffRole.Clerk, "LD01"), (made.Role, made.PharmacyCode));
    }

    [Fact]
    public async Task Long_lists_come_in_parts()
    {
        var store = host.Get<StaffAccountStore>();
        for (var i = 0; i < 53; i++) await store.InviteAsync(AccountActor.Operator, $"many-{i:00}", StaffRole.Auditor, null, default);
        using var administrator = await host.StaffAsync("administrator");
        var first = await PageReader.OpenAsync(administrator, "/staff/accounts?q=many-");
        Assert.Equal((50, true), (ManyLinks().Count(first.Html), first.Html.Contains("part=2", StringComparison.Ordinal)));
        var second = await PageReader.OpenAsync(administrator, "/staff/accounts?q=many-&part=2");
        Assert.Equal((3, false), (ManyLinks().Count(second.Html), second.Html.Contains("part=3", StringComparison.Ordinal)));
        foreach (var part in new[] { "0", "-1", "x", "99999999", "2147483648" }) Assert.Equal(HttpStatusCode.OK, await StatusAsync(administrator, $"/staff/accounts?part={part}"));
    }

    private static async Task LogInAsync(HttpClient browser)
    {
        using var answer = await StaffLogins.LogInAsync(browser, "wang.fang", "a river in spring");
        Assert.Equal("/pharmacy", answer.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/pharmacy"));
    }

    private static Task<PageReader> ActAsync(PageReader page, HttpClient browser, string act, params (string, string)[] fields) =>
        (page with { Address = new Uri(page.Address, $"{page.Address.AbsolutePath}?handler={act}") }).PostAsync(browser, fields);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient browser, string path)
    {
        using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    private async Task<long> IdAsync(string name) => (await host.Get<StaffAccountQueries>().FindAsync(name, default))!.Id;

    [GeneratedRegex(@"/staff/welcome\?token=[\w-]{43}")]
    private static partial Regex Link();

    [GeneratedRegex("<a href=\"/staff/accounts/[0-9]+\">many-")]
    private static partial Regex ManyLinks();
}
