using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

public sealed class NearbyPageTests
{
    private const string Tiles = "https://tiles.example.org/{z}/{x}/{y}.png";
    private const string Host = "https://tiles.example.org";

    [Fact]
    public async Task Only_the_page_with_the_map_may_load_tiles_and_only_from_their_host()
    {
        await using var host = await SandboxHost.StartAsync(configure: b => b.Configuration["Map:TileUrl"] = Tiles);

        Assert.Contains($"img-src 'self' data: {Host};", await PolicyAsync(host, "/nearby"), StringComparison.Ordinal);
        Assert.DoesNotContain(Host, await PolicyAsync(host, "/"), StringComparison.Ordinal);
        Assert.Contains(Tiles, WebUtility.HtmlDecode(await host.Http.GetStringAsync(new Uri("/nearby", UriKind.Relative))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_tiles_nothing_is_loaded_from_elsewhere()
    {
        await using var host = await SandboxHost.StartAsync();

        Assert.Contains("img-src 'self' data:;", await PolicyAsync(host, "/nearby"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiles")]
    [InlineData("http://tiles.example.org/{z}/{x}/{y}.png")]
    [InlineData("https://tiles.example.org/{z}/{x}.png")]
    [InlineData("https://{s}.example.org/{z}/{x}/{y}.png")]
    public async Task A_tile_address_that_cannot_work_stops_the_start_by_name(string address)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => SandboxHost.StartAsync(configure: b => b.Configuration["Map:TileUrl"] = address));

        Assert.StartsWith("Map:TileUrl", Assert.Single(refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_citys_page_leaves_room_in_a_first_visit()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:31:00+08:00");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nearby");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.InRange((await answer.Content.ReadAsByteArrayAsync()).Length, 1, 40 * 1024);
    }

    [Fact]
    public async Task Words_and_district_narrow_the_list_and_strange_ones_do_no_harm()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:31:00+08:00");

        Assert.Equal(228, await CountAsync(host, ""));
        Assert.Equal(228, await CountAsync(host, "?district=nowhere"));
        Assert.Equal(1, await CountAsync(host, "?q=cz228"));
        Assert.Equal(0, await CountAsync(host, "?q=" + Uri.EscapeDataString("<script>")));
        Assert.Equal(0, await CountAsync(host, "?q=" + new string('x', 3000)));
        Assert.InRange(await CountAsync(host, "?district=" + Uri.EscapeDataString("凤阳县")), 1, 100);
    }

    [Fact]
    public async Task Pharmacies_with_places_stand_before_those_that_have_none_each_under_its_district()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:01:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        Assert.Equal(["LD01", "LD02", "LD03", "LD04", "LD05"], await CodesAsync(host));

        foreach (var code in new[] { "LD01", "LD03" })
        {
            using var paused = await supervisor.PutAsJsonAsync($"/api/supervisor/pharmacies/{code}", new { status = "paused", reason = "盘点" });
            paused.EnsureSuccessStatusCode();
        }

        Assert.Equal(["LD02", "LD04", "LD05", "LD01", "LD03"], await CodesAsync(host));
        // The name of the district stands above its list, for those who have no script to sort with.
        Assert.Matches("<summary><span>娄星区</span>", await host.Http.GetStringAsync(new Uri("/nearby", UriKind.Relative)));
    }

    private static async Task<string[]> CodesAsync(SandboxHost host) =>
        [.. Regex.Matches(await host.Http.GetStringAsync(new Uri("/nearby", UriKind.Relative)), "<li class=\"pharmacy\" data-code=\"([A-Z0-9]+)\"").Select(m => m.Groups[1].Value)];

    private static async Task<int> CountAsync(SandboxHost host, string query) =>
        (await host.Http.GetStringAsync(new Uri("/nearby" + query, UriKind.Relative))).Split("<li class=\"pharmacy\"").Length - 1;

    private static async Task<string> PolicyAsync(SandboxHost host, string path)
    {
        using var answer = await host.Http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.Headers.GetValues("Content-Security-Policy").Single();
    }
}
