using WeChatMask.Data;
using WeChatMask.Jobs;

namespace WeChatMask.PublicLog;

/// <summary>Keeps on this node how far the log was shown, unless the log is not what was shown any more.</summary>
public sealed class WriteSeenJob(Database database, LogStart start, SeenLog seen) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!seen.IsKept) return 0;
        var head = await database.ReadAsync(c => LogStore.HeadAsync(c, null), cancellationToken);
        var known = seen.Read();
        if (head.LogOrigin is not { } origin || (known?.Origin == origin && known.Size == head.Size)) return 0;
        if (await start.FaultAsync(head, known, cancellationToken) is { } fault) throw new InvalidDataException(fault);
        seen.Write(new SeenSize(head.Size, head.Frontier.Root(), origin));
        // Nobody waits for it, and its runs would fill the history.
        return 0;
    }
}
