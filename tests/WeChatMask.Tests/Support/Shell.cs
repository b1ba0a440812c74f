using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WeChatMask.Tests.Support;

/// <summary>Runs programs of the machine.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end; its own errors are in the exception when it fails.</summary>
    public static async Task RunAsync(string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        // Not read to its end while the process lives: a server that it leaves behind holds the pipe open.
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Ends another process when this one is gone, killed or not, and then removes a folder that is only its own.</summary>
    public static void EndWithThisProcess(int other, string signal, string? folder = null) => EndTogether(Environment.ProcessId, other, signal, folder);

    // Who starts processes is often killed rather than ended, so nothing in it can be trusted to stop them.
    internal static void EndTogether(int watched, int other, string signal, string? folder = null)
    {
        // A process that stands still takes most signals only when it goes on.
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"exec >/dev/null 2>&1 </dev/null; while kill -0 {other} && kill -0 {watched}; do sleep 1; done; kill -0 {watched} && exit; kill -{signal} {other}; kill -CONT {other}; [ -z \"$1\" ] || {{ sleep 1; rm -rf \"$1\"; }}");
        Process.Start(new ProcessStartInfo("sh", ["-c", script, "sh", folder ?? ""]) { UseShellExecute = false })?.Dispose();
    }

    /// <summary>A loopback port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
