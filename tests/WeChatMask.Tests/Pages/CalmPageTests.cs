using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Rounds;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>Pages under load and in trouble: they say what is the matter and what to do, and send nobody to the reload button.</summary>
public sealed class CalmPageTests
{
    private const string Open = "2020-02-10T19:00:00+08:00";

    [Fact]
    public async Task A_full_desk_answers_calmly_and_the_same_attempt_is_kept_for_the_next_press()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, configure: b =>
        {
            b.Configuration["Site:DeskQueue"] = "1";
            b.Configuration["Site:DeskBatch"] = "1";
        });
        using var wang = await host.NewResidentAsync(1);
        var page = await PageReader.OpenAsync(wang.Http, "/book");
        (string, string)[] press = [("requestId", page.Hidden("requestId")), ("residentId", wang.ResidentId), ("pharmacyCode", "LD04")];

        // Nothing can be written: the desk holds one attempt at the gate and one in its queue, and is full.
        var desk = host.Get<BookingDesk>();
        PageReader busy;
        Task<BookingAnswer> inHand, inQueue;
        await using (await host.Get<Database>().Engine.BeginWriteAsync(CancellationToken.None))
        {
            inHand = desk.BookAsync(new BookingRequest(0, 0, "LD01", "1"));
            do inQueue = desk.BookAsync(new BookingRequest(0, 0, "LD01", "2"));
            while (inQueue.IsCompleted);
            busy = await page.PostAsync(wang.Http, press);
        }

        await Task.WhenAll(inHand, inQueue);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, busy.Status);
        Assert.InRange(busy.Answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3);
        Assert.True(busy.Answer.Headers.CacheControl!.NoStore);
        Assert.Equal(page.Hidden("requestId"), busy.Hidden("requestId"));
        Assert.Contains("没有重复预约", busy.Text, StringComparison.Ordinal);
        Assert.Matches("name=\"pharmacyCode\" value=\"LD04\">再试一次", busy.Html);
        Assert.DoesNotContain("http-equiv=\"refresh\"", busy.Html, StringComparison.Ordinal);
        var booked = await busy.PostAsync(wang.Http, press);
        Assert.StartsWith("/bookings/", booked.Address.AbsolutePath, StringComparison.Ordinal);
        Assert.Contains("预约成功", booked.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/book")]
    [InlineData("/notices")]
    public async Task A_page_that_breaks_waits_by_itself_and_tells_no_inside(string path)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("ALTER TABLE round RENAME TO round_away"), CancellationToken.None);
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("ALTER TABLE policy RENAME TO policy_away"), CancellationToken.None);
        host.Get<Board>().MarkChanged();

        var page = await PageReader.OpenAsync(wang.Http, path);

        Assert.Equal(HttpStatusCode.InternalServerError, page.Status);
        Assert.True(page.Answer.Headers.CacheControl!.NoStore);
        Assert.NotNull(page.Answer.Headers.RetryAfter);
        Assert.Contains("已经约好的预约不受影响", page.Text, StringComparison.Ordinal);
        Assert.Contains("src=\"/js/again.js\"", page.Html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{path}\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)exception|sqlite|round_away", page.Html);
        PublicPageTests.AssertNothingInline(page.Html);
    }

    [Fact]
    public async Task Who_asks_too_often_gets_a_page_that_waits_and_a_sent_form_is_not_sent_again_by_itself()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open, configure: b => b.Configuration["Site:RateLimits"] = "true");
        using var wang = await host.NewResidentAsync(1);
        var form = await PageReader.OpenAsync(wang.Http, "/book");
        PageReader page;
        do page = await PageReader.OpenAsync(wang.Http, "/book");
        while (page.Status == HttpStatusCode.OK);
        var sent = await form.PostAsync(wang.Http, ("requestId", form.Hidden("requestId")));

        Assert.Equal(HttpStatusCode.TooManyRequests, page.Status);
        Assert.Contains("src=\"/js/again.js\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("操作得太快了", page.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, sent.Status);
        Assert.DoesNotContain("again.js", sent.Html, StringComparison.Ordinal);
        Assert.Contains("也不会重复预约", sent.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_booking_or_day_is_told_inside_the_site_with_a_way_on()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Open);
        using var wang = await host.NewResidentAsync(1);

        foreach (var (path, way) in new[] { ("/bookings/20000000000", "/bookings"), ("/bookings/1/cancel", "/bookings"), ("/notices/2019-01-01", "/notices") })
        {
            var page = await PageReader.OpenAsync(wang.Http, path);
            Assert.Equal(HttpStatusCode.NotFound, page.Status);
            Assert.True(page.Answer.Headers.CacheControl!.NoStore, path);
            Assert.Contains("class=\"refused\"", page.Html, StringComparison.Ordinal);
            Assert.Matches($"class=\"go\" href=\"{way}\"", page.Html);
        }
    }

    [Fact]
    public async Task A_login_that_failed_leads_to_a_new_one()
    {
        await using var host = await SandboxHost.StartAsync();

        var page = await PageReader.OpenAsync(host.Http, "/login/callback?code=x&state=y");

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("href=\"/login?returnUrl=%2Fbook\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("again.js", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_for_residents_invites_anybody_to_load_a_page_again()
    {
        // At the counter one clerk loads a page again; in the rush thousands of residents would.
        var inviting = Repository.Files("src").Where(f => Path.GetExtension(f) is ".resx" or ".cshtml" && !f.EndsWith("/Staff.resx", StringComparison.Ordinal))
            .Where(f => Regex.IsMatch(Repository.Read(f), @"(?<!(不用|不必|不要|无需)\S{0,4})(刷新|重新加载|重载)"));

        Assert.Empty(inviting);
    }
}
