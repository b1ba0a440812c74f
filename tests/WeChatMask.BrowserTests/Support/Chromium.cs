using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.Support;

/// <summary>The one browser of this run; every test opens a context of its own in it, with its own cookies and cache.</summary>
internal static class Chromium
{
    // Milliseconds; far above what anything takes on a busy machine.
    private const float LongestWait = 60_000;

    // The first has no windows, and with each window the other starts a second process for what stands around the page.
    private static readonly string[] InstalledByDebian = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

    private static readonly Lazy<Task<IBrowser>> Shared = new(() => LaunchAsync());

    /// <summary>The browser, started by whoever asks first. It ends with this process, whose pipe it listens to.</summary>
    public static Task<IBrowser> GetAsync() => Shared.Value;

    /// <summary>A browser of its own, for what has to be said when it starts. Whoever asked for it closes it.</summary>
    public static async Task<IBrowser> LaunchAsync(params string[] more)
    {
        Assertions.SetDefaultExpectTimeout(LongestWait);
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? Array.Find(InstalledByDebian, File.Exists) ?? InstalledByDebian[0],
            // As root there is no sandbox; the rest keeps the browser from calling out on its own.
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", .. more],
        });
    }
}
