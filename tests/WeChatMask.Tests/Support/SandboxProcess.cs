using System.Collections.Concurrent;
using System.Diagnostics;
using WeChatMask.Data;

namespace WeChatMask.Tests.Support;

/// <summary>The sandbox as a process of its own, on a free port, so that it can be killed without a word.</summary>
internal sealed class SandboxProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly TaskCompletionSource<Uri> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Uri? address;

    private SandboxProcess(string data, string? clock, IReadOnlyDictionary<string, string>? settings, Uri? world)
    {
        // The tests refer to the sandbox's project, so its program lies beside theirs.
        var program = Path.Combine(AppContext.BaseDirectory, "WeChatMask.Sandbox.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", program, "--urls", "http://127.0.0.1:0", "--data", data },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (clock is not null)
        {
            start.ArgumentList.Add("--clock");
            start.ArgumentList.Add(clock);
        }

        if (world is not null)
        {
            start.ArgumentList.Add("--world");
            start.ArgumentList.Add(world.AbsoluteUri);
        }

        foreach (var (key, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal)) start.Environment[key] = value;
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.Exited += (_, _) => started.TrySetException(new InvalidOperationException($"The sandbox ended before it listened:\n{Output}"));
    }

    /// <summary>A client of this process.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>What it printed.</summary>
    public string Output => string.Join('\n', output);

    /// <summary>A database as its settings name it.</summary>
    public static Dictionary<string, string> On(DatabaseSettings database) => new(StringComparer.Ordinal)
    {
        ["Database__Engine"] = database.Engine.ToString(), ["Database__ConnectionString"] = database.ConnectionString,
    };

    /// <summary>Starts it on a folder and waits until it serves.</summary>
    /// <param name="data">The folder.</param>
    /// <param name="clock">Where its clock starts.</param>
    /// <param name="settings">By their names in the environment.</param>
    /// <param name="world">A sandbox whose world it joins; where both have one database, they are nodes of one city.</param>
    public static async Task<SandboxProcess> StartAsync(string data, string? clock = null, IReadOnlyDictionary<string, string>? settings = null, Uri? world = null)
    {
        var sandbox = new SandboxProcess(data, clock, settings, world);
        try
        {
            sandbox.process.Start();
            Shell.EndWithThisProcess(sandbox.process.Id, "KILL");
            sandbox.process.BeginOutputReadLine();
            sandbox.process.BeginErrorReadLine();
            sandbox.Http = Phone.Connect(await sandbox.started.Task.WaitAsync(Eventually.GiveUp));
            return sandbox;
        }
        catch (TimeoutException e)
        {
            var said = sandbox.Output;
            await sandbox.DisposeAsync();
            throw new TimeoutException($"The sandbox did not say that it has started:\n{said}", e);
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: false);
        await process.WaitForExitAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        try
        {
            if (!process.HasExited) await KillAsync();
        }
        catch (InvalidOperationException)
        {
            // It was never started.
        }

        process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        output.Enqueue(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0) address = new Uri(line[(at + Listening.Length)..]);
        // The greeting comes when everything has started.
        if (address is not null && line.Contains("the world", StringComparison.Ordinal)) started.TrySetResult(address);
    }
}
