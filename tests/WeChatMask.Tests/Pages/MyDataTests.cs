using System.Net;
using System.Text.Json;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>What an account may see, take away and have destroyed of its own data, and what stays for a reason.</summary>
public sealed class MyDataTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";

    [EngineTheory]
    public async Task Everything_kept_is_shown_masked_with_the_day_it_is_destroyed(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        await wang.BookAsync("LD02", "a");
        await host.SetClockAsync("2020-02-10T22:05:00+08:00");

        var page = await PageReader.OpenAsync(wang.Http, "/my-data");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.True(page.Answer.Headers.CacheControl!.NoStore);
        PublicPageTests.AssertNothingInline(page.Html);
        Assert.All([People.IdNumber(1), People.Mobile(1), "张三丰"], secret => Assert.DoesNotContain(secret, page.Html, StringComparison.Ordinal));
        Assert.Contains("张**", page.Text, StringComparison.Ordinal);
        Assert.Contains("说明版本 2020-02-01", page.Text, StringComparison.Ordinal);
        // Pickup on the 11th, kept for 30 days; booked on the 10th with a cooldown of 2 days.
        Assert.Contains("2020年3月13日 前销毁", page.Text, StringComparison.Ordinal);
        Assert.Contains("2月10日 周一 约过，2月13日 周四 前销毁", page.Text, StringComparison.Ordinal);
        Assert.Contains("公示名单里的这一行（打码）2020年3月13日 前撤下", page.Text, StringComparison.Ordinal);
        Assert.Contains("o-1", page.Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task What_the_page_promises_is_what_the_purge_does(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        await wang.BookAsync("LD02", "a");

        await host.SetClockAsync("2020-03-12T23:00:00+08:00");
        Assert.Contains("张**", (await PageReader.OpenAsync(wang.Http, "/my-data")).Text, StringComparison.Ordinal);
        await host.SetClockAsync("2020-03-13T02:00:00+08:00");

        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE id_number <> ''"));
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM published_entry"));
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM account"));
        // The log-in lasted longer than the account: one is led to a new one, and an API call is told.
        Assert.Equal("o-1", (await ExportAsync(wang.Http)).GetProperty("account").GetProperty("openId").GetString());
        await AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task A_log_in_without_its_account_registers_nobody(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var phone = await host.PhoneAsync("oGone");
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("DELETE FROM account WHERE open_id = 'oGone'"), CancellationToken.None);

        var (status, body) = await phone.PostAsync("/api/residents", People.Registration(1));
        Assert.Equal((401, "login_ended"), (status, body.Code()));
        var form = await PageReader.OpenAsync(phone, "/residents");
        var page = await form.PostAsync(
            phone, ("name", "张三丰"), ("idNumber", People.IdNumber(1)), ("mobile", People.Mobile(1)), ("consent", "true"));

        Assert.Contains("href=\"/login?returnUrl=/residents\"", page.Html, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM resident"));
    }

    [EngineTheory]
    public async Task The_copy_is_whole_a_file_kept_by_nobody_and_leaves_a_line_without_particulars(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        using var li = await host.NewResidentAsync(2);
        var number = (await wang.BookAsync("LD02", "a")).Body.GetProperty("number").GetString()!;
        await li.BookAsync("LD02", "b");
        var page = await PageReader.OpenAsync(wang.Http, "/my-data");

        var answer = await ExportAnswerAsync(wang.Http, page);
        var copy = JsonDocument.Parse(answer.Html).RootElement;

        Assert.True(answer.Answer.Headers.CacheControl!.NoStore);
        Assert.Equal("attachment", answer.Answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("my-data-2020-02-10.json", answer.Answer.Content.Headers.ContentDisposition.FileName);
        var person = Assert.Single(copy.GetProperty("residents").EnumerateArray());
        Assert.Equal(
            ("张三丰", People.IdNumber(1), People.Mobile(1)),
            (person.GetProperty("name").GetString(), person.GetProperty("idNumber").GetString(), person.GetProperty("mobile").GetString()));
        Assert.Equal(number, Assert.Single(copy.GetProperty("bookings").EnumerateArray()).GetProperty("number").GetString());
        Assert.DoesNotContain(People.IdNumber(2), answer.Html, StringComparison.Ordinal);
        var line = Assert.Single(await host.Get<AuditQueries>().NewestAsync(10, CancellationToken.None), l => l.Action == "data.export");
        Assert.StartsWith("account:", line.Actor, StringComparison.Ordinal);
        Assert.Null(line.Detail);
    }

    [EngineTheory]
    public async Task A_copy_is_not_given_without_the_forms_token_nor_to_a_stranger(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        using var nothing = new FormUrlEncodedContent([]);

        using var forged = await wang.Http.PostAsync(new Uri("/my-data?handler=export", UriKind.Relative), nothing);
        using var stranger = await host.Http.PostAsync(new Uri("/my-data?handler=export", UriKind.Relative), nothing);

        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, stranger.StatusCode);
    }

    [EngineTheory]
    public async Task An_erasure_asks_first_and_destroys_at_once_what_nothing_needs(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        await wang.Http.PostAsync("/api/residents", People.Registration(2));
        var ask = await PageReader.OpenAsync(wang.Http, "/my-data/erase");
        Assert.Contains("确定要全部删除吗", ask.Text, StringComparison.Ordinal);
        Assert.Equal(2, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE id_number <> ''"));

        var done = await ask.PostAsync(wang.Http);

        Assert.Equal("/my-data", done.Address.AbsolutePath);
        Assert.Contains("已经删除", done.Text, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE name <> '' OR id_number <> '' OR mobile <> ''"));
        Assert.Equal(0, (await wang.Http.GetJsonAsync("/api/me")).GetProperty("residents").GetArrayLength());
        // An old page's second press ends at the same place and leaves no second line.
        Assert.Equal("/my-data", (await ask.PostAsync(wang.Http)).Address.AbsolutePath);
        Assert.Single(await host.Get<AuditQueries>().NewestAsync(10, CancellationToken.None), l => l.Action == "data.erase");
        // Deleting does not go round the limit of persons.
        foreach (var i in new[] { 1, 2, 3 }) Assert.Equal(201, (await wang.Http.PostAsync("/api/residents", People.Registration(i))).Status);
        Assert.Equal("too_many_residents", (await wang.Http.PostAsync("/api/residents", People.Registration(4))).Body.Code());
    }

    [EngineTheory]
    public async Task An_open_booking_holds_an_erasure_back_and_the_way_out_is_named(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        await wang.Http.PostAsync("/api/residents", People.Registration(2));
        var ask = await PageReader.OpenAsync(wang.Http, "/my-data/erase");
        var number = (await wang.BookAsync("LD02", "a")).Body.GetProperty("number").GetString()!;

        var refused = await ask.PostAsync(wang.Http);

        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("还有没领取的预约", refused.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"/bookings\"", refused.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"/residents\">去单独删除", refused.Html, StringComparison.Ordinal);
        Assert.Equal(2, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE id_number <> '' AND removed_at IS NULL"));
        await wang.CancelAsync(number);
        Assert.Equal("/my-data", (await ask.PostAsync(wang.Http)).Address.AbsolutePath);
    }

    [EngineTheory]
    public async Task A_running_rounds_lists_stay_whole_and_its_particulars_go_with_its_end(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        using var li = await host.NewResidentAsync(2);
        var number = (await wang.BookAsync("LD02", "a")).Body.GetProperty("number").GetString()!;
        await li.BookAsync("LD02", "b");
        await wang.CancelAsync(number);
        await (await PageReader.OpenAsync(wang.Http, "/my-data/erase")).PostAsync(wang.Http);

        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        Assert.Equal(2, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE id_number <> ''"));
        Assert.Contains("2月11日 周二 领取结束后马上销毁", (await PageReader.OpenAsync(wang.Http, "/my-data")).Text, StringComparison.Ordinal);
        var list = await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10/list?pharmacy=LD02");
        Assert.All(list.GetProperty("entries").EnumerateArray(), e => Assert.Equal("张**", e.GetProperty("name").GetString()));

        await host.SetClockAsync("2020-02-11T20:00:00+08:00");
        Assert.Equal(1, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE id_number <> ''"));
        Assert.Contains("只剩一段无法还原的代码", (await PageReader.OpenAsync(wang.Http, "/my-data")).Text, StringComparison.Ordinal);
        // The pharmacy's own list keeps its line as long as it may be read.
        Assert.Equal(2, await CountAsync(host, "SELECT COUNT(*) FROM booking b JOIN resident p ON p.id = b.resident_id"));
        await AssertSoundAsync(host);
    }

    [EngineTheory]
    public async Task Deleting_oneself_does_not_lift_the_cooldown_and_the_hash_goes_when_it_is_over(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, engine: engine);
        using var wang = await host.NewResidentAsync(1);
        await wang.BookAsync("LD02", "a");
        await host.SetClockAsync("2020-02-11T19:01:00+08:00");
        await (await PageReader.OpenAsync(wang.Http, "/my-data/erase")).PostAsync(wang.Http);
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE id_number <> ''"));
        using (var again = await host.NewResidentAsync(1, "oOther"))
            Assert.Equal("cooldown", (await again.BookAsync("LD02", "b")).Body.Code());
        var wangs = "resident_id IN (SELECT resident_id FROM booking)";
        Assert.Equal(1, await CountAsync(host, $"SELECT COUNT(*) FROM booking WHERE person_hash IS NOT NULL AND {wangs}"));

        await host.SetClockAsync("2020-02-14T12:00:00+08:00");

        Assert.Equal(0, await CountAsync(host, $"SELECT COUNT(*) FROM booking WHERE person_hash IS NOT NULL AND {wangs}"));
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM person_hold"));
        Assert.Equal(1, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE person_hash LIKE 'erased:%'"));
        await host.SetClockAsync("2020-03-16T12:00:00+08:00");
        Assert.Equal(0, await CountAsync(host, "SELECT COUNT(*) FROM resident WHERE person_hash LIKE 'erased:%'"));
        await AssertSoundAsync(host);
    }

    private static async Task<JsonElement> ExportAsync(HttpClient phone)
    {
        var page = await PageReader.OpenAsync(phone, "/my-data");
        return JsonDocument.Parse((await ExportAnswerAsync(phone, page)).Html).RootElement;
    }

    private static Task<PageReader> ExportAnswerAsync(HttpClient phone, PageReader page) =>
        (page with { Address = new Uri(page.Address, "/my-data?handler=export") }).PostAsync(phone);

    private static Task<long> CountAsync(SandboxHost host, string query) => host.Get<Database>().ScalarAsync<long>(query);

    private static async Task AssertSoundAsync(SandboxHost host) =>
        Assert.All(await host.Get<InvariantQueries>().RunAsync(CancellationToken.None), r => Assert.True(r.Broken == 0, r.Name));
}
