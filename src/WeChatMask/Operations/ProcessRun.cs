using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>One run of a program: it ends on SIGTERM at whatever moment, and what stops it is said in sentences.</summary>
/// <remarks>Made before anything else, since until then the system ends the process by itself.</remarks>
public sealed class ProcessRun : IDisposable
{
    /// <summary>An argument for the framework, which would have the system tell it of each write below the folder in which it was started: there may lie the data.</summary>
    public const string ReadSettingsOnce = "--hostBuilder:reloadConfigOnChange=false";

    // Nobody waits for an answer of a node that has not started, and what it has begun is as if it had been killed.
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource stop = new();
    private readonly ManualResetEventSlim over = new();
    private readonly List<PosixSignalRegistration> signals = [];
    private volatile bool hasStarted;

    private ProcessRun()
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }) signals.Add(PosixSignalRegistration.Create(signal, End));
    }

    /// <summary>Set by SIGTERM, SIGQUIT and Ctrl-C.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>What a process that was stopped ends with; a command that was not done has not succeeded.</summary>
    public int WhenStopped { get; set; } = ExitCodes.Stopped;

    public static ProcessRun Begin() => new();

    /// <summary>Runs the program and gives the process's exit code, one of <see cref="ExitCodes"/>.</summary>
    public async Task<int> RunAsync(Func<Task<int>> program)
    {
        try
        {
            Cultures.RefuseIfMissing();
            return await program();
        }
#pragma warning disable CA1031 // The one place where a program's end is put into words.
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The end has met something half done.
            await SayStoppedAsync();
            return WhenStopped;
        }
        catch (Exception e)
        {
            return await SayAsync(StartFaults.Of(e));
        }
#pragma warning restore CA1031
        finally
        {
            over.Set();
        }
    }

    /// <summary>Serves until the end is asked for. Nothing is made before settings and addresses have been looked at.</summary>
    public async Task<int> ServeAsync(WebApplication app)
    {
        await using (app)
        {
            app.Services.GetService<IStartupValidator>()?.Validate();
            ListenAddresses.Check(app.Configuration);
            await WaitingServer.TryCertificatesAsync(app, Stop);
            await new DatabaseWait(app).UntilThereAsync(Stop);
            await app.StartAsync(Stop);
            // From here on the host's own time for an end holds: people may wait for their answers.
            hasStarted = true;
            await app.WaitForShutdownAsync(Stop);
            return ExitCodes.Stopped;
        }
    }

    /// <summary>Prints each sentence once. What may pass by itself does not count while something must be mended.</summary>
    private static async Task<int> SayAsync(IReadOnlyList<StartFault> faults)
    {
        foreach (var sentence in faults.Select(f => f.Sentence).Distinct(StringComparer.Ordinal)) await Console.Error.WriteLineAsync(sentence);
        return faults.Any(f => f.ExitCode == ExitCodes.Mend) ? ExitCodes.Mend : ExitCodes.NotYet;
    }

    private Task SayStoppedAsync() => WhenStopped == ExitCodes.Stopped ? Task.CompletedTask : Console.Error.WriteLineAsync("Stopped before it was done.");

    public void Dispose()
    {
        foreach (var signal in signals) signal.Dispose();
        stop.Dispose();
        over.Dispose();
    }

    private void End(PosixSignalContext context)
    {
        context.Cancel = true;
        if (stop.IsCancellationRequested) return;
        if (!hasStarted)
        {
            var farewell = new Thread(() =>
            {
                if (over.Wait(LongestFarewell)) return;
                SayStoppedAsync().GetAwaiter().GetResult();
                Environment.Exit(WhenStopped);
            }) { IsBackground = true };
            farewell.Start();
        }

        stop.Cancel();
    }
}

/// <summary>Leaves the signals to <see cref="ProcessRun"/>.</summary>
/// <remarks>The framework's own lifetime hears them too and stops the host before the run knows that it was asked to.</remarks>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
