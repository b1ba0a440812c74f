using System.Diagnostics;

namespace WeChatMask.LoadTool.Rows;

/// <summary>Eleven days of Chuzhou, with all that its people do, its jobs and its 3.55 million visits.</summary>
internal static class ChuzhouRow
{
    private const string Sandbox = "../../../../../WeChatMask.Sandbox/bin/Release/net10.0/WeChatMask.Sandbox.dll";

    public static async Task RunAsync(Bench bench)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [typeof(ChuzhouRow).Assembly.Location, "simulate", "--visits", "3550000", "--sandbox", Path.GetFullPath(Sandbox, bench.Program)])
        {
            UseShellExecute = false, RedirectStandardOutput = true,
        };
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        var minutes = new Runs();
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            bench.Break($"Chuzhou: {said}");
            return;
        }

        minutes.Add(Stopwatch.GetElapsedTime(began).TotalMinutes);
        Bench.AtMost("eleven days of Chuzhou with 3,550,000 visits, every answer and figure as expected", minutes, 8, "min");
    }
}
