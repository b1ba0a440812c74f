using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.BrowserTests.Support;
using WeChatMask.Jobs;
using WeChatMask.Residents;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>The jobs' dashboard keeps to the site's policy, in Chinese, and leads back.</summary>
public sealed class JobDashboardTests : IAsyncLifetime
{
    private const int DeskWidth = 1280;
    private const int DeskHeight = 900;
    private SandboxHost host = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", configure: builder => builder.Services.AddScoped<PurgeLoginsJob>(_ => throw new InvalidDataException("as it were")));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (host.Get<JobStorage>().GetMonitoringApi().FailedCount() == 0) await Task.Delay(20, patience.Token);
    }

    /// <inheritdoc />
    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData(PhoneOptions.UsualWidth, PhoneOptions.UsualHeight)]
    [InlineData(DeskWidth, DeskHeight)]
    public async Task Its_pages_break_no_rule_of_the_site(int width, int height)
    {
        await using var phone = await BrowserPhone.OpenAsync(host, new PhoneOptions(Width: width, Height: height));
        await phone.LogInAsync("administrator", "administrator-demo");
        await phone.GoAsync("/administrator");
        var (failed, _) = host.Get<JobStorage>().GetMonitoringApi().FailedJobs(0, 1)[0];

        await phone.Page.Locator($"main a[href='{JobDashboard.Path}']").ClickAsync();
        await phone.Page.Locator("#realtimeGraph").WaitForAsync();
        // It asks for its figures again and again.
        await phone.Page.WaitForResponseAsync(r => r.Url.EndsWith("/stats", StringComparison.Ordinal) && r.Ok);
        foreach (var path in (string[])["", "/recurring", "/jobs/succeeded", "/jobs/failed", $"/jobs/details/{failed}", "/servers", "/retries"])
        {
            Assert.Equal(200, (await phone.GoAsync(JobDashboard.Path + path)).Status);
            Assert.Equal("zh", await phone.Page.Locator("html").GetAttributeAsync("lang"));
            Assert.Empty(await phone.Page.QuerySelectorAllAsync("[data-ajax], .js-jobs-list-command"));
        }

        Assert.Contains("清理登录", await (await phone.Page.GotoAsync(JobDashboard.Path + "/jobs/failed"))!.TextAsync(), StringComparison.Ordinal);
        Assert.Contains("前", await phone.Page.Locator("[data-moment]").First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("/administrator", await phone.Page.Locator(".navbar-right a").GetAttributeAsync("href"));
        phone.AssertQuiet();
    }
}
