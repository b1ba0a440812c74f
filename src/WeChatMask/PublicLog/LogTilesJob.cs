using WeChatMask.Jobs;

namespace WeChatMask.PublicLog;

/// <summary>Puts the log's lines into tiles, and copies these into the mirror where there is one.</summary>
public sealed class LogTilesJob(LogTileStore store, LogMirror mirror) : IJob
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var made = 0;
        while (await store.MakeAsync(cancellationToken) is > 0 and var tiles) made += tiles;
        await mirror.WriteAsync(cancellationToken);
        return made;
    }
}
