using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using WeChatMask.Audit;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Supervision;

/// <summary>The page of the plan: a grid, one figure for many, and a sheet end in the same preview, and leave the same audit and notice.</summary>
public sealed class PlanPageTests
{
    private const string Noon = "2020-02-10T12:00:00+08:00";
    private const string Page = "/supervisor/plan?date=2020-02-12";

    [Fact]
    public async Task A_grid_and_a_file_leave_the_same_audit_and_the_same_notice()
    {
        var left = new List<(string Preview, string Audit, string Notice)>();
        foreach (var way in new[] { "grid", "file", "paste" })
        {
            await using var host = await SandboxHost.StartAsync("loudi", Noon);
            using var supervisor = await host.SupervisorAsync();
            var page = await PageReader.OpenAsync(supervisor, Page);
            var csv = await supervisor.GetStringAsync(new Uri("/supervisor/plan/2020-02-12.csv", UriKind.Relative));
            var changed = Regex.Replace(csv, "(LD0[24],[^,]*,[^,]*,)160", "${1}200");
            var shown = way switch
            {
                "grid" => await page.PostToAsync(supervisor, "/supervisor/plan?handler=Grid", [("Date", "2020-02-12"), .. Enumerable.Range(1, 5).Select(i => ($"Cell-LD0{i}-1", i is 2 or 4 ? "200" : "160"))]),
                "file" => await UploadAsync(supervisor, page, changed),
                _ => await page.PostToAsync(supervisor, "/supervisor/plan?handler=Sheet", ("Date", "2020-02-12"), ("Sheet", "LD04\t200\nLD02\t 200 \t\t\n")),
            };
            Assert.Contains("2 家药店有变化，合计 800 → 880 个名额", shown.Text, StringComparison.Ordinal);
            var done = await ApplyAsync(supervisor, shown, "周末多到货");
            Assert.Contains("已保存", done.Text, StringComparison.Ordinal);
            var line = (await host.Get<AuditQueries>().NewestAsync(50, CancellationToken.None)).Single(l => l.Action == "plan.change");
            var notices = (await PageReader.OpenAsync(host.Http, "/notices")).Text;
            left.Add((Regex.Match(shown.Html, "data-sentence>(.*?)</p>").Groups[1].Value, $"{line.Actor} {line.Action} {line.Subject} {line.Detail}", Regex.Match(notices, "名额计划的调整(.*?)[0-9:]{5,}发布").Groups[1].Value));
            Assert.Contains("合计由 800 个变为 880 个。原因：周末多到货。", left[^1].Notice, StringComparison.Ordinal);
        }

        Assert.Single(left.Distinct());
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_with_its_line_and_nothing_changes()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-10T12:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, Page);
        foreach (var (sheet, said) in new[]
        {
            ("CZ001\t1\t1\t1\t1\t1\nCZ999\t1\t1\t1\t1\t1", "第 2 行：没有叫“CZ999”的药店"),
            ("编号,第1场,第6场\nCZ001,1,1", "第 1 行：这一天没有“第6场”这一场"),
            ("编号,第1场,第1场\nCZ001,1,1", "第 1 行：“第1场”一列重复了"),
            ("CZ001,1,1,1,1,many", "第 1 行：CZ001 第 5 场写的是“many”"),
            ("CZ001,1,1,1,1,", "第 1 行：CZ001 需要 5 个数（一场一个），这一行有 4 个"),
            ("\n\nCZ001,1,1,1,1,1\nCZ001,1,1,1,1,2", "第 4 行：CZ001 已经写过一行"),
            ("CZ001,\"1,1,1,1,1", "引号没有成对"),
            (" \n", "没有读到任何一行"),
        })
        {
            var refused = await page.PostToAsync(supervisor, "/supervisor/plan?handler=Sheet", ("Date", "2020-02-12"), ("Sheet", sheet));
            Assert.True((int)refused.Status == 422 && refused.Text.Contains(said, StringComparison.Ordinal), $"{sheet}: {(int)refused.Status} {Regex.Match(refused.Text, "计划里有读不懂.{0,160}").Value}");
            Assert.DoesNotContain("data-preview", refused.Html, StringComparison.Ordinal);
        }

        // With a heading columns may stand in any order, and windows that are not named stay.
        var shown = await page.PostToAsync(supervisor, "/supervisor/plan?handler=Sheet", ("Date", "2020-02-12"), ("Sheet", "第2场,药店,编号\n7,随便,cz001"));
        Assert.Contains("CZ001", shown.Text, StringComparison.Ordinal);
        Assert.Contains("50+0+0+0+0 → 50+7+0+0+0", shown.Text, StringComparison.Ordinal);
        var same = await page.PostToAsync(supervisor, "/supervisor/plan?handler=Sheet", ("Date", "2020-02-12"), ("Sheet", "CZ001,50,0,0,0,0"));
        Assert.Contains("与现在的计划相同", same.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_are_found_get_one_figure_and_what_has_changed_meanwhile_is_shown_again()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-10T12:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var folded = await PageReader.OpenAsync(supervisor, Page);
        Assert.DoesNotContain("name=\"Cell-", folded.Html, StringComparison.Ordinal);
        Assert.InRange(Regex.Count(folded.Html, "<[a-z]"), 1, 700);
        var district = Regex.Match(folded.Html, "district=([^\"]+)\"").Groups[1].Value;
        var open = await PageReader.OpenAsync(supervisor, $"{Page}&district={district}");
        Assert.InRange(Regex.Count(open.Html, "<[a-z]"), 1, 1500);
        (string, string)[] all = [("Date", "2020-02-12"), ("District", Uri.UnescapeDataString(district)), ("All-1", "12")];
        var first = await open.PostToAsync(supervisor, "/supervisor/plan?handler=All", all);
        var count = int.Parse(Regex.Match(first.Text, @"(\d+) 家药店有变化").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(count, 2, 60);
        Assert.Contains("已保存", (await ApplyAsync(supervisor, await open.PostToAsync(supervisor, "/supervisor/plan?handler=All", [.. all[..2], ("All-1", "11")]), "先到货")).Text, StringComparison.Ordinal);

        var stale = await ApplyAsync(supervisor, first, "后到货");

        Assert.Equal(409, (int)stale.Status);
        Assert.Contains("看过预览之后这一天的计划有了变化", stale.Text, StringComparison.Ordinal);
        Assert.Contains("已保存", (await ApplyAsync(supervisor, stale, "后到货")).Text, StringComparison.Ordinal);
        using var auditor = await host.StaffAsync("auditor");
        Assert.DoesNotContain("handler=Sheet", (await PageReader.OpenAsync(auditor, $"{Page}&district={district}")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_without_a_round_is_marked_and_taken_back_on_the_page()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Noon);
        using var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, Page);
        await page.PostToAsync(supervisor, "/supervisor/plan?handler=NoRound", ("Date", "2020-02-12"), ("noRound", "true"), ("Reason", "元宵节"));
        var marked = await PageReader.OpenAsync(supervisor, Page);
        Assert.Contains("这一天停发：元宵节。", marked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Grid", marked.Html, StringComparison.Ordinal);
        await marked.PostToAsync(supervisor, "/supervisor/plan?handler=NoRound", ("Date", "2020-02-12"), ("noRound", "false"), ("Reason", "照常"));
        Assert.Contains("合计 800 个名额", (await PageReader.OpenAsync(supervisor, Page)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_pharmacies_finds_them_in_the_plan_and_gets_one_figure()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Noon);
        using var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, "/supervisor/lists");
        var refused = await page.PostAsync(supervisor, ("Name", "城区"), ("Codes", "ld01 LD99"));
        Assert.Contains("没有这些编号的药店：LD99", refused.Text, StringComparison.Ordinal);
        await page.PostAsync(supervisor, ("Name", "城区"), ("Codes", "ld01，LD03"));
        var plan = await PageReader.OpenAsync(supervisor, $"{Page}&list={Uri.EscapeDataString("城区")}");
        Assert.Equal(2, Regex.Count(plan.Html, "name=\"Cell-"));
        var shown = await plan.PostToAsync(supervisor, "/supervisor/plan?handler=All", ("Date", "2020-02-12"), ("List", "城区"), ("All-1", "7"));
        Assert.Contains("2 家药店有变化，合计 800 → 494 个名额", shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("LD02", Regex.Match((await PageReader.OpenAsync(supervisor, $"/supervisor/pharmacies?list={Uri.EscapeDataString("城区")}")).Html, "<tbody>.*</tbody>", RegexOptions.Singleline).Value, StringComparison.Ordinal);
        await page.PostAsync(supervisor, ("Name", "城区"), ("Codes", ""));
        Assert.Contains("还没有名单", (await PageReader.OpenAsync(supervisor, "/supervisor/lists")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pharmacy_is_added_from_the_first_day_that_is_not_announced_and_paused_and_opened()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Noon);
        using var supervisor = await host.SupervisorAsync();
        var form = await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies/new");
        (string, string)[] typed =
        [
            ("Code", "ld06"), ("Name", "新街大药房"), ("Address", "新街1号"), ("District", "娄星区"), ("Phone", "0738-1234567"), ("ContactMobile", ""), ("QuotaGroup", "standard"),
            ("Latitude", "27.73"), ("Longitude", "111.99"), ("Joins", "2020-02-11"),
        ];
        Assert.Contains("最早从 2020-02-12 起", (await form.PostAsync(supervisor, typed)).Text, StringComparison.Ordinal);
        Assert.Contains("度数", (await form.PostAsync(supervisor, [.. typed[..7], ("Latitude", "927"), typed[8], ("Joins", "2020-02-12")])).Text, StringComparison.Ordinal);
        await form.PostAsync(supervisor, [.. typed[..9], ("Joins", "2020-02-12")]);
        Assert.Contains("已经有这个编号", (await form.PostAsync(supervisor, [.. typed[..9], ("Joins", "2020-02-12")])).Text, StringComparison.Ordinal);
        Assert.Contains("6 家药店，合计 960 个名额", (await PageReader.OpenAsync(supervisor, Page)).Text, StringComparison.Ordinal);

        var shop = await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies/LD06");
        await shop.PostAsync(supervisor, ("to", "paused"), ("reason", "盘点"));
        Assert.Contains("恢复预约", (await PageReader.OpenAsync(supervisor, "/supervisor/pharmacies/LD06")).Text, StringComparison.Ordinal);
        await shop.PostAsync(supervisor, ("to", "open"), ("reason", "盘完了"));
        var audit = await host.Get<AuditQueries>().NewestAsync(20, CancellationToken.None);
        Assert.Equal(["pharmacy.open", "pharmacy.paused", "pharmacy.add"], audit.Where(l => l.Subject == "LD06").Select(l => l.Action));
        await host.SetClockAsync("2020-02-12T12:00:00+08:00");
        Assert.Equal(6, (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").GetArrayLength());
    }

    private static Task<PageReader> ApplyAsync(HttpClient supervisor, PageReader shown, string reason) => FollowAsync(supervisor, shown.PostToAsync(
        supervisor, "/supervisor/plan?handler=Apply", ("Date", shown.Hidden("Date")), ("Sheet", shown.Hidden("Sheet")), ("Fingerprint", shown.Hidden("Fingerprint")), ("RequestId", shown.Hidden("RequestId")), ("Reason", reason)));

    private static async Task<PageReader> FollowAsync(HttpClient supervisor, Task<PageReader> answer) =>
        (await answer).Answer.Headers.Location is { } to ? await PageReader.OpenAsync(supervisor, to.OriginalString) : await answer;

    private static async Task<PageReader> UploadAsync(HttpClient supervisor, PageReader page, string csv)
    {
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent("2020-02-12"), "Date");
        form.Add(new StringContent(page.Hidden("__RequestVerificationToken")), "__RequestVerificationToken");
        using var file = new ByteArrayContent(Encoding.UTF8.GetBytes(csv));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        form.Add(file, "file", "plan.csv");
        var answer = await supervisor.PostAsync(new Uri("/supervisor/plan?handler=Sheet", UriKind.Relative), form);
        return new PageReader(answer.StatusCode, answer.RequestMessage!.RequestUri!, answer, await answer.Content.ReadAsStringAsync());
    }
}
