using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>Walks every page as a logged-in resident with data: what may be kept by others holds nothing of anybody.</summary>
public sealed class PrivacyWalkTests
{
    private static readonly string[] StaffPages = ["pharmacy", "supervisor", "staff", "sandbox"];

    [Fact]
    public async Task What_may_be_cached_holds_nothing_of_an_account_and_everything_personal_says_no_store()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00");
        using var wang = await host.NewResidentAsync(7);
        var number = (await wang.BookAsync("LD02", "a")).Body.GetProperty("number").GetString()!;
        foreach (var clock in new[] { "2020-02-10T19:01:00+08:00", "2020-02-10T22:05:00+08:00", "2020-02-11T10:00:00+08:00", "2020-02-11T20:00:00+08:00" })
        {
            await host.SetClockAsync(clock);
            // Between two looks at a page no job may add to the visits that it tells.
            await using var held = await host.Get<SchedulerPause>().HoldAsync(default);
            foreach (var path in Paths(host, number, wang.ResidentId)) await CheckAsync(host, wang, path, number);
        }
    }

    [Fact]
    public async Task A_days_notice_is_kept_shortly_while_the_round_moves_and_longer_when_it_has_ended()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T22:05:00+08:00");
        var moving = await PageReader.OpenAsync(host.Http, "/notices/2020-02-10");
        await host.SetClockAsync("2020-02-11T20:00:00+08:00");
        var ended = await PageReader.OpenAsync(host.Http, "/notices/2020-02-10");

        Assert.Equal(2, moving.Answer.Headers.CacheControl!.MaxAge!.Value.TotalSeconds);
        Assert.Equal(60, ended.Answer.Headers.CacheControl!.MaxAge!.Value.TotalSeconds);
    }

    /// <summary>Every route that is a page of residents or of everybody, and the open data.</summary>
    private static List<string> Paths(SandboxHost host, string number, string residentId)
    {
        var pages = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<Microsoft.AspNetCore.Mvc.RazorPages.PageActionDescriptor>() is not null)
            .Select(e => e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => !StaffPages.Contains(p.Split('/')[0], StringComparer.Ordinal))
            .Select(p => "/" + Regex.Replace(p, @"\{(\w+)[^}]*\}", m => m.Groups[1].Value switch
            {
                "number" => number, "id" => residentId, "date" => "2020-02-10", var other => throw new InvalidOperationException(other),
            }))
            .Distinct(StringComparer.Ordinal).ToList();
        Assert.True(pages.Count >= 13, string.Join(' ', pages));
        return
        [
            .. pages, "/notices/2020-02-10?pharmacy=LD02", $"/bookings/{number}/voucher.svg", "/api/me", "/api/bookings", $"/api/bookings/{number}", "/api/board",
            "/api/public/rounds", "/api/public/rounds/2020-02-10", "/api/public/rounds/2020-02-10/list?pharmacy=LD02",
            "/api/public/rounds/2020-02-10/list.csv?pharmacy=LD02", "/api/public/pharmacies", "/nowhere",
        ];
    }

    private static async Task CheckAsync(SandboxHost host, ResidentPhone wang, string path, string number)
    {
        var page = await PageReader.OpenAsync(wang.Http, path);
        var cache = page.Answer.Headers.CacheControl;
        string[] secrets = ["张三丰", People.IdNumber(7), People.IdNumber(7)[..14], People.Mobile(7), number, "o-7", wang.ResidentId];
        if (cache is { NoStore: true }) return;
        Assert.All(secrets, s => Assert.False(page.Html.Contains(s, StringComparison.Ordinal), $"{path} ({page.Address}) may be kept and holds {s}."));
        Assert.DoesNotContain("__RequestVerificationToken", page.Html, StringComparison.Ordinal);
        if (page.Status != HttpStatusCode.OK) return;
        // The same for everybody: a stranger gets it byte for byte.
        var stranger = await PageReader.OpenAsync(host.Http, path);
        Assert.Equal(HttpStatusCode.OK, stranger.Status);
        Assert.Equal(WithoutTime(stranger.Html), WithoutTime(page.Html));
    }

    private static string WithoutTime(string html) => Regex.Replace(html, "data-(now|made)=\"\\d+\"|\"asOf\":\"[^\"]+\"", "");
}
