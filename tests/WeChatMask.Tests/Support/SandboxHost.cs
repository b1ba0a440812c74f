using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WeChatMask.Data;
using WeChatMask.Sandbox;

namespace WeChatMask.Tests.Support;

/// <summary>The whole product in its sandbox, in this process on a free port, with a data folder of its own that goes with it.</summary>
/// <example><code>
/// await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
/// using var phone = await host.PhoneAsync("oAnna");
/// await host.SetClockAsync("2020-02-10T19:00:00+08:00");
/// var me = await phone.GetJsonAsync("/api/me");
/// </code></example>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly string city;
    private readonly bool ownsData;
    private readonly Uri? world;
    private readonly Action<WebApplicationBuilder>? configure;
    private readonly IReadOnlyDictionary<string, string?> settings;
    private TestDatabase? database;
    private readonly List<Uri> addresses = [];
    private bool ownsDatabase = true;

    private SandboxHost(string city, string? data, Action<WebApplicationBuilder>? configure, Uri? world, IReadOnlyDictionary<string, string?>? settings)
    {
        this.city = city;
        this.world = world;
        this.configure = configure;
        this.settings = settings ?? new Dictionary<string, string?>(StringComparer.Ordinal);
        ownsData = data is null;
        Data = data ?? Directory.CreateTempSubdirectory("wechatmask-").FullName;
    }

    /// <summary>The data folder.</summary>
    public string Data { get; }

    /// <summary>The running app, for its services.</summary>
    public WebApplication App { get; private set; } = null!;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>A caller without cookies that is shown redirects instead of following them.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Starts a sandbox.</summary>
    /// <param name="city">loudi or chuzhou.</param>
    /// <param name="clock">Where the clock is put; else the city's own start.</param>
    /// <param name="data">A folder to go on in, which then stays; else a new one that is deleted at the end.</param>
    /// <param name="configure">Changes services or configuration after the product's and the sandbox's own.</param>
    /// <param name="world">A sandbox whose world this one joins. On the same <paramref name="data"/>, both are nodes of one city.</param>
    /// <param name="engine">The engine of its database, which is a file in the data folder or goes with the host.</param>
    /// <param name="settings">Settings that decide what is registered.</param>
    public static async Task<SandboxHost> StartAsync(
        string city = "loudi", string? clock = null, string? data = null, Action<WebApplicationBuilder>? configure = null, Uri? world = null,
        DatabaseKind engine = DatabaseKind.Sqlite, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var host = new SandboxHost(city, data, configure, world, settings);
        try
        {
            if (engine != DatabaseKind.Sqlite) host.database = await TestDatabase.CreateAsync(engine, host.Data, forNode: true);
            await host.RunAsync(clock);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another node of the same city: its database and its world. From now on this host's callers take the nodes in turn.</summary>
    public async Task<SandboxHost> AddNodeAsync()
    {
        var node = new SandboxHost(city, database is null ? Data : null, configure, Address, settings) { database = database, ownsDatabase = false };
        await node.RunAsync(null);
        addresses.Add(node.Address);
        return node;
    }

    /// <summary>Stops it cleanly and starts it on the same data, at another port.</summary>
    public async Task RestartAsync(string? clock = null)
    {
        await StopAsync();
        await RunAsync(clock);
    }

    /// <summary>A service of the app.</summary>
    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>A resident's phone: its cookies, logged in by WeChat's stand-in.</summary>
    public async Task<HttpClient> PhoneAsync(string openId)
    {
        var cookies = new CookieContainer();
        cookies.Add(Address, new Cookie("sandbox_openid", openId, "/"));
        var phone = NewClient(cookies, followsRedirects: true);
        using var answer = await phone.GetAsync(new Uri("/login?returnUrl=%2Fhealth%2Flive", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode, $"The log-in of {openId} ended at {answer.RequestMessage?.RequestUri} with {answer.StatusCode}.");
        Assert.Equal("/health/live", answer.RequestMessage?.RequestUri?.AbsolutePath);
        return phone;
    }

    /// <summary>A phone with one person registered on it.</summary>
    public async Task<ResidentPhone> NewResidentAsync(int i, string? openId = null, string? mobile = null)
    {
        var phone = await PhoneAsync(openId ?? $"o-{i}");
        var (status, body) = await phone.PostAsync("/api/residents", People.Registration(i, mobile));
        Assert.Equal((int)HttpStatusCode.Created, status);
        return new ResidentPhone(phone, body.GetProperty("id").GetString()!);
    }

    /// <summary>A clerk of a pharmacy, logged in.</summary>
    public Task<HttpClient> ClerkAsync(string pharmacy) => StaffAsync($"clerk-{pharmacy.ToLowerInvariant()}", DemoStaffStore.ClerkPassword);

    /// <summary>The supervisor, logged in.</summary>
    public Task<HttpClient> SupervisorAsync() => StaffAsync(DemoStaffStore.Supervisor, DemoStaffStore.SupervisorPassword);

    /// <summary>A member of staff by the demo log-in: auditor, administrator, lead-ld01 and so on.</summary>
    public Task<HttpClient> StaffAsync(string username) => StaffAsync(username, $"{username.Split('-')[0]}-demo");

    /// <summary>A browser with cookies that nobody has logged in with.</summary>
    public HttpClient Browser(bool followsRedirects = false) => NewClient(new CookieContainer(), followsRedirects);

    /// <summary>What the clock shows.</summary>
    public async Task<DateTimeOffset> NowAsync() => (await Http.GetJsonAsync("/sandbox/clock")).GetProperty("now").GetDateTimeOffset();

    /// <summary>Puts the clock to an instant; forward, everything due on the way is done when this returns.</summary>
    public Task<DateTimeOffset> SetClockAsync(string now) => MoveClockAsync(new { now });

    /// <summary>Lets time pass (<c>PT30M</c>); everything due on the way is done when this returns.</summary>
    public Task<DateTimeOffset> AdvanceAsync(string duration) => MoveClockAsync(new { advance = duration });

    /// <summary>From here on jobs run only when the clock is moved, and not beside a test at a time that the machine decides.</summary>
    public async Task<IAsyncDisposable> HoldJobsAsync()
    {
        var held = await Get<SchedulerPause>().HoldAsync(CancellationToken.None);
        await Eventually.UntilAsync(() => !Get<SchedulerPause>().IsBusy);
        return held;
    }

    /// <summary>Short messages, newest last.</summary>
    public async Task<IReadOnlyList<JsonElement>> SmsAsync(string? mobile = null) =>
        [.. (await Http.GetJsonAsync("/sandbox/sms" + (mobile is null ? "" : $"?mobile={mobile}"))).EnumerateArray()];

    /// <summary>Makes a neighbour fail (down, slow, throttle) or well again (ok).</summary>
    public async Task FailAsync(string target, string mode)
    {
        using var answer = await Http.PostAsJsonAsync("/sandbox/faults", new { target, mode });
        answer.EnsureSuccessStatusCode();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (database is not null && ownsDatabase) await database.DisposeAsync();
        if (ownsData) Directory.Delete(Data, recursive: true);
    }

    private async Task RunAsync(string? clock)
    {
        var options = new SandboxOptions(city, "http://127.0.0.1:0", Data, clock is null ? null : SandboxTime.Read(clock), world);
        var joined = world is null ? null : await JoinedWorld.FindAsync(world, TimeSpan.Zero);
        if (joined is not null) options = options.In(joined, Data);
        var builder = SandboxApp.CreateBuilder(options, joined, database is null ? settings : [.. settings, .. database.Configuration()]);
        builder.Logging.ClearProviders();
        configure?.Invoke(builder);
        App = SandboxApp.Build(builder);
        await App.StartAsync();
        Address = new Uri(App.Urls.First());
        // A node that takes longer on a busy machine is no dead one.
        if (world is null) Get<JoinedNodes>().Patience = Eventually.GiveUp;
        addresses.Clear();
        addresses.Add(Address);
        Http = new HttpClient(new InTurn(addresses) { InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false } })
        {
            BaseAddress = Address,
            // A move of the clock over many days takes as long as the machine needs.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private async Task StopAsync()
    {
        Http?.Dispose();
        if (App is null) return;
        await App.StopAsync();
        await App.DisposeAsync();
    }

    private async Task<HttpClient> StaffAsync(string username, string password)
    {
        var browser = Browser();
        using var answer = await StaffLogins.LogInAsync(browser, username, password);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        if (username == DemoStaffStore.Administrator)
        {
            await this.RenewCodeAsync();
            using var entered = await StaffLogins.EnterCodeAsync(browser, StaffLogins.CodeOf(DemoStaffStore.AdministratorSecret));
            Assert.Equal(HttpStatusCode.Found, entered.StatusCode);
        }

        return browser;
    }

    private HttpClient NewClient(CookieContainer cookies, bool followsRedirects)
    {
        var line = EarlyAnswers.Handler();
        (line.CookieContainer, line.AllowAutoRedirect) = (cookies, followsRedirects);
        return new(new InTurn(addresses) { InnerHandler = line }) { BaseAddress = Address };
    }

    private async Task<DateTimeOffset> MoveClockAsync(object order)
    {
        using var answer = await Http.PostAsJsonAsync("/sandbox/clock", order);
        answer.EnsureSuccessStatusCode();
        return (await answer.JsonAsync()).GetProperty("now").GetDateTimeOffset();
    }
}

/// <summary>A plain round-robin in front of the nodes.</summary>
internal sealed class InTurn(IReadOnlyList<Uri> nodes) : DelegatingHandler
{
    private int turn;

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var node = nodes[(int)((uint)Interlocked.Increment(ref turn) % (uint)nodes.Count)];
        request.RequestUri = new Uri(node, request.RequestUri!.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Reading and writing JSON in a line.</summary>
internal static class JsonCalls
{
    /// <summary>The JSON of a successful GET.</summary>
    public static Task<JsonElement> GetJsonAsync(this HttpClient http, string path) => http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>The JSON body of an answer, whatever its status.</summary>
    public static Task<JsonElement> JsonAsync(this HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Posts and gives back status and body.</summary>
    public static async Task<(int Status, JsonElement Body)> PostAsync(this HttpClient http, string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        return ((int)answer.StatusCode, await answer.JsonAsync());
    }

    /// <summary>The code of a problem.</summary>
    public static string? Code(this JsonElement problem) => problem.GetProperty("code").GetString();
}
