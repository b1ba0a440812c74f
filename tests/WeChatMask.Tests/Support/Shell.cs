using System.Diagnostics;
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

    /// <summary>A loopback port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
