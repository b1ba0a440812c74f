using System.Data.Common;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>Runs before anything is served: brings the schema up to date and checks that this node hashes with the database's key.</summary>
internal sealed class Startup(Migrator migrator, NodeStore node, PersonalData personal, Database database, StartLog log) : IHostedLifecycleService
{
    public bool IsReady { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PrepareAsync(cancellationToken);
        }
        catch (DbException e) when (database.Engine.IsOutage(e))
        {
            throw new StartFaultException($"The database that Database:ConnectionString names does not answer: {e.Message}", e);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        log.End();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await migrator.MigrateAsync(cancellationToken);
        await CheckKeyAsync(cancellationToken);
        IsReady = true;
    }

    private async Task CheckKeyAsync(CancellationToken cancellationToken)
    {
        var stored = await node.FingerprintAsync(personal.HashKeyFingerprint, cancellationToken);
        if (stored == personal.HashKeyFingerprint) return;
        // With another key every person would look new, and the repeat rule would be gone without a word.
        throw new StartFaultException(
            "Secrets:IdentityHashKey is not the key this database was made with; configure the same key on every node.");
    }
}
