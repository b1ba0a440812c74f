using WeChatMask.Data;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;

namespace WeChatMask.Sandbox;

/// <summary>How things stand on the page: a stage, the cheat that is in place, and what the witnesses say now.</summary>
/// <param name="Stage">Null where the city has to be brought there first.</param>
/// <param name="Done">Null where nobody has cheated.</param>
/// <param name="Verdicts">None without a stage.</param>
public sealed record CheatState(Stage? Stage, CheatDone? Done, IReadOnlyList<Verdict> Verdicts);

/// <summary>Lets people cheat, one after the other: each cheat begins in the city as it was before the one that is in place.</summary>
public sealed class Cheater(
    Database database, CheatFiles files, StageSetter setter, CityCopyStore copies, Deeds deeds, Witnesses witnesses, SchedulerPause pause, DueWork work, Board board,
    LogReader log, IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Only where the database is a file of this program's own: what is put back must be put back for everybody.</summary>
    public bool IsSupported => !database.Engine.MayComeBack;

    /// <summary>The stage, without asking anybody.</summary>
    public async Task<(Stage? Stage, CheatDone? Done)> ReadAsync(CancellationToken cancellationToken)
    {
        if (!IsSupported || files.ReadStage() is not { } stage) return default;
        var done = files.ReadDone();
        return done is not null || await setter.StandsAsync(stage, cancellationToken) ? (stage, done) : default;
    }

    /// <summary>Asks the witnesses.</summary>
    public Task<CheatState> LookAsync() => RunAsync(_ => Task.CompletedTask);

    /// <summary>Brings the city to where cheating pays. Where it cannot be, the state has no stage.</summary>
    public Task<CheatState> SetStageAsync() => RunAsync(async cancellationToken =>
    {
        await PutRightAsync(cancellationToken);
        await setter.SetAsync(cancellationToken);
    });

    /// <summary>Cheats; without a stage nothing happens.</summary>
    public Task<CheatState> CheatAsync(CheatKind kind) => RunAsync(async cancellationToken =>
    {
        await PutRightAsync(cancellationToken);
        if ((await ReadAsync(cancellationToken)).Stage is not { } stage) return;
        await using var held = await pause.HoldAsync(cancellationToken);
        // A line that waits to be told would name a serial of before.
        if (await database.ReadAsync(LogTablesStore.HasPendingAsync, cancellationToken)) await work.RunAllAsync(cancellationToken);
        await copies.TakeAsync(files.Before, cancellationToken);
        files.Write(await deeds.DoAsync(kind, stage, cancellationToken));
        Forget();
    });

    /// <summary>Makes the city what it was before the cheat.</summary>
    public Task<CheatState> UndoAsync() => RunAsync(PutRightAsync);

    public void Dispose() => turn.Dispose();

    private async Task PutRightAsync(CancellationToken cancellationToken)
    {
        if (files.ReadDone() is null) return;
        await using var held = await pause.HoldAsync(cancellationToken);
        await copies.PutBackAsync(files.Before, cancellationToken);
        files.Forget();
        Forget();
    }

    /// <summary>Lets the program see the tables as they are now; who cheats in a real city starts it anew for that.</summary>
    private void Forget()
    {
        log.Forget();
        board.MarkChanged();
    }

    private async Task<CheatState> RunAsync(Func<CancellationToken, Task> act)
    {
        // A caller that hangs up must not leave the city half way; only the end of the program does.
        var stopping = lifetime.ApplicationStopping;
        await turn.WaitAsync(stopping);
        try
        {
            await act(stopping);
            var (stage, done) = await ReadAsync(stopping);
            return new CheatState(stage, done, stage is null ? [] : await witnesses.LookAsync(stage, stopping));
        }
        finally
        {
            turn.Release();
        }
    }
}
