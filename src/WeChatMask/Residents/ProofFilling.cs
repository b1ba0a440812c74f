namespace WeChatMask.Residents;

/// <summary>Lets nobody be booked for before everybody has their commitment.</summary>
internal sealed class ProofFilling(ProofStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.FillAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
