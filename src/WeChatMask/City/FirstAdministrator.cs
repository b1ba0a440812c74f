using WeChatMask.Web;

namespace WeChatMask.City;

/// <summary>Writes the first administrator's link into the log when a city starts without an administrator.</summary>
internal sealed partial class FirstAdministrator(StaffLinkStore links, SiteLinks site, ILogger<FirstAdministrator> log) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (await links.FirstAtStartAsync(cancellationToken) is { } link) NoneYet(log, site.To(link.Path), (int)StaffLinkStore.FirstLife.TotalMinutes);
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "This city has no administrator yet. Whoever opens {Link} within {Minutes} minutes becomes it; the command staff first-administrator prints another link")]
    private static partial void NoneYet(ILogger log, string link, int minutes);
}
