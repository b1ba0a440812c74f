using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WeChatMask.Tests.Support;

/// <summary>Status and body of an answer; the body is undefined when there was none.</summary>
internal readonly record struct PhoneReply(int Status, JsonElement Body)
{
    /// <summary>A member of the body as text.</summary>
    public string? Text(string member) => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(member, out var value) ? value.ToString() : null;

    /// <summary>The code of a refusal.</summary>
    public string? Code => Text("code");
}

/// <summary>
/// A resident's phone that keeps its own cookies: thousands of them share one pool of connections, and a city that
/// starts again at another port still knows it. It speaks only what the contract says.
/// </summary>
internal sealed partial class Phone(string openId)
{
    private const int MostRedirects = 5;
    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal) { ["sandbox_openid"] = openId };

    /// <summary>Id of the person registered last.</summary>
    public string ResidentId { get; private set; } = "";

    /// <summary>A client for <paramref name="address"/> that leaves cookies and redirects to the phones.</summary>
    public static HttpClient Connect(Uri address) => new(new SocketsHttpHandler
    {
        UseCookies = false, AllowAutoRedirect = false, UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
    })
    {
        BaseAddress = address,
    };

    /// <summary>Logs in through the sandbox's WeChat and registers a made-up person.</summary>
    public async Task JoinAsync(HttpClient http, int person)
    {
        await LogInAsync(http);
        var reply = await SendAsync(http, HttpMethod.Post, "/api/residents", People.Registration(person));
        if (reply.Status != 201) throw new InvalidOperationException($"Registration of person {person}: {reply.Status} {reply.Code}");
        ResidentId = reply.Text("id")!;
    }

    /// <summary>Logs in through the sandbox's WeChat.</summary>
    public async Task LogInAsync(HttpClient http)
    {
        var at = new Uri(http.BaseAddress!, "/login?returnUrl=%2Fhealth%2Flive");
        for (var i = 0; i < MostRedirects && at.AbsolutePath != "/health/live"; i++)
        {
            using var answer = await CallAsync(http, HttpMethod.Get, at, null);
            at = answer.Headers.Location is { } next ? new Uri(at, next) : throw new InvalidOperationException($"The log-in stopped at {at.AbsolutePath}: {answer.StatusCode}");
        }
    }

    /// <summary>Logs a member of staff in through the page's form.</summary>
    public async Task LogInStaffAsync(HttpClient http, string username, string password)
    {
        var address = new Uri(http.BaseAddress!, "/staff/login");
        using var page = await CallAsync(http, HttpMethod.Get, address, null);
        var token = FormToken(await page.Content.ReadAsStringAsync());
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["username"] = username, ["password"] = password, ["__RequestVerificationToken"] = token,
        });
        using var answer = await CallAsync(http, HttpMethod.Post, address, form);
        if (answer.StatusCode != HttpStatusCode.Found) throw new InvalidOperationException($"The log-in of {username}: {answer.StatusCode}");
    }

    /// <summary>Opens a one-time link of the staff's and sets a password by it; a name too where there is none yet.</summary>
    public async Task WelcomeAsync(HttpClient http, Uri link, string username, string password)
    {
        using (var opened = await CallAsync(http, HttpMethod.Get, link, null))
        {
            if (opened.StatusCode != HttpStatusCode.Found) throw new InvalidOperationException($"The link of {username}: {opened.StatusCode}");
        }

        var address = new Uri(link, link.AbsolutePath);
        using var page = await CallAsync(http, HttpMethod.Get, address, null);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Username"] = username, ["Password"] = password, ["Again"] = password, ["__RequestVerificationToken"] = FormToken(await page.Content.ReadAsStringAsync()),
        });
        using var answer = await CallAsync(http, HttpMethod.Post, address, form);
        if (answer.StatusCode != HttpStatusCode.Found) throw new InvalidOperationException($"The password of {username}: {answer.StatusCode}");
    }

    /// <summary>Tries to book.</summary>
    public Task<PhoneReply> BookAsync(HttpClient http, string pharmacy, string requestId) =>
        SendAsync(http, HttpMethod.Post, "/api/bookings", new { residentId = ResidentId, pharmacyCode = pharmacy, requestId });

    /// <summary>The account's bookings, newest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> BookingsAsync(HttpClient http)
    {
        var reply = await SendAsync(http, HttpMethod.Get, "/api/bookings");
        return reply.Status == 200
            ? [.. reply.Body.GetProperty("bookings").EnumerateArray()]
            : throw new InvalidOperationException($"GET /api/bookings: {reply.Status} {reply.Code}");
    }

    /// <summary>Any call with the phone's cookies.</summary>
    public async Task<PhoneReply> SendAsync(HttpClient http, HttpMethod method, string path, object? body = null)
    {
        using var answer = await CallAsync(http, method, new Uri(http.BaseAddress!, path), body);
        var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) ?? false;
        return new PhoneReply((int)answer.StatusCode, isJson ? await answer.Content.ReadFromJsonAsync<JsonElement>() : default);
    }

    /// <summary>An answer that has no end, as it comes.</summary>
    public async Task<Stream> FollowAsync(HttpClient http, string path)
    {
        using var request = Request(HttpMethod.Get, new Uri(http.BaseAddress!, path));
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
    }

    /// <summary>The antiforgery token of a page's form.</summary>
    public static string FormToken(string page) => AntiforgeryField().Match(page).Groups["token"].Value;

    private async Task<HttpResponseMessage> CallAsync(HttpClient http, HttpMethod method, Uri address, object? body)
    {
        using var request = Request(method, address);
        if (body is not null) request.Content = body as HttpContent ?? JsonContent.Create(body);
        var answer = await http.SendAsync(request);
        if (!answer.Headers.TryGetValues("Set-Cookie", out var set)) return answer;
        foreach (var cookie in set)
        {
            var pair = cookie.Split(';', 2)[0].Split('=', 2);
            cookies[pair[0]] = pair[1];
        }

        return answer;
    }

    private HttpRequestMessage Request(HttpMethod method, Uri address) =>
        new(method, address) { Headers = { { "Cookie", string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}")) } } };

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex AntiforgeryField();
}
