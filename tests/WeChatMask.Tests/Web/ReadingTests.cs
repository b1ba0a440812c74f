using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Web;

/// <summary>What holds for every route that is read: HEAD, who may keep the answer, other origins, and the Host header.</summary>
public sealed class ReadingTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal) { ["Site:RateLimits"] = "false" };

    // Sent in pieces, made anew for every answer, or said of the answer's own moment.
    private static readonly string[] OfTheMoment = ["Date", "Transfer-Encoding", "Set-Cookie", "Age"];

    // Said by the server of an empty answer to GET alone, as RFC 9110 8.6 leaves it free to.
    private const string NoLength = "Content-Length: 0";

    private SandboxHost host = null!;

    public static TheoryData<string> OddHosts =>
    [
        "", " ", "a b", new string('a', 300), string.Join('.', Enumerable.Repeat(new string('b', 60), 8)), new string('c', 64) + ".cn", "口罩.cn", "m\u00e4sk.cn", "mask.cn:99999", "mask.cn:0", "mask.cn:-1", "mask.cn:x",
        "mask.cn:80:80", "mask.cn:", ":80", "[::1", "[zz]", "[::1]x", "[]", "[::1]:99999", "[1.2.3.4]", "[fe80::1%25eth0]", "..", ".", "a..b", ".cn", "user@mask.cn", "@", "mask.cn/", "mask.cn/path", "/", "mask.cn?x", "mask.cn#x",
        "mask.cn\\x", "mask.cn,other.cn", "<script>", "a\tb", "%6d", "mask.cn\r\nHost: other.cn", "\"mask.cn\"", "mask_{}.cn", "http://mask.cn",
    ];

    public async Task InitializeAsync() => host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", settings: Settings);

    public Task DisposeAsync() => host.DisposeAsync().AsTask();

    [Fact]
    public async Task HEAD_is_answered_as_GET_is_on_every_open_route()
    {
        var tried = 0;
        foreach (var route in WalkedRoute.Of(host).Where(r => r.IsOpen))
        {
            var (get, _) = await AskAsync(HttpMethod.Get, route.Path, !route.IsStream);
            var (head, length) = await AskAsync(HttpMethod.Head, route.Path, reads: true);
            Assert.True(get.Status == head.Status, $"{route}: GET {get.Status}, HEAD {head.Status}");
            var areAlike = route.Path == "/" ? BesideOf(get.Headers, head.Headers) == BesideOf(head.Headers, get.Headers) : get.Headers == head.Headers;
            Assert.True(areAlike, $"{route}:\n{get.Headers}\nHEAD:\n{head.Headers}");
            Assert.Equal(0, length);
            tried++;
        }

        Assert.True(tried > 40, $"{tried}");
    }

    [Fact]
    public async Task Nobody_keeps_an_answer_of_a_route_that_asks_who_is_calling()
    {
        using var wang = await host.NewResidentAsync(7);
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        using var clerk = await host.ClerkAsync("LD01");
        using var supervisor = await host.SupervisorAsync();
        using var auditor = await host.StaffAsync("auditor");
        using var administrator = await host.StaffAsync("administrator");
        using var lead = await host.StaffAsync("lead-ld01");
        var routes = WalkedRoute.Of(host, name => name switch { "number" => number, "id" => wang.ResidentId, "code" => "LD01", _ => null }).Where(r => !r.IsOpen).ToList();
        var read = 0;
        foreach (var clock in new[] { "2020-02-10T19:01:00+08:00", "2020-02-11T20:00:00+08:00" })
        {
            await host.SetClockAsync(clock);
            foreach (var (name, caller) in new (string, HttpClient)[]
            {
                ("nobody", host.Http), ("resident", wang.Http), ("clerk", clerk), ("lead", lead), ("supervisor", supervisor), ("auditor", auditor), ("administrator", administrator),
            })
            {
                foreach (var route in routes)
                {
                    using var answer = await caller.GetAsync(new Uri(route.Path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
                    Assert.True(answer.Headers.CacheControl is { NoStore: true }, $"{route} for {name}: {(int)answer.StatusCode} {answer.Headers.CacheControl}");
                    if (answer.IsSuccessStatusCode) read++;
                }
            }
        }

        Assert.True(read > 100, $"{read}");
    }

    [Theory]
    [InlineData("/api/board")]
    [InlineData("/api/board/events")]
    [InlineData("/api/public/rounds")]
    [InlineData("/api/public/rounds.csv")]
    [InlineData("/api/public/rounds/2020-02-30")]
    [InlineData("/api/public/changes")]
    public async Task Pages_of_other_sites_may_read_what_is_open(string path)
    {
        using var plain = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "Origin", "https://other.example" } } };
        using var answer = await host.Http.SendAsync(plain, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("*", Only(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("ETag", Only(answer, "Access-Control-Expose-Headers"), StringComparison.Ordinal);

        // Asked before a GET that names the ETag it knows.
        using var preflight = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative))
        {
            Headers = { { "Origin", "https://other.example" }, { "Access-Control-Request-Method", "GET" }, { "Access-Control-Request-Headers", "if-none-match" } },
        };
        using var allowed = await host.Http.SendAsync(preflight);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal("*", Only(allowed, "Access-Control-Allow-Origin"));
        Assert.Equal("if-none-match", Only(allowed, "Access-Control-Allow-Headers"));
    }

    [Fact]
    public async Task Nothing_personal_is_open_to_other_sites()
    {
        foreach (var route in WalkedRoute.Of(host).Where(r => !r.IsOpen))
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Options })
            {
                using var request = new HttpRequestMessage(method, new Uri(route.Path, UriKind.Relative)) { Headers = { { "Origin", "https://other.example" }, { "Access-Control-Request-Method", "GET" } } };
                using var answer = await host.Http.SendAsync(request);
                Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"), $"{method} {route}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(OddHosts))]
    public async Task A_Host_header_that_is_no_host_is_400(string odd)
    {
        foreach (var path in new[] { "/", "/login", "/book", "/api/me", "/api/board", "/api/wechat/signature?url=x", "/health/live", "/openapi/v1.json", "/css/resident.css", "/nowhere" })
            Assert.Equal((path, 400), (path, await RawAsync($"GET {path} HTTP/1.1\r\nHost: {odd}\r\nUser-Agent: MicroMessenger\r\nConnection: close\r\n\r\n")));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost:5080")]
    [InlineData("[::1]:5080")]
    [InlineData("mask.example.gov.cn")]
    [InlineData("Mask-1.example.gov.cn:443")]
    [InlineData("10.0.0.11:65535")]
    public async Task A_Host_header_that_is_one_is_served(string sound) =>
        Assert.Equal(200, await RawAsync($"GET /health/live HTTP/1.1\r\nHost: {sound}\r\nConnection: close\r\n\r\n"));

    [Fact]
    public async Task A_probe_of_HTTP_1_0_needs_no_Host_and_two_are_too_many()
    {
        foreach (var route in WalkedRoute.Of(host).Where(r => !r.IsStream))
            Assert.True(await RawAsync($"GET {route.Path} HTTP/1.0\r\nUser-Agent: MicroMessenger\r\n\r\n") < 500, route.Path);
        Assert.Equal(200, await RawAsync("GET /health/live HTTP/1.0\r\n\r\n"));
        Assert.Equal(400, await RawAsync("GET /health/live HTTP/1.1\r\nHost: a.cn\r\nHost: a.cn\r\nConnection: close\r\n\r\n"));
    }

    [Fact]
    public async Task No_answer_repeats_the_host_that_a_stranger_names()
    {
        const string home = "https://mask.example.gov.cn";
        var settings = new Dictionary<string, string?>(Settings, StringComparer.Ordinal) { ["Site:PublicBaseUrl"] = home };
        await using var city = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", settings: settings);
        using var clerk = await city.ClerkAsync("LD01");
        using var supervisor = await city.SupervisorAsync();
        foreach (var route in WalkedRoute.Of(city).Where(r => !r.IsStream))
        {
            foreach (var caller in new[] { city.Http, clerk, supervisor })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(route.Path, UriKind.Relative)) { Headers = { Host = "stranger.example" } };
                request.Headers.UserAgent.ParseAdd("MicroMessenger/8.0");
                using var answer = await caller.SendAsync(request);
                Assert.DoesNotContain("stranger.example", answer.ToString() + await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Theory]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    [InlineData("DELETE")]
    public async Task A_method_that_a_route_does_not_know_is_no_failure_of_ours(string method)
    {
        using var supervisor = await host.SupervisorAsync();
        foreach (var route in WalkedRoute.Of(host))
        {
            foreach (var caller in new[] { host.Http, supervisor })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(route.Path, UriKind.Relative));
                using var answer = await caller.SendAsync(request);
                Assert.True((int)answer.StatusCode is >= 300 and < 500, $"{method} {route}: {(int)answer.StatusCode}");
            }
        }
    }

    [Theory]
    [InlineData("gopher")]
    [InlineData("00-1")]
    [InlineData("a+b.c-d")]
    public async Task A_scheme_that_is_none_is_400(string scheme)
    {
        await using var behind = await SandboxHost.StartAsync(settings: HttpsBrowser.Settings);
        foreach (var path in new[] { "/", "/book", "/login", "/api/me", "/residents", "/health/live" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "X-Forwarded-Proto", scheme }, { "X-Forwarded-For", "192.0.2.7" } } };
            using var answer = await behind.Http.SendAsync(request);
            Assert.Equal((path, 400), (path, (int)answer.StatusCode));
        }
    }

    [Fact]
    public async Task The_description_of_the_API_is_the_same_for_everybody_and_known_again()
    {
        using var first = await host.Http.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        var tag = first.Headers.ETag!;
        var text = await first.Content.ReadAsStringAsync();
        Assert.Equal("application/json", first.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"/api/bookings\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Address.Authority, text, StringComparison.Ordinal);

        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri("/openapi/v1.json", UriKind.Relative)) { Headers = { IfNoneMatch = { tag } } };
        using var known = await host.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using var same = await host.Http.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        Assert.Equal((tag, text), (same.Headers.ETag, await same.Content.ReadAsStringAsync()));
    }

    private static string Only(HttpResponseMessage answer, string header) => string.Join(',', Assert.Single(answer.Headers.GetValues(header)));

    private async Task<((int Status, string Headers) Head, long Length)> AskAsync(HttpMethod method, string path, bool reads)
    {
        using var limit = new CancellationTokenSource(Eventually.GiveUp);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        using var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => !OfTheMoment.Contains(h.Key, StringComparer.OrdinalIgnoreCase))
            .Select(h => $"{h.Key}: {Settled(string.Join(", ", h.Value))}").Where(h => h != NoLength).Order(StringComparer.Ordinal);
        // The client has no body to read of a HEAD whatever comes, so what comes is read from the line itself.
        var length = reads && method == HttpMethod.Head ? await BodyAsync(path) : 0;
        return (((int)answer.StatusCode, string.Join('\n', headers)), length);
    }

    // The home page that is made for one is sent in pieces, and its copy a moment later is as long as it is.
    private static string BesideOf(string headers, string other) => other.Contains("Content-Length: ", StringComparison.Ordinal) ? headers : Regex.Replace(headers, @"Content-Length: .*\n", "");

    // Random states and pauses.
    private static string Settled(string value) => Regex.Replace(Regex.Replace(value, "state=[0-9a-f]+", "state="), @"^[1-9]\d?$", "n");

    private async Task<long> BodyAsync(string path)
    {
        var answer = await LineAsync($"HEAD {path} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nConnection: close\r\n\r\n");
        return answer.Length - answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4;
    }

    private async Task<int> RawAsync(string request)
    {
        var answer = await LineAsync(request);
        return int.Parse(Regex.Match(answer, @"^HTTP/1\.[01] (\d{3})").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<string> LineAsync(string request)
    {
        using var line = new TcpClient();
        await line.ConnectAsync(host.Address.Host, host.Address.Port);
        await using var stream = line.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync().WaitAsync(Eventually.GiveUp);
    }
}
