using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>One node of the city: the sandbox as a process of its own, always at the same address.</summary>
internal sealed class ChaosNode : Entrance, IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2);
    private readonly ProcessStartInfo start;
    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    /// <summary>Prepares one.</summary>
    /// <param name="program">The sandbox's program.</param>
    /// <param name="data">The node's own folder.</param>
    /// <param name="database">The database.</param>
    /// <param name="clock">When it is, for the node that owns the world.</param>
    /// <param name="world">The owner, for the others.</param>
    /// <param name="city">The city, where it is not the sandbox's usual one.</param>
    public ChaosNode(string program, string data, DatabaseSettings database, string? clock, Uri? world, string? city = null)
        : base(Shell.FreePort())
    {
        string[] place = world is null ? ["--clock", clock!] : ["--world", world.GetLeftPart(UriPartial.Authority)];
        if (city is not null) place = [.. place, "--city", city];
        start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", program, "--urls", Address.GetLeftPart(UriPartial.Authority), "--data", data, .. place])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["Database__Engine"] = database.Engine.ToString();
        start.Environment["Database__ConnectionString"] = database.ConnectionString;
    }

    /// <summary>What it printed.</summary>
    public IEnumerable<string> Output => output;

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        process = new Process { StartInfo = start };
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Start();
        Shell.EndWithThisProcess(process.Id, "KILL");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var watch = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            if (process.HasExited || watch.Elapsed > LongestStart)
                throw new InvalidOperationException($"The node at {Address} did not start:\n{string.Join('\n', output.TakeLast(40))}");
            await Task.Delay(200);
        }
    }

    /// <summary>Whether it has ended, though nobody told it to.</summary>
    public bool HasDied => process is { HasExited: true };

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process!.Kill(entireProcessTree: false);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>SIGTERM, upon which it finishes what it has begun. Starts the next time as another program, when one is named.</summary>
    public async Task TerminateAsync(string? next = null)
    {
        await SignalAsync("TERM");
        await process!.WaitForExitAsync();
        process.Dispose();
        process = null;
        if (next is not null) start.ArgumentList[1] = next;
    }

    /// <summary>SIGSTOP.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false }) await KillAsync();
        process?.Dispose();
        Dispose();
    }

    private Task SignalAsync(string signal) => Shell.RunAsync("kill", $"-{signal}", process!.Id.ToString(CultureInfo.InvariantCulture));

    private void Hear(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is not null) output.Enqueue(e.Data);
    }
}
