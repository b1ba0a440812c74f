using System.Net;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Notices;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Cases;

/// <summary>What staff do with complaints.</summary>
public sealed class CaseWorkTests
{
    private const string Written = "我叫王小明，店员说没货，让我明天再来。";
    private const string Question = "二月十日晚上为什么没有发？";
    private const string Reply = "当时货还在路上，第二天已经补发。";
    private const string Told = "药店当晚货没有到，没有提前说明，已责令改正。";

    [EngineTheory]
    public async Task A_case_goes_from_the_resident_to_the_pharmacy_and_back_and_is_told_once(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "event", @event = "subscribe" });
        using var wang = await host.NewResidentAsync(1, "o-1", "13900000001");
        var booking = (await wang.BookAsync("LD01", "b")).Body.GetProperty("number").GetString()!;
        var number = ComplaintTests.NumberOf(await ComplaintTests.SendAsync(wang.Http, ("Kind", "Refused"), ("Booking", booking), ("What", Written)));
        using var supervisor = await host.SupervisorAsync();
        using var auditor = await host.StaffAsync("auditor");
        using var lead = await host.StaffAsync("lead-ld01");
        var path = $"/supervisor/cases/{number}";

        Assert.Contains(number[..3], (await PageReader.OpenAsync(supervisor, "/supervisor/cases")).Text, StringComparison.Ordinal);
        Assert.Contains(Written, (await PageReader.OpenAsync(supervisor, path)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Words", (await PageReader.OpenAsync(auditor, path)).Html, StringComparison.Ordinal);
        Assert.DoesNotContain(number, (await PageReader.OpenAsync(lead, "/pharmacy/cases")).Html, StringComparison.Ordinal);

        await DoAsync(supervisor, path, "Take");
        await DoAsync(supervisor, path, "Ask", ("Pharmacy", "ld01"), ("Words", Question));
        // The lead reads the question and nothing that the citizen wrote; another pharmacy's lead reads nothing.
        var asked = await PageReader.OpenAsync(lead, "/pharmacy/cases");
        Assert.Contains(Question, asked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("王小明", asked.Text, StringComparison.Ordinal);
        using var stranger = await host.StaffAsync("lead-ld02");
        var other = await PageReader.OpenAsync(stranger, "/pharmacy/cases");
        Assert.DoesNotContain(Question, other.Text, StringComparison.Ordinal);
        var trespass = await host.Get<CaseStore>().DoAsync(
            new StaffMember(1, "lead-ld02", StaffRole.PharmacyLead, 999), number, new CaseOrder(CaseAct.Answer, Reply, "x"), CancellationToken.None);
        Assert.Equal(Refusal.UnknownCase, trespass);
        var answered = await asked.PostAsync(lead, ("Number", number), ("Words", Reply), ("RequestId", asked.Hidden("RequestId")));
        Assert.Equal(HttpStatusCode.Found, answered.Status);
        Assert.Contains("答复已提交", (await PageReader.OpenAsync(lead, "/pharmacy/cases?done=true")).Text, StringComparison.Ordinal);
        // Sent again after a lost answer: the same; with another id: it has gone on.
        Assert.Equal(HttpStatusCode.Found, (await asked.PostAsync(lead, ("Number", number), ("Words", Reply), ("RequestId", asked.Hidden("RequestId")))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await asked.PostAsync(lead, ("Number", number), ("Words", Reply), ("RequestId", "again"))).Status);

        var form = await PageReader.OpenAsync(supervisor, path);
        Assert.Contains(Reply, form.Text, StringComparison.Ordinal);
        var preview = await form.PostToAsync(supervisor, $"{path}?handler=Preview", ("Outcome", "Founded"), ("Words", Told), ("RequestId", "close"));
        Assert.Contains("data-preview", preview.Html, StringComparison.Ordinal);
        Assert.Equal(CaseStatus.Answered, await StatusAsync(host, number));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => preview.PostToAsync(supervisor, $"{path}?handler=Close", ("Outcome", "Founded"), ("Words", Told), ("RequestId", "close"))));
        Assert.Equal(CaseStatus.Closed, await StatusAsync(host, number));
        Assert.Equal(HttpStatusCode.Conflict, (await preview.PostToAsync(supervisor, $"{path}?handler=Take", ("RequestId", "late"))).Status);

        await host.AdvanceAsync("PT2M");
        var pushed = Assert.Single(await HandOverNoticeTests.PushedAsync(host, "o-1"), p => p.Title == "投诉办结通知");
        Assert.EndsWith($"/complaints/{number}", pushed.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(Told, pushed.Text, StringComparison.Ordinal);
        var own = await PageReader.OpenAsync(wang.Http, $"/complaints/{number}");
        Assert.Contains(Told, own.Text, StringComparison.Ordinal);
        Assert.Contains("属实", own.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Reply, own.Text, StringComparison.Ordinal);

        var lines = await host.Get<Database>().QueryAsync<string>("SELECT action FROM audit WHERE subject = @number AND action <> 'case.read' ORDER BY id", new { number });
        Assert.Equal(["case.open", "case.take", "case.ask", "case.answer", "case.close"], lines);
        Assert.True(await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM audit WHERE subject = @number AND action = 'case.read' AND actor = 'auditor'", new { number }) > 0);
        // Nothing of what people wrote lies readable in any of its tables.
        var kept = await host.Get<Database>().QueryAsync<string>("SELECT words FROM complaint_step");
        Assert.DoesNotContain(kept, w => w.Contains("药店", StringComparison.Ordinal) || w.Contains('货', StringComparison.Ordinal));
    }

    [EngineTheory]
    public async Task A_call_is_taken_down_found_again_and_stands_first_once_it_is_late(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        var late = await EnterAsync(supervisor, ("Kind", "Price"), ("What", "涨价了"), ("Pharmacy", "LD03"), ("Caller", "139 0000 0009"));
        await host.SetClockAsync("2020-02-11T18:00:00+08:00");
        var fresh = await EnterAsync(supervisor, ("Kind", "Attitude"), ("What", "态度不好"), ("Pharmacy", "LD01"));
        await host.SetClockAsync("2020-02-11T19:30:00+08:00");

        var list = await PageReader.OpenAsync(supervisor, "/supervisor/cases");
        Assert.Equal([late, fresh], Numbers(list));
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(list.Html, "<li class=\"late\""));
        var strip = await PageReader.OpenAsync(supervisor, "/supervisor");
        Assert.Contains("1 件投诉超过了时限", strip.Text, StringComparison.Ordinal);
        Assert.Equal([fresh, late], Numbers(await PageReader.OpenAsync(supervisor, "/supervisor/cases?order=newest")));
        Assert.Equal([fresh, late], Numbers(await PageReader.OpenAsync(supervisor, "/supervisor/cases")));
        foreach (var (query, found) in new[]
        {
            ("q=" + late, late), ("q=" + PageFormatterGrouped(late), late), ("kind=Price", late), ("q=LD01", fresh), ("q=枫林堂", late), ("state=Received&kind=Attitude", fresh),
        })
            Assert.Equal([found], Numbers(await PageReader.OpenAsync(supervisor, "/supervisor/cases?" + query)));
        foreach (var query in new[] { "q=nowhere", "state=Closed", "kind=NotMine", "q=23456789012", "page=2" })
            Assert.Empty(Numbers(await PageReader.OpenAsync(supervisor, "/supervisor/cases?" + query)));

        Assert.Contains("13900000009", (await PageReader.OpenAsync(supervisor, $"/supervisor/cases/{late}")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(await host.Get<Database>().QueryAsync<string>("SELECT caller FROM complaint"), c => c.Contains("139", StringComparison.Ordinal));
        // Nobody is told of a call's outcome but by telephone.
        await DoAsync(supervisor, $"/supervisor/cases/{late}", "Close", ("Outcome", "Unfounded"), ("Words", "价格没有变。"));
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM outbox WHERE complaint_id IS NOT NULL"));
        Assert.DoesNotContain("投诉超过了时限", (await PageReader.OpenAsync(supervisor, "/supervisor")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_says_why_and_changes_nothing()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        foreach (var (field, value) in new[] { ("Kind", ""), ("What", ""), ("Caller", "123"), ("Booking", "23456789012"), ("Pharmacy", "XX99"), ("RequestId", "") })
        {
            var page = await PageReader.OpenAsync(supervisor, "/supervisor/cases/new");
            var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["Kind"] = "Price", ["What"] = "x", ["Caller"] = "", ["Booking"] = "", ["Pharmacy"] = "", ["RequestId"] = "r", [field] = value };
            var refused = await page.PostAsync(supervisor, [.. fields.Select(f => (f.Key, f.Value))]);
            Assert.Contains("id=\"refused\"", refused.Html, StringComparison.Ordinal);
        }

        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM complaint"));
        var number = await EnterAsync(supervisor, ("Kind", "Price"), ("What", "x"));
        var path = $"/supervisor/cases/{number}";
        foreach (var (handler, fields) in new (string, (string, string)[])[]
        {
            ("Ask", [("Words", ""), ("Pharmacy", "LD01")]), ("Ask", [("Words", "x"), ("Pharmacy", "XX99")]), ("Ask", [("Words", "x"), ("Pharmacy", "")]),
            ("Close", [("Words", "x"), ("Outcome", "Withdrawn")]), ("Close", [("Words", "x"), ("Outcome", "")]), ("Close", [("Words", " "), ("Outcome", "Founded")]),
            ("Preview", [("Words", new string('x', CaseRules.LongestWords + 1)), ("Outcome", "Founded")]),
        })
        {
            var page = await PageReader.OpenAsync(supervisor, path);
            var refused = await page.PostToAsync(supervisor, $"{path}?handler={handler}", [.. fields, ("RequestId", "r")]);
            Assert.Contains("id=\"refused\"", refused.Html, StringComparison.Ordinal);
        }

        Assert.Equal(CaseStatus.Received, await StatusAsync(host, number));
    }

    private static string PageFormatterGrouped(string number) => Uri.EscapeDataString($"{number[..3]} {number[3..7]} {number[7..]}");

    private static IReadOnlyList<string> Numbers(PageReader page) =>
        [.. System.Text.RegularExpressions.Regex.Matches(page.Html, "href=\"/supervisor/cases/(\\d{11})\"").Select(m => m.Groups[1].Value)];

    internal static async Task<string> EnterAsync(HttpClient supervisor, params (string, string)[] fields)
    {
        var page = await PageReader.OpenAsync(supervisor, "/supervisor/cases/new");
        var entered = await page.PostAsync(supervisor, [.. fields, ("RequestId", page.Hidden("RequestId"))]);
        Assert.Equal(HttpStatusCode.Found, entered.Status);
        return entered.Answer.Headers.Location!.ToString().Split('/')[^1];
    }

    internal static async Task DoAsync(HttpClient supervisor, string path, string handler, params (string, string)[] fields)
    {
        var page = await PageReader.OpenAsync(supervisor, path);
        var done = await page.PostToAsync(supervisor, $"{path}?handler={handler}", [.. fields, ("RequestId", Guid.NewGuid().ToString("N"))]);
        Assert.Equal(HttpStatusCode.Found, done.Status);
    }

    internal static async Task<CaseStatus> StatusAsync(SandboxHost host, string number) =>
        (CaseStatus)await host.Get<Database>().ScalarAsync<int>("SELECT status FROM complaint WHERE number = @number", new { number });
}
