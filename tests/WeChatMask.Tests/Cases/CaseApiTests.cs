using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Notices;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Cases;

/// <summary>Complaints as programs send, lead on and read them.</summary>
public sealed class CaseApiTests
{
    private const string Written = "我叫王小明，店员说没货，让我明天再来。";
    private const string Question = "二月十日晚上为什么没有发？";
    private const string Told = "药店当晚货没有到，已责令改正。";

    [EngineTheory]
    public async Task A_case_goes_from_the_resident_to_the_pharmacy_and_back(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        await host.Http.PostAsync("/sandbox/phones/o-1/messages", new { type = "event", @event = "subscribe" });
        using var wang = await host.NewResidentAsync(1, "o-1", "13900000001");
        using var other = await host.NewResidentAsync(2);
        using var supervisor = await host.SupervisorAsync();
        using var lead = await host.StaffAsync("lead-ld01");
        using var otherLead = await host.StaffAsync("lead-ld02");
        var booking = (await wang.BookAsync("LD01", "b")).Body.GetProperty("number").GetString()!;

        var (status, opened) = await wang.Http.PostAsync("/api/complaints", new { kind = "refused", text = Written, bookingNumber = booking, requestId = "a" });
        var number = opened.GetProperty("number").GetString()!;
        var (again, same) = await wang.Http.PostAsync("/api/complaints", new { kind = "refused", text = Written, bookingNumber = booking, requestId = "a" });
        Assert.Equal((201, 200, number, true), (status, again, same.GetProperty("number").GetString(), same.GetProperty("repeated").GetBoolean()));

        var waiting = await supervisor.GetJsonAsync("/api/supervisor/cases?status=received&pharmacyCode=ld01");
        Assert.Equal((1, Written, booking), (waiting.GetProperty("total").GetInt32(), waiting.GetProperty("cases")[0].GetProperty("text").GetString(), waiting.GetProperty("cases")[0].GetProperty("bookingNumber").GetString()));
        Assert.Equal(0, (await supervisor.GetJsonAsync("/api/supervisor/cases?status=closed")).GetProperty("total").GetInt32());

        var acts = $"/api/supervisor/cases/{number}/acts";
        Assert.Equal(200, (await supervisor.PostAsync(acts, new { act = "take", requestId = "t" })).Status);
        var asked = await supervisor.PostAsync(acts, new { act = "ask", words = Question, requestId = "q" });
        Assert.Equal((200, "at_pharmacy"), (asked.Status, asked.Body.GetProperty("status").GetString()));

        var wait = Assert.Single((await lead.GetJsonAsync("/api/pharmacy/cases")).GetProperty("cases").EnumerateArray());
        Assert.Equal((number, Question), (wait.GetProperty("number").GetString(), wait.GetProperty("talk")[0].GetProperty("words").GetString()));
        Assert.DoesNotContain("王小明", wait.GetRawText(), StringComparison.Ordinal);
        Assert.Empty((await otherLead.GetJsonAsync("/api/pharmacy/cases")).GetProperty("cases").EnumerateArray());
        var answer = $"/api/pharmacy/cases/{number}/answer";
        Assert.Equal(404, (await otherLead.PostAsync(answer, new { words = "没有", requestId = "x" })).Status);
        Assert.Equal(204, await StatusAsync(lead, answer, new { words = "货在路上", requestId = "x" }));
        Assert.Equal(204, await StatusAsync(lead, answer, new { words = "货在路上", requestId = "x" }));
        Assert.Equal(409, (await lead.PostAsync(answer, new { words = "货在路上", requestId = "y" })).Status);

        // Neither the question nor the answer is the citizen's; the outcome is, and told once.
        Assert.DoesNotContain("货在路上", (await wang.Http.GetJsonAsync($"/api/complaints/{number}")).GetRawText(), StringComparison.Ordinal);
        foreach (var _ in new[] { 1, 2 })
            Assert.Equal(200, (await supervisor.PostAsync(acts, new { act = "close", words = Told, outcome = "founded", requestId = "c" })).Status);
        var own = await wang.Http.GetJsonAsync($"/api/complaints/{number}");
        Assert.Equal(("closed", "founded", Told), (own.GetProperty("status").GetString(), own.GetProperty("outcome").GetString(), own.GetProperty("sentence").GetString()));
        Assert.Equal(4, (await supervisor.GetJsonAsync($"/api/supervisor/cases/{number}")).GetProperty("steps").GetArrayLength());
        await host.AdvanceAsync("PT2M");
        Assert.Single(await HandOverNoticeTests.PushedAsync(host, "o-1"), m => m.Title == "投诉办结通知");

        using var strange = await other.Http.GetAsync(new Uri($"/api/complaints/{number}", UriKind.Relative));
        Assert.Equal(404, (int)strange.StatusCode);
        Assert.Empty((await other.Http.GetJsonAsync("/api/complaints")).GetProperty("complaints").EnumerateArray());
        Assert.Single((await wang.Http.GetJsonAsync("/api/complaints")).GetProperty("complaints").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"kind":"none","text":"x","requestId":"a"}""", 422, "invalid_case")]
    [InlineData("""{"kind":"notMine","text":"x","requestId":"a"}""", 422, "invalid_case")]
    [InlineData("""{"kind":"5","text":"x","requestId":"a"}""", 422, "invalid_case")]
    [InlineData("""{"kind":"quality","text":" ","requestId":"a"}""", 422, "invalid_case")]
    [InlineData("""{"kind":"quality","text":"x"}""", 422, "invalid_request_id")]
    [InlineData("""{"kind":"quality","text":"x","requestId":"a","bookingNumber":"10000000001"}""", 404, "unknown_booking")]
    [InlineData("""{"kind":"quality","text":"x","requestId":"a","photo":"AAAA"}""", 400, null)]
    public async Task What_is_no_complaint_opens_none(string body, int status, string? code)
    {
        await using var host = await SandboxHost.StartAsync();
        using var wang = await host.NewResidentAsync(1);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await wang.Http.PostAsync(new Uri("/api/complaints", UriKind.Relative), content);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(status, (int)answer.StatusCode);
        if (code is not null) Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Empty((await wang.Http.GetJsonAsync("/api/complaints")).GetProperty("complaints").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"act":"answer","words":"x","requestId":"a"}""", 422)]
    [InlineData("""{"act":"ask","words":"","requestId":"a"}""", 422)]
    [InlineData("""{"act":"ask","words":"x","requestId":"a"}""", 404)]
    [InlineData("""{"act":"close","words":"x","outcome":"withdrawn","requestId":"a"}""", 422)]
    [InlineData("""{"act":"close","words":"x","requestId":"a"}""", 422)]
    [InlineData("""{"act":"take"}""", 422)]
    public async Task What_cannot_be_done_leaves_the_case_as_it_is(string body, int status)
    {
        await using var host = await SandboxHost.StartAsync();
        using var supervisor = await host.SupervisorAsync();
        var (made, opened) = await supervisor.PostAsync("/api/supervisor/cases", new { kind = "not_mine", text = "不是我约的", caller = "138 0013 8000", requestId = "a1" });
        Assert.Equal(201, made);
        var path = $"/api/supervisor/cases/{opened.GetProperty("number").GetString()}";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await supervisor.PostAsync(new Uri($"{path}/acts", UriKind.Relative), content);
        Assert.Equal(status, (int)answer.StatusCode);
        var left = await supervisor.GetJsonAsync(path);
        Assert.Equal(("received", "13800138000", 0), (left.GetProperty("status").GetString(), left.GetProperty("caller").GetString(), left.GetProperty("steps").GetArrayLength()));
    }

    private static async Task<int> StatusAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        return (int)answer.StatusCode;
    }
}
