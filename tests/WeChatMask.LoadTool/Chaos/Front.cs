using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>HAProxy before the nodes, with the settings of real machines but for addresses, user, log and number of connections.</summary>
internal sealed partial class Front : Entrance
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private readonly Process process;

    private Front(int port, string settings)
        : base(port)
    {
        process = Process.Start(new ProcessStartInfo("/usr/sbin/haproxy", ["-W", "-q", "-f", settings]) { UseShellExecute = false })!;
        Shell.EndWithThisProcess(process.Id, "TERM");
    }

    /// <summary>Starts it and waits until it leads to a node that is ready.</summary>
    public static async Task<Front> StartAsync(string folder, IReadOnlyList<ChaosNode> nodes)
    {
        var port = Shell.FreePort();
        var file = Path.Combine(folder, "haproxy.cfg");
        await File.WriteAllTextAsync(file, Settings(await File.ReadAllTextAsync(Path.Combine(Cluster.Scripts, "deploy", "haproxy.cfg")), port, nodes));
        var front = new Front(port, file);
        var watch = Stopwatch.StartNew();
        while (!await front.IsReadyAsync())
        {
            if (front.process.HasExited || watch.Elapsed > LongestStart) throw new InvalidOperationException("HAProxy did not start.");
            await Task.Delay(100);
        }

        return front;
    }

    /// <summary>Has it read its settings again: a new process takes over.</summary>
    public Task ReloadAsync() => SignalAsync("USR2");

    /// <summary>Ends it.</summary>
    public async Task EndAsync()
    {
        await SignalAsync("TERM");
        await process.WaitForExitAsync();
        process.Dispose();
        Dispose();
    }

    private static string Settings(string deployed, int port, IReadOnlyList<ChaosNode> nodes)
    {
        var text = MachinesOwn().Replace(deployed, "").Replace("127.0.0.1:5070", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), StringComparison.Ordinal);
        for (var i = 0; i < nodes.Count; i++)
            text = text.Replace(string.Create(CultureInfo.InvariantCulture, $"10.0.0.1{i + 1}:5080"), nodes[i].Address.Authority, StringComparison.Ordinal);
        return text.Contains("10.0.0.1", StringComparison.Ordinal) ? throw new InvalidOperationException("The settings name other nodes than there are.") : text;
    }

    private Task SignalAsync(string signal) => Shell.RunAsync("kill", $"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture));

    // So many connections need more open files than every machine gives.
    [GeneratedRegex(@"^ +(log /dev/log.*|user haproxy|group haproxy|maxconn \d+)\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex MachinesOwn();
}
