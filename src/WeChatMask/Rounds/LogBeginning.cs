namespace WeChatMask.Rounds;

/// <summary>Begins the public log at the first start, before any job runs or anything is served.</summary>
internal sealed class LogBeginning(RoundLogStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.BeginAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
