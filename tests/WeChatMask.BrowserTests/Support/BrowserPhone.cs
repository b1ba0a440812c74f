using Microsoft.Playwright;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Support;

/// <summary>How a phone is held and set.</summary>
/// <param name="OpenId">Whose WeChat it is; none for a phone that nobody logs in with.</param>
/// <param name="LargeType">Whether its owner chose large type before.</param>
/// <param name="JavaScript">Whether scripts run.</param>
/// <param name="Width">Width of the screen in CSS pixels.</param>
/// <param name="Height">Height of the screen in CSS pixels.</param>
/// <param name="Browser">The browser it is a window of; none for the one all tests share.</param>
/// <param name="UserAgent">What it calls itself, when that matters.</param>
/// <param name="IsOld">Everything newer than the floor is taken away from its scripts.</param>
/// <param name="Before">A script that runs before each page's own.</param>
internal sealed record PhoneOptions(
    string? OpenId = null, bool LargeType = false, bool JavaScript = true, int Width = PhoneOptions.UsualWidth, int Height = PhoneOptions.UsualHeight,
    IBrowser? Browser = null, string? UserAgent = null, bool IsOld = false, string? Before = null)
{
    /// <summary>Width of the phones the pages are made for.</summary>
    public const int UsualWidth = 390;

    /// <summary>Height of the phones the pages are made for.</summary>
    public const int UsualHeight = 844;
}

/// <summary>A browser of phone size on one running city. It remembers what a well-made page never does.</summary>
internal sealed class BrowserPhone : IAsyncDisposable
{
    // Milliseconds; far above what anything takes on a busy machine.
    private const float LongestWait = 60_000;

    private readonly SandboxHost host;
    private readonly IBrowserContext context;
    private readonly List<string> faults = [];

    private BrowserPhone(SandboxHost host, IBrowserContext context, IPage page)
    {
        this.host = host;
        this.context = context;
        Page = page;
    }

    /// <summary>The one page it shows.</summary>
    public IPage Page { get; }

    /// <summary>Errors of scripts and requests to other sites, in the order they came.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Cuts the network of everything this browser runs, or gives it back.</summary>
    public Task CutAsync(bool cut) => context.SetOfflineAsync(cut);

    /// <summary>Opens a fresh browser.</summary>
    public static async Task<BrowserPhone> OpenAsync(SandboxHost host, PhoneOptions options)
    {
        var browser = options.Browser ?? await Chromium.GetAsync();
        var fresh = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = host.Address.ToString(), Locale = "zh-CN", TimezoneId = "Asia/Shanghai", HasTouch = true, ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new ViewportSize { Width = options.Width, Height = options.Height }, JavaScriptEnabled = options.JavaScript,
            UserAgent = options.UserAgent,
        });
        var url = host.Address.ToString();
        if (options.OpenId is { } openId) await fresh.AddCookiesAsync([new Cookie { Name = "sandbox_openid", Value = openId, Url = url }]);
        if (options.LargeType) await fresh.AddCookiesAsync([new Cookie { Name = "wm_large", Value = "1", Url = url }]);
        if (options.IsOld) await fresh.AddInitScriptAsync(await Floor.AgingScriptAsync());
        if (options.Before is { } before) await fresh.AddInitScriptAsync(before);
        var phone = new BrowserPhone(host, fresh, await fresh.NewPageAsync());
        fresh.SetDefaultTimeout(LongestWait);
        phone.Watch();
        return phone;
    }

    /// <summary>Makes it as it was before it showed anything: nothing is cached or kept but these cookies. A new one would start a process and compile every script anew.</summary>
    public async Task RenewAsync(IReadOnlyList<BrowserContextCookiesResult> cookies)
    {
        // Of the same site, so that the process stays, and without a script that goes on writing.
        await Page.GotoAsync("/health/live");
        await Page.EvaluateAsync("() => sessionStorage.clear()");
        var session = await context.NewCDPSessionAsync(Page);
        await session.SendAsync("Network.enable");
        // The process's own memory of scripts and pictures is emptied when it is told to do without.
        foreach (var isDisabled in new[] { true, false }) await session.SendAsync("Network.setCacheDisabled", new() { ["cacheDisabled"] = isDisabled });
        await session.SendAsync("Network.clearBrowserCache");
        await session.SendAsync("Storage.clearDataForOrigin", new() { ["origin"] = host.Address.GetLeftPart(UriPartial.Authority), ["storageTypes"] = "all" });
        await session.DetachAsync();
        await context.ClearCookiesAsync();
        await context.AddCookiesAsync(cookies.Select(c => new Cookie
        {
            Name = c.Name, Value = c.Value, Domain = c.Domain, Path = c.Path, Expires = c.Expires, HttpOnly = c.HttpOnly, Secure = c.Secure, SameSite = c.SameSite,
        }));
        await Page.SetViewportSizeAsync(PhoneOptions.UsualWidth, PhoneOptions.UsualHeight);
        faults.Clear();
    }

    /// <summary>Logs in as a resident without showing a page, so that the browser's cache stays empty.</summary>
    public async Task LogInAsync()
    {
        var answer = await context.APIRequest.GetAsync("/login?returnUrl=%2Fhealth%2Flive");
        Assert.True(answer.Ok, $"The log-in ended at {answer.Url} with {answer.Status}.");
    }

    /// <summary>Logs in as one of the staff without showing a page.</summary>
    public async Task LogInAsync(string username, string password)
    {
        var form = await (await context.APIRequest.GetAsync("/staff/login")).TextAsync();
        var data = context.APIRequest.CreateFormData();
        data.Set("username", username);
        data.Set("password", password);
        data.Set("__RequestVerificationToken", Phone.FormToken(form));
        var answer = await context.APIRequest.PostAsync("/staff/login", new APIRequestContextOptions { Form = data });
        if (answer.Url.EndsWith("/staff/code", StringComparison.Ordinal))
        {
            var code = context.APIRequest.CreateFormData();
            code.Set("Code", StaffLogins.CodeOf(DemoStaffStore.AdministratorSecret));
            code.Set("__RequestVerificationToken", Phone.FormToken(await answer.TextAsync()));
            answer = await context.APIRequest.PostAsync("/staff/code", new APIRequestContextOptions { Form = code });
        }

        Assert.True(answer.Ok && !answer.Url.Contains("/staff/login", StringComparison.Ordinal), $"{username} was not let in: {answer.Status}");
    }

    /// <summary>Shows a page; the answer's status is for the caller to judge.</summary>
    public async Task<IResponse> GoAsync(string path)
    {
        var answer = await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        // The figures have arrived when the board's version is known; pages without a board are complete when loaded.
        await Page.WaitForFunctionAsync("() => { const l = document.querySelector('[data-pharmacies]'); return !l || l.dataset.version !== undefined; }");
        return answer!;
    }

    /// <summary>Fails with everything that went wrong in the browser so far.</summary>
    public void AssertQuiet() => Assert.Empty(Faults);

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await context.CloseAsync();

    private void Watch()
    {
        Page.PageError += (_, error) => faults.Add($"script: {error}");
        Page.Console += (_, line) =>
        {
            // The browser itself logs every refusal (409, 503) as a failed resource; those are answers, not faults.
            if (line.Type == "error" && !line.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) faults.Add($"console: {line.Text}");
        };
        context.Request += (_, request) =>
        {
            var url = new Uri(request.Url);
            if (url.Scheme is "http" or "https" && url.Authority != host.Address.Authority) faults.Add($"outside request: {request.Url}");
        };
    }
}
