using System.Data.Common;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>Lets a start wait for a database server that is down, answering meanwhile that the node lives and is not ready.</summary>
internal sealed partial class DatabaseWait(WebApplication app)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly DatabaseEngine engine = app.Services.GetRequiredService<Database>().Engine;
    private readonly TimeProvider machine = app.Services.GetRequiredService<MachineClock>().Time;
    private readonly ILogger log = app.Services.GetRequiredService<ILogger<DatabaseWait>>();

    /// <summary>Returns once the database can be opened.</summary>
    /// <exception cref="DbException">It answers and refuses, or its file cannot be used.</exception>
    /// <exception cref="StartFaultException">It has not answered for <c>Database:WaitAtStart</c>.</exception>
    public async Task UntilThereAsync(CancellationToken cancellationToken)
    {
        if (await AskAsync(cancellationToken) is not { } problem) return;
        var patience = app.Services.GetRequiredService<IOptions<DatabaseSettings>>().Value.WaitAtStart;
        var began = machine.GetTimestamp();
        Log.Waits(log, patience, problem.Message);
        await using var front = patience > TimeSpan.Zero ? await WaitingServer.StartAsync(app, cancellationToken) : null;
        using var timer = new PeriodicTimer(Pace, machine);
        while (machine.GetElapsedTime(began) < patience)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            if (await AskAsync(cancellationToken) is { } still)
            {
                problem = still;
                continue;
            }

            Log.Answers(log, machine.GetElapsedTime(began));
            // The true server takes these addresses next.
            if (front is not null) await front.StopAsync(cancellationToken);
            return;
        }

        throw problem;
    }

    // An embedded database is not waited for: nothing but a mended file or another program's end changes its mind.
    private async Task<DbException?> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Database.MapConnectionErrors(async () =>
            {
                await engine.ProbeAsync(cancellationToken);
                return true;
            });
            return null;
        }
        catch (DbException e) when (engine.MayComeBack && engine.IsOutage(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return e;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not answer; this node waits for it, at most {Patience}: {Problem}")]
        public static partial void Waits(ILogger log, TimeSpan patience, string problem);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The database answers after {Elapsed}; the start goes on")]
        public static partial void Answers(ILogger log, TimeSpan elapsed);
    }
}
