using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using WeChatMask.LoadTool.Wire;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Servers;

/// <summary>A server as a process of its own, so that it holds none of the load: the product, or what it is compared with.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2);
    private const double TicksPerSecond = 100;
    private readonly ConcurrentQueue<string> said = new();
    private readonly Process process;

    private ServerProcess(ProcessStartInfo start, int port)
    {
        Port = port;
        start.UseShellExecute = false;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.Start();
        Shell.EndWithThisProcess(process.Id, "KILL");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    /// <summary>From the start until it was ready.</summary>
    public TimeSpan Start { get; private set; }

    /// <summary>What it printed.</summary>
    public IEnumerable<string> Said => said;

    /// <summary>Processor time it has used.</summary>
    public TimeSpan Busy
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
        }
    }

    /// <summary>Bytes it has had written to the disk.</summary>
    public long Written => long.Parse(File.ReadLines($"/proc/{process.Id}/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    /// <summary>The most memory it has had, in megabytes.</summary>
    public double PeakMegabytes => Status("VmHWM:") / 1024.0;

    /// <summary>The memory it has now, in megabytes.</summary>
    public double Megabytes => Status("VmRSS:") / 1024.0;

    /// <summary>One of this program's own servers: what the product is compared with, or WeChat.</summary>
    public static Task<ServerProcess> OwnAsync(string role, params string[] more)
    {
        var port = Shell.FreePort();
        return StartAsync([typeof(ServerProcess).Assembly.Location, "serve", role, port.ToString(CultureInfo.InvariantCulture), .. more], port, new Dictionary<string, string>(StringComparer.Ordinal));
    }

    /// <summary>Starts a program and waits until it answers.</summary>
    public static async Task<ServerProcess> StartAsync(IEnumerable<string> program, int port, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", program);
        // The caller's own way of waiting for answers is not the server's.
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        foreach (var (name, value) in settings) start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        var watch = Stopwatch.StartNew();
        var server = new ServerProcess(start, port);
        while (!await server.IsReadyAsync())
        {
            if (server.process.HasExited || watch.Elapsed > LongestStart)
            {
                await server.DisposeAsync();
                throw new InvalidOperationException($"A server did not start:\n{string.Join('\n', server.said.TakeLast(40))}");
            }

            await Task.Delay(20);
        }

        server.Start = watch.Elapsed;
        return server;
    }

    /// <summary>Ends it as systemd does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await Shell.RunAsync("kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var line = new Line(Port);
            "GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.CopyTo(line.Request);
            return await line.AskAsync("GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n".Length) == 200;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return false;
        }
    }

    private long Status(string name) =>
        long.Parse(File.ReadLines($"/proc/{process.Id}/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private void Hear(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is { Length: > 0 }) said.Enqueue(e.Data);
    }
}
