using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Cases;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Cases;

/// <summary>A complaint as a resident writes it and reads what becomes of it.</summary>
public sealed class ComplaintTests
{
    private const string Form = "/complaints/new";
    private const string Happened = "二月十日在药店，店员说没有货，让我明天再来。";

    [EngineTheory]
    public async Task It_is_kept_unreadable_and_shown_to_its_own_account_alone(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var wang = await host.NewResidentAsync(7);
        using var other = await host.NewResidentAsync(8);
        var booking = (await wang.BookAsync("LD01", "b")).Body.GetProperty("number").GetString()!;

        var sent = await SendAsync(wang.Http, ("Kind", "Refused"), ("Booking", booking), ("What", Happened));
        var number = NumberOf(sent);
        Assert.Contains(Happened, sent.Text, StringComparison.Ordinal);
        Assert.Contains("已收到", sent.Text, StringComparison.Ordinal);
        Assert.Contains("药店拒发", sent.Text, StringComparison.Ordinal);
        Assert.True(BookingNumber.TryParse(number, out _));

        var kept = await host.Get<Database>().QueryAsync<string>("SELECT body FROM complaint");
        Assert.DoesNotContain("店员", Assert.Single(kept), StringComparison.Ordinal);
        Assert.Contains($"/complaints/{number}", (await PageReader.OpenAsync(wang.Http, "/complaints")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain(number, (await PageReader.OpenAsync(other.Http, "/complaints")).Html, StringComparison.Ordinal);
        var strange = await PageReader.OpenAsync(other.Http, $"/complaints/{number}");
        Assert.Equal(HttpStatusCode.NotFound, strange.Status);
        Assert.DoesNotContain("店员", strange.Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task Sent_twice_it_is_one_and_three_are_open_at_most(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var wang = await host.NewResidentAsync(7);
        var page = await PageReader.OpenAsync(wang.Http, Form);
        (string, string)[] fields = [("Kind", "Price"), ("What", Happened), ("RequestId", page.Hidden("RequestId"))];
        var first = NumberOf(await page.PostAsync(wang.Http, fields));
        Assert.Equal(first, NumberOf(await page.PostAsync(wang.Http, fields)));
        // Many at once: no more than three come through.
        var at = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => page.PostAsync(wang.Http, ("Kind", "Other"), ("What", Happened), ("RequestId", $"r{i}"))));
        Assert.Equal(CaseRules.MostOpen - 1, at.Count(a => a.Status == HttpStatusCode.OK));
        Assert.All(at.Where(a => a.Status != HttpStatusCode.OK), a => Assert.Contains("还在处理", a.Text, StringComparison.Ordinal));
        Assert.Equal(CaseRules.MostOpen, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM complaint"));
    }

    [Fact]
    public async Task What_cannot_be_taken_is_said_and_kept_in_the_form()
    {
        await using var host = await SandboxHost.StartAsync();
        using var wang = await host.NewResidentAsync(7);
        using var other = await host.NewResidentAsync(8);
        var strange = (await other.BookAsync("LD01", "b")).Body;
        foreach (var (kind, what, sentence) in new[]
        {
            ("", Happened, "请选择是什么事"), ("Nonsense", Happened, "请选择是什么事"), ("0", Happened, "请选择是什么事"), ("None", Happened, "请选择是什么事"),
            ("Price", " ", "请写明经过"), ("Price", new string('口', CaseRules.LongestText + 1), "请写明经过"), ("Price", "a\u202Eb", "U+202E"), ("Price", "a\u0007b", "U+0007"),
        })
        {
            var refused = await SendAsync(wang.Http, ("Kind", kind), ("What", what));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
            Assert.Contains(sentence, refused.Text, StringComparison.Ordinal);
        }

        foreach (var booking in new[] { "10000000009", "x", strange.TryGetProperty("number", out var n) ? n.GetString()! : "23456789012" })
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(wang.Http, ("Kind", "Price"), ("What", Happened), ("Booking", booking))).Status);
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM complaint"));
    }

    [Fact]
    public async Task Somebody_used_my_number_leads_to_the_form_with_its_kind()
    {
        await using var host = await SandboxHost.StartAsync();
        using var wang = await host.NewResidentAsync(7);
        var page = await PageReader.OpenAsync(wang.Http, "/not-mine");
        var link = Regex.Match(page.Html, "href=\"(/complaints/new[^\"]*)\"").Groups[1].Value;
        Assert.Matches("<option value=\"NotMine\" selected", (await PageReader.OpenAsync(wang.Http, WebUtility.HtmlDecode(link))).Html);
    }

    internal static async Task<PageReader> SendAsync(HttpClient http, params (string, string)[] fields)
    {
        var page = await PageReader.OpenAsync(http, Form);
        return await page.PostAsync(http, [.. fields, ("RequestId", page.Hidden("RequestId"))]);
    }

    internal static string NumberOf(PageReader page) => Regex.Match(page.Address.ToString(), @"/complaints/(\d{11})\?").Groups[1].Value;
}
