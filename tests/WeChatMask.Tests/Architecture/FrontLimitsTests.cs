using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Architecture;

/// <summary>The nginx that is shipped lets through what the app takes, on every route, and no more.</summary>
public sealed class FrontLimitsTests
{
    private const string EventsPath = "/api/board/events";

    private static readonly NginxConf Http = NginxConf.Read(Repository.Read("scripts/deploy/nginx/nginx.conf")).One("http")!;
    private static readonly NginxConf Site = Http.All("server").Single(s => s.One("ssl_certificate") is not null);

    [Fact]
    public async Task Bodies_and_log_ins_are_limited_alike_on_every_route()
    {
        await using var host = await SandboxHost.StartAsync();
        var usual = host.Get<IOptions<KestrelServerOptions>>().Value.Limits.MaxRequestBodySize!.Value;
        var routes = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(e => (Path: "/" + Regex.Replace(e.RoutePattern.RawText!.Trim('/'), @"\{[^}]*\}", "x1"), e.Metadata))
            .Where(r => !r.Path.StartsWith("/sandbox", StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count > 80, $"Only {routes.Count} routes.");
        var faults = new List<string>();
        var own = 0;
        foreach (var (path, metadata) in routes)
        {
            var location = Site.LocationOf(path);
            var size = NginxConf.Size((location.One("client_max_body_size") ?? Http.One("client_max_body_size")!).Words[0]);
            var takes = metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? usual;
            if (size != takes) faults.Add($"{path}: nginx takes {size} bytes, the app {takes}.");
            if (takes != usual) own++;
            var counts = location.All("limit_req").Any();
            var isCounted = metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName == RateLimits.PerAddress;
            if (counts != isCounted) faults.Add($"{path}: nginx counts {counts}, the app {isCounted}.");
        }

        Assert.Empty(faults);
        Assert.True(own >= 2);
    }

    [Fact]
    public void The_figures_are_the_apps()
    {
        Assert.Contains($"rate={RateLimits.LoginsPerMinute}r/m", Http.One("limit_req_zone")!.Words);
        Assert.All(Site.All("location").SelectMany(l => l.All("limit_req")), l => Assert.Contains($"burst={RateLimits.LoginsPerMinute}", l.Words));
        var events = Site.LocationOf(EventsPath);
        Assert.Equal(["=", EventsPath], events.Words);
        Assert.Equal(new SiteSettings().BoardListeners.ToString(CultureInfo.InvariantCulture), events.One("limit_conn")!.Words[1]);
        Assert.Equal("off", events.One("proxy_buffering")!.Words[0]);
        Assert.Contains($"default-server maxconn {new SiteSettings().BoardListeners} ", Repository.Read("scripts/deploy/haproxy.cfg"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_gathered_on_the_way_of_a_stream_and_none_is_cut_between_its_heartbeats()
    {
        await using var host = await SandboxHost.StartAsync();
        var streams = host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => "/" + e.RoutePattern.RawText!.Trim('/')).Where(p => p.EndsWith("/events", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(streams.Count > 1);
        var haproxy = Repository.Read("scripts/deploy/haproxy.cfg");
        foreach (var stream in streams)
        {
            var location = Site.LocationOf(stream);
            Assert.Equal("off", location.One("proxy_buffering")?.Words[0]);
            Assert.True(location.One("proxy_read_timeout")!.Words[0] is "2m" or "12h", stream);
            Assert.Matches($"use_backend events if .* {Regex.Escape(stream)}( |$)", haproxy);
        }
    }

    [Fact]
    public void All_listeners_together_leave_room_for_everybody_else_even_with_one_worker()
    {
        var root = NginxConf.Read(Repository.Read("scripts/deploy/nginx/nginx.conf"));
        var connections = int.Parse(root.One("events")!.One("worker_connections")!.Words[0], CultureInfo.InvariantCulture);
        var files = int.Parse(root.One("worker_rlimit_nofile")!.Words[0], CultureInfo.InvariantCulture);
        var listeners = int.Parse(Site.LocationOf(EventsPath).One("limit_conn")!.Words[1], CultureInfo.InvariantCulture);

        Assert.True(connections - (2 * listeners) >= listeners, $"{connections} connections of a worker, {listeners} listeners of two each");
        Assert.True(files >= 2 * connections, $"{files} files, {connections} connections");
    }

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6")]
    [InlineData("2001:db8:1:2::6")]
    [InlineData("2001:db8:1:2:0:ffff::")]
    [InlineData("2001:db8:1::6")]
    [InlineData("2001:db8::1:2:3:4")]
    [InlineData("2001:db8::1")]
    [InlineData("2001::1:2:3:4:5")]
    [InlineData("2408::1:2:3:4:5:6")]
    [InlineData("::1")]
    public void A_caller_is_counted_by_the_same_network(string address)
    {
        var ip = IPAddress.Parse(address);
        var key = KeyOf(ip);
        // Whoever the app counts as the same is the same here; who is another there is another here.
        foreach (var other in Neighbours(ip)) Assert.True(CallerAddress.Of(ip) == CallerAddress.Of(other) == (key == KeyOf(other)), $"{ip} {key}, {other} {KeyOf(other)}");
    }

    private static string KeyOf(IPAddress ip)
    {
        foreach (var line in Http.All("map").Single(m => m.Words[1] == "$caller").Inside)
        {
            if (line.Name == "default") return ip.ToString();
            var match = Regex.Match(ip.ToString(), line.Name[1..], RegexOptions.None, TimeSpan.FromSeconds(1));
            if (match.Success) return match.Groups["net"].Value;
        }

        throw new InvalidOperationException("The map has no default.");
    }

    private static IEnumerable<IPAddress> Neighbours(IPAddress ip)
    {
        var bytes = ip.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            // 0x11 fills its group: how it is written does not change by it but where it makes or ends a run of zeros.
            if (bytes[i] == 0 && i % 2 == 0) continue;
            if (bytes[i] == 0) continue;
            byte[] other = [.. bytes];
            other[i] ^= 0x40;
            yield return new IPAddress(other);
        }
    }
}
