using System.Net;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.OpenData;

/// <summary>What is public may be read from pages of other sites, and is kept no longer than it holds.</summary>
public sealed class PublicHeaderTests
{
    [Fact]
    public async Task Other_sites_may_read_what_is_public_and_nobody_keeps_a_refusal()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T21:50:00+08:00");
        await host.SetClockAsync("2020-02-11T10:00:00+08:00");
        foreach (var path in new[] { "/api/public/rounds", "/api/public/rounds.csv", "/api/public/rounds/2020-02-10", "/api/public/pharmacies", "/api/public/changes" })
            Assert.Equal(("*", "public, max-age=2", null), await HeadersAsync(host, path, HttpStatusCode.OK));
        Assert.Equal(("*", "public, max-age=2", "noindex, nofollow"), await HeadersAsync(host, "/api/public/rounds/2020-02-10/list?pharmacy=LD01", HttpStatusCode.OK));
        Assert.Equal(("*", "public, no-cache", null), await HeadersAsync(host, "/api/board", HttpStatusCode.OK));
        Assert.Equal(("*", null, null), await HeadersAsync(host, "/api/public/rounds/2019-01-01", HttpStatusCode.NotFound));
    }

    private static async Task<(string? Origin, string? Cache, string? Robots)> HeadersAsync(SandboxHost host, string path, HttpStatusCode expected)
    {
        using var answer = await host.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(expected, answer.StatusCode);
        string? Of(string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
        return (Of("Access-Control-Allow-Origin"), Of("Cache-Control"), Of("X-Robots-Tag"));
    }
}
