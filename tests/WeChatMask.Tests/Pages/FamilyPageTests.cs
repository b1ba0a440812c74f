using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>An account tells its persons apart on each of its pages and in its chat, and nobody else reads what it calls them.</summary>
public sealed class FamilyPageTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";

    // Masked, they are the same stars; two are called the same in full too.
    private static readonly (int Number, string Name)[] Family = [(21, "王小明"), (22, "王小红"), (23, "王小明")];

    [Fact]
    public async Task Two_of_the_same_surname_are_told_apart_wherever_the_account_looks()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var phone = await host.PhoneAsync("o-family");
        var numbers = new List<string>();
        var ids = new List<string>();
        foreach (var (number, name) in Family)
        {
            var (_, person) = await phone.PostAsync("/api/residents", new { name, idNumber = People.IdNumber(number), mobile = People.Mobile(number), consent = true });
            ids.Add(person.GetProperty("id").GetString()!);
            // Masked where a program asks, as the contract says.
            Assert.Equal("王**", person.GetProperty("name").GetString());
        }

        // All of them where one is chosen; the two of one name by their cards.
        var chooser = await PageReader.OpenAsync(phone, "/book");
        AssertAllTold(Regex.Matches(chooser.Html, "<label class=\"choice\">.*?</label>", RegexOptions.Singleline).Select(m => Plain(m.Value)));
        foreach (var id in ids) numbers.Add((await phone.PostAsync("/api/bookings", new { residentId = id, pharmacyCode = "LD01", requestId = id })).Body.GetProperty("number").GetString()!);
        AssertAllTold(Tickets(await PageReader.OpenAsync(phone, "/bookings")));
        AssertAllTold(Regex.Matches((await PageReader.OpenAsync(phone, "/residents")).Html, "<b class=\"person-name\">(.*?)</b>").Select(m => Plain(m.Groups[1].Value)));
        AssertAllTold(Regex.Matches((await PageReader.OpenAsync(phone, "/my-data/erase")).Html, "<li>(?<text>.*?)</li>", RegexOptions.Singleline).Take(Family.Length).Select(m => Plain(m.Groups["text"].Value)), masked: true);
        foreach (var page in new[] { "", "/print", "/cancel" })
            AssertAllTold(await Task.WhenAll(numbers.Select(async n => Who(await PageReader.OpenAsync(phone, $"/bookings/{n}{page}")))));
        AssertAllTold(await Task.WhenAll(ids.Select(async i => Regex.Match((await PageReader.OpenAsync(phone, $"/residents/{i}/remove")).Text, "要删除 (.*?) 的登记吗").Groups[1].Value)));
        AssertAllTold(Regex.Matches(await SayAsync(host, "o-family", "取消"), "王[^\n]*").Select(m => m.Value), masked: true);
    }

    [EngineTheory]
    public async Task A_name_the_account_gives_is_for_its_own_eyes_sealed_and_goes_with_the_person(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        using var li = await host.NewResidentAsync(2);
        await wang.Http.PostAsync("/api/residents", People.Registration(3));
        var form = await PageReader.OpenAsync(wang.Http, "/residents");

        var named = await form.PostToAsync(wang.Http, "/residents?handler=call", ("id", wang.ResidentId), ("called", " 老妈妈 "));
        Assert.Equal(("/residents", HttpStatusCode.OK), (named.Address.PathAndQuery, named.Status));
        Assert.Contains("老妈妈（张三丰）", named.Text, StringComparison.Ordinal);
        // Another account's page cannot name her.
        await (await PageReader.OpenAsync(li.Http, "/residents")).PostToAsync(li.Http, "/residents?handler=call", ("id", wang.ResidentId), ("called", "外人"));
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        var other = (await wang.Http.GetJsonAsync("/api/me")).GetProperty("residents")[1].GetProperty("id").GetString();
        await wang.Http.PostAsync("/api/bookings", new { residentId = other, pharmacyCode = "LD01", requestId = "b" });
        foreach (var path in new[] { "/book", "/bookings", $"/bookings/{number}", $"/bookings/{number}/print", $"/bookings/{number}/cancel", "/my-data", "/my-data/erase", $"/residents/{wang.ResidentId}/remove" })
            Assert.Contains("老妈妈", (await PageReader.OpenAsync(wang.Http, path)).Text, StringComparison.Ordinal);
        Assert.Contains($"老妈妈（张**，身份证尾号 {People.IdNumber(1)[^4..]}）", await SayAsync(host, "o-1", "查询"), StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T22:05:00+08:00");
        using var clerk = await host.ClerkAsync("LD01");
        string[] others =
        [
            (await wang.Http.GetJsonAsync("/api/me")).ToString(), (await wang.Http.GetJsonAsync("/api/bookings")).ToString(),
            await host.Http.GetStringAsync("/notices/2020-02-10?pharmacy=LD01"), await host.Http.GetStringAsync("/api/public/rounds/2020-02-10/list.csv?pharmacy=LD01"),
            await clerk.GetStringAsync("/pharmacy"), await clerk.GetStringAsync("/pharmacy/lists/2020-02-10"), await clerk.GetStringAsync("/pharmacy/lists/2020-02-10.csv"),
            (await clerk.PostAsync("/api/pharmacy/redemptions/check", new { number, idNumberLast4 = People.IdNumber(1)[^4..], requestId = "r" })).Body.ToString(),
            string.Join('\n', await host.SmsAsync()), (await host.Http.GetJsonAsync("/sandbox/wechat/calls")).ToString(),
            await host.Get<Database>().ScalarAsync<string>("SELECT MAX(called) FROM resident") ?? "nothing is kept",
        ];
        Assert.All(others, text => Assert.DoesNotContain("老妈妈", text, StringComparison.Ordinal));
        Assert.DoesNotContain("nothing is kept", others);

        await host.SetClockAsync("2020-02-11T18:30:00+08:00");
        await (await PageReader.OpenAsync(wang.Http, $"/residents/{wang.ResidentId}/remove")).PostAsync(wang.Http);
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM resident WHERE called IS NOT NULL"));
    }

    [Fact]
    public async Task The_form_of_registration_takes_a_name_too_and_says_of_each_field_at_once_what_is_wrong()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var phone = await host.PhoneAsync("o-mother");
        var form = await PageReader.OpenAsync(phone, "/residents");
        (string Name, string Value)[] person = [("name", "王秀英"), ("idNumber", People.IdNumber(1)), ("mobile", People.Mobile(1)), ("consent", "true")];

        var refused = await form.PostAsync(phone, [.. person.Where(f => f.Name != "mobile"), ("mobile", "110"), ("called", "12345")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("id=\"called-fault\"", refused.Html, StringComparison.Ordinal);
        Assert.Contains("id=\"mobile-fault\"", refused.Html, StringComparison.Ordinal);
        Assert.Equal(0, (await phone.GetJsonAsync("/api/me")).GetProperty("residents").GetArrayLength());

        var done = await refused.PostAsync(phone, [.. person, ("called", "妈妈")]);
        Assert.Contains("妈妈（王秀英）", done.Text, StringComparison.Ordinal);
        // Registered once more with the field left blank, she keeps her name.
        Assert.Contains("妈妈（王秀英）", (await done.PostAsync(phone, person)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<b>妈</b>")]
    [InlineData("13800138000")]
    [InlineData("一二三四五六七八九")]
    [InlineData("妈\u202e妈")]
    [InlineData("-")]
    public async Task A_name_that_can_be_none_is_said_to_be_so_beside_its_field_and_the_old_one_stays(string typed)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        var form = await PageReader.OpenAsync(wang.Http, "/residents");
        await form.PostToAsync(wang.Http, "/residents?handler=call", ("id", wang.ResidentId), ("called", "妈妈"));

        var refused = await form.PostToAsync(wang.Http, "/residents?handler=call", ("id", wang.ResidentId), ("called", typed));

        if (refused.Status == HttpStatusCode.OK)
        {
            // What shows nothing is left out rather than refused.
            Assert.Equal("妈\u202e妈", typed);
            Assert.Contains("妈妈（张三丰）", refused.Text, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Matches($"id=\"called-{wang.ResidentId}\"[^>]*aria-invalid=\"true\"", refused.Html);
        Assert.Contains("称呼没有保存", refused.Text, StringComparison.Ordinal);
        Assert.Contains("妈妈（张三丰）", (await PageReader.OpenAsync(wang.Http, "/residents")).Text, StringComparison.Ordinal);
        var cleared = await form.PostToAsync(wang.Http, "/residents?handler=call", ("id", wang.ResidentId), ("called", "  "));
        Assert.DoesNotContain("妈妈（", cleared.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_removal_page_says_of_bookings_particulars_and_traces_is_what_happens()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        var path = $"/residents/{wang.ResidentId}/remove";

        var open = await PageReader.OpenAsync(wang.Http, path);
        Assert.Contains("现在不能删除", open.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"/bookings/{number}\"", open.Html, StringComparison.Ordinal);
        Assert.Matches("<button class=\"weui-btn weui-btn_warn wide\"[^>]* disabled", open.Html);

        await wang.CancelAsync(number);
        var running = await PageReader.OpenAsync(wang.Http, path);
        Assert.DoesNotMatch("<button[^>]* disabled", running.Html);
        Assert.Contains("2020年2月11日 星期二领取结束以后销毁", running.Text, StringComparison.Ordinal);
        Assert.Contains("2020年2月13日前销毁", running.Text, StringComparison.Ordinal);
        Assert.Contains("2 天内，登记人数里仍算这一位", running.Text, StringComparison.Ordinal);

        await running.PostAsync(wang.Http);
        Assert.Equal(1, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE id_number <> ''"));
        await host.SetClockAsync("2020-02-11T18:30:00+08:00");
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE id_number <> '' OR name <> ''"));
        const string traces = "SELECT COUNT(*) FROM resident WHERE person_hash NOT LIKE 'erased:%'";
        await host.SetClockAsync("2020-02-12T18:30:00+08:00");
        Assert.Equal(1, await CountAsync(host, traces));
        await host.SetClockAsync("2020-02-13T02:00:00+08:00");
        Assert.Equal(0, await CountAsync(host, traces));
    }

    private static void AssertAllTold(IEnumerable<string> told, bool masked = false)
    {
        var all = told.ToList();
        Assert.Equal(Family.Length, all.Count);
        Assert.Equal(Family.Length, all.Distinct(StringComparer.Ordinal).Count());
        if (!masked) Assert.All(Family, f => Assert.Contains(all, t => t.Contains(f.Name, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Tickets(PageReader page) =>
        Regex.Matches(page.Html, "领取人 ([^<]*)<").Select(m => WebUtility.HtmlDecode(m.Groups[1].Value).Trim());

    // The person on a page of one booking.
    private static string Who(PageReader page) => Plain(Regex.Match(page.Html, "领取人</(?:dt|span)>\\s*<(?:dd|b data-person)>(?<text>.*?)</", RegexOptions.Singleline).Groups["text"].Value);

    private static string Plain(string html) => WebUtility.HtmlDecode(Regex.Replace(Regex.Replace(html, "<[^>]+>", " "), @"\s+", " ")).Trim();

    private static async Task<string> SayAsync(SandboxHost host, string openId, string words) =>
        (await host.Http.PostAsync($"/sandbox/phones/{openId}/messages", new { type = "text", content = words })).Body.GetProperty("reply").GetProperty("content").GetString()!;

    private static Task<long> CountAsync(SandboxHost host, string sql) => host.Get<Database>().ScalarAsync<long>(sql);
}
