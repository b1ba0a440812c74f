using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;

namespace WeChatMask.Data;

/// <summary>Runs before anything is served: brings the schema up to date and checks that this node has the keys that the database was used with.</summary>
internal sealed class Startup(Migrator migrator, NodeStore node, PersonalData personal, IOptions<SecretSettings> secrets, Database database, StartLog log) : IHostedLifecycleService
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
            var fault = StartFaults.Of(e)[0];
            throw new StartFaultException(fault.Sentence, e) { ExitCode = fault.ExitCode };
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
        await CheckKeysAsync(cancellationToken);
        IsReady = true;
    }

    private async Task CheckKeysAsync(CancellationToken cancellationToken)
    {
        // With another identity key every person would look new, and the repeat rule would be gone without a word; with another
        // encryption key nobody could be read and what is written could never be read again; with another voucher key honest
        // people's vouchers would be forged ones.
        if (await WrongKeysAsync(note: true, cancellationToken) is { Count: > 0 } wrong) throw new StartFaultException(string.Join('\n', wrong));
    }

    /// <summary>A sentence for each key that is not the one this database was used with, or is missing.</summary>
    /// <param name="note">Whether keys that are new to the database are noted.</param>
    /// <param name="cancellationToken">Stops the looking.</param>
    public async Task<IReadOnlyList<string>> WrongKeysAsync(bool note, CancellationToken cancellationToken)
    {
        var own = KeyFingerprints.Of(secrets.Value, personal);
        return [.. (await node.WrongKeysAsync(own, IsReadable, note, cancellationToken)).Select(name => own.ContainsKey(name)
            ? $"{name} is not the key this database was used with; configure the same key on every node. A new key needs an id of its own."
            : $"{name} is missing, and something is stored under it; put it back.")];
    }

    private bool IsReadable(string stored)
    {
        try
        {
            personal.Decrypt(stored);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
