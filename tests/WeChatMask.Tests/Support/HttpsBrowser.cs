using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace WeChatMask.Tests.Support;

/// <summary>A browser behind the proxy that does TLS: keeps every cookie, follows nothing, and remembers each <c>Set-Cookie</c>.</summary>
internal sealed class HttpsBrowser(Action<string> seen) : DelegatingHandler(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
{
    private const string WeChatsBrowser = "Mozilla/5.0 MicroMessenger/8.0";

    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);

    /// <summary>What a host needs to believe the proxy.</summary>
    public static IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["ForwardedHeaders_Enabled"] = "true", ["Site:RateLimits"] = "false",
    };

    /// <summary>What it sends with every request.</summary>
    public string Cookie => string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}"));

    public static HttpClient Of(SandboxHost host, Action<string> seen, string scheme = "https") => new HttpsBrowser(seen).Client(host, scheme);

    /// <summary>Logs a resident in by WeChat's stand-in.</summary>
    public static async Task LogInAsync(SandboxHost host, HttpClient browser, string openId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/login?returnUrl=%2Fbookings", UriKind.Relative));
        request.Headers.UserAgent.ParseAdd(WeChatsBrowser);
        using var login = await browser.SendAsync(request);
        var state = Regex.Match(login.Headers.Location!.Query, "state=([^&#]+)").Groups[1].Value;
        using var world = await host.Http.GetAsync(new Uri($"{login.Headers.Location.PathAndQuery}&openid={openId}", UriKind.Relative));
        var code = Regex.Match(world.Headers.Location!.Query, "code=([^&#]+)").Groups[1].Value;
        using var back = await browser.GetAsync(new Uri($"/login/callback?code={code}&state={state}", UriKind.Relative));
        Assert.Equal("/bookings", back.Headers.Location?.OriginalString);
    }

    public HttpClient Client(SandboxHost host, string scheme)
    {
        var client = new HttpClient(this) { BaseAddress = host.Address };
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.7");
        return client;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (cookies.Count > 0) request.Headers.TryAddWithoutValidation("Cookie", Cookie);
        var answer = await base.SendAsync(request, cancellationToken);
        foreach (var set in Set(answer.Headers))
        {
            seen(set);
            var pair = set.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0) cookies.Remove(pair[0]);
            else cookies[pair[0]] = pair[1];
        }

        return answer;
    }

    private static IEnumerable<string> Set(HttpResponseHeaders headers) => headers.TryGetValues("Set-Cookie", out var all) ? all : [];
}
