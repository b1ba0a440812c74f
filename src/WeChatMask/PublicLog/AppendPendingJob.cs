using WeChatMask.Data;
using WeChatMask.Jobs;

namespace WeChatMask.PublicLog;

/// <summary>Adds to the log what was left to be added. Whichever node is first holds the log's end; what is not committed yet waits for the next second.</summary>
public sealed class AppendPendingJob(Database database, LogStore store) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var runs = 0;
        // A look without a lock: nearly always there is nothing to do.
        while (await LogPendingStore.IsWaitingAsync(database, cancellationToken))
        {
            runs++;
            if (!await database.WriteAsync(t => store.AppendPendingAsync(t), cancellationToken)) break;
        }

        return runs;
    }
}
