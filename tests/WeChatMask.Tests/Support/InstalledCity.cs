using System.Collections.Concurrent;
using System.Diagnostics;
using WeChatMask.Tests.Architecture;

namespace WeChatMask.Tests.Support;

/// <summary>What ended, and everything it printed.</summary>
internal sealed record Ended(int Code, string Output);

/// <summary>The package in a folder of its own, with settings and data beside it, used by nothing but its own command.</summary>
internal sealed class InstalledCity : IAsyncDisposable
{
    // The same files for every test of a run. Compiling ahead is left out: it changes how fast a start is and nothing else.
    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("wechatmask-installed-");
    private readonly ConcurrentQueue<string> said = new();
    private Process? node;

    /// <summary>Where settings are.</summary>
    public string Etc => Path.Combine(root.FullName, "etc/wechatmask");

    /// <summary>Where the embedded database is.</summary>
    public string Data => Path.Combine(root.FullName, "var/lib/wechatmask");

    public string Root => root.FullName;

    /// <summary>What the node printed.</summary>
    public string Said => string.Join('\n', said);

    /// <summary>The folder with both packages, built once.</summary>
    public static Task<string> PackagesAsync() => Built.Value;

    /// <summary>The path of the one package whose name ends so.</summary>
    public static async Task<string> PackageAsync(string end) => Directory.EnumerateFiles(await PackagesAsync(), $"wechatmask*{end}").Single();

    /// <summary>Lays the package's files out, as dpkg does, with empty folders for the city.</summary>
    public static async Task<InstalledCity> UnpackAsync()
    {
        var city = new InstalledCity();
        await Shell.RunAsync("dpkg-deb", "-x", await PackageAsync(".deb"), city.Root);
        foreach (var folder in new[] { city.Etc, city.Data }) Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return city;
    }

    /// <summary>Runs the command to its end.</summary>
    public Task<Ended> RunAsync(params string[] args) => RunAsync("", args);

    /// <summary>The same with something to read.</summary>
    public async Task<Ended> RunAsync(string input, string[] args)
    {
        using var process = Process.Start(Command(args))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Eventually.GiveUp);
        return new Ended(process.ExitCode, await output + await errors);
    }

    /// <summary>Starts a node and waits until it answers.</summary>
    /// <param name="port">Where it listens.</param>
    /// <param name="path">What it must answer with 200.</param>
    /// <param name="later">How far its clock is ahead, in libfaketime's words.</param>
    public async Task<HttpClient> ServeAsync(int port, string path, string? later = null)
    {
        var start = Command(["serve", FormattableString.Invariant($"{port}")]);
        if (later is not null)
        {
            start.Environment["LD_PRELOAD"] = Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", SearchOption.AllDirectories).First();
            start.Environment["FAKETIME"] = later;
            // Timers and time-outs go by the true clock.
            start.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
            start.Environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0";
        }

        var process = node = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => said.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => said.Enqueue(e.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var http = Phone.Connect(new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}")));
        // Other browsers are offered the ways to log in; this one is sent to WeChat at once.
        http.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 MicroMessenger/8.0.40");
        await Eventually.UntilAsync(async () =>
        {
            if (process.HasExited) throw new InvalidOperationException($"The node ended with {process.ExitCode}:\n{Said}");
            try
            {
                using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return http;
    }

    /// <summary>Ends the node as systemd does, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await Shell.RunAsync("kill", "-TERM", FormattableString.Invariant($"{node!.Id}"));
        await node.WaitForExitAsync().WaitAsync(Eventually.GiveUp);
        return node.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (node is { HasExited: false })
        {
            node.Kill();
            await node.WaitForExitAsync();
        }

        node?.Dispose();
        root.Delete(recursive: true);
    }

    private ProcessStartInfo Command(string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "usr/bin/wechatmask"), args)
        {
            // Not the program's own folder: an operator gives commands from anywhere.
            WorkingDirectory = Root, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.Contains("__", StringComparison.Ordinal) || k.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["WECHATMASK_ETC"] = Etc;
        start.Environment["WECHATMASK_DATA"] = Data;
        start.Environment["WECHATMASK_USER"] = Environment.UserName;
        return start;
    }

    private static async Task<string> BuildAsync()
    {
        var folder = Directory.CreateTempSubdirectory("wechatmask-packages-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        await Shell.RunAsync(Path.Combine(Repository.Root, "scripts/package"), "--quick", "--to", folder);
        return folder;
    }
}
