using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.PublicLog;

/// <summary>Looks, before anything is added to the log, whether it has the name that is configured, and whether the database is as new as what was shown.</summary>
public sealed class LogStart(Database database, LogReader reader, LogKeys keys, SeenLog seen) : IHostedLifecycleService
{
    /// <summary>After the schema is up to date, before any job runs or anything is served.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => CheckAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="StartFaultException">It is not: going on would make two logs of one.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (await FaultAsync(await database.ReadAsync(c => LogStore.HeadAsync(c, null), cancellationToken), seen.Read(), cancellationToken) is { } fault) throw new StartFaultException(fault);
    }

    /// <summary>What is wrong with a log's end, beside what was shown; null where nothing is.</summary>
    internal async Task<string?> FaultAsync(LogHead head, SeenSize? shown, CancellationToken cancellationToken)
    {
        var number = head.LogOrigin is { } origin ? LogName.NumberOf(origin, keys.Origin) : 0;
        if (number is null)
            return $"The record of this city is called {head.LogOrigin}, and by the settings it would be {keys.Origin}: set Log:Origin to {LogName.FirstOf(head.LogOrigin!)}, since a record keeps its name.";
        if (shown is null) return null;
        if (LogName.NumberOf(shown.Origin, keys.Origin) is not { } before)
            return $"The file that Log:SeenPath names is about {shown.Origin}, which is not the record of this city; name another file.";
        // It was given up since, for the one that is here.
        if (number > before) return null;
        if (number < before || head.Size < shown.Size)
            return FormattableString.Invariant($"The record of this city was published up to line {shown.Size}; this database ends at {head.Size}. Restore a newer one, or run `log fork`.");
        var root = head.Size == shown.Size ? head.Frontier.Root() : await reader.RootAsync(shown.Size, cancellationToken);
        return root == shown.Root
            ? null
            : FormattableString.Invariant($"The record of this city was published up to line {shown.Size}; this database has other lines before it and ends at {head.Size}. Restore a newer one, or run `log fork`.");
    }
}
