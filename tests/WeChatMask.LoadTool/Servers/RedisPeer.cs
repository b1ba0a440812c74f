using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Servers;

/// <summary>What a booking costs in Redis, every write on the disk: the least a shop could do, with nothing around it. Measured by its own tool.</summary>
internal sealed partial class RedisPeer : IAsyncDisposable
{
    private const string Program = "/usr/bin/redis-server";
    private const string Booking =
        "if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end if redis.call('DECR', KEYS[2]) < 0 then redis.call('INCR', KEYS[2]) return -1 end "
        + "redis.call('SET', KEYS[1], 1) redis.call('RPUSH', KEYS[3], KEYS[1]) return 1";

    private static readonly int[] Clients = [50, 500];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("wechatmask-redis-");
    private readonly int port = Shell.FreePort();
    private readonly Process server;

    private RedisPeer()
    {
        server = Process.Start(new ProcessStartInfo(
            Program, ["--port", Number(port), "--bind", "127.0.0.1", "--dir", folder.FullName, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--logfile", "log"]) { UseShellExecute = false })!;
        Shell.EndWithThisProcess(server.Id, "KILL");
    }

    /// <summary>Whether this machine has it.</summary>
    public static bool IsInstalled => File.Exists(Program);

    public static async Task<RedisPeer> StartAsync()
    {
        var redis = new RedisPeer();
        await Eventually.UntilAsync(async () => (await redis.RunAsync("redis-cli", "-p", Number(redis.port), "PING")).Contains("PONG", StringComparison.Ordinal));
        await redis.RunAsync("redis-cli", "-p", Number(redis.port), "SET", "places", "1000000000");
        return redis;
    }

    /// <summary>Bookings a second, with as many clients as serve it best.</summary>
    public async Task<double> MeasureAsync(int bookings)
    {
        var best = 0.0;
        foreach (var clients in Clients)
        {
            var said = await RunAsync(
                "redis-benchmark", "-p", Number(port), "-c", Number(clients), "-n", Number(bookings), "-r", "1000000000", "-q",
                "EVAL", Booking, "3", "person:__rand_int__", "places", "list");
            best = Math.Max(best, double.Parse(Rate().Matches(said)[^1].Groups["rate"].Value, CultureInfo.InvariantCulture));
        }

        return best;
    }

    public async ValueTask DisposeAsync()
    {
        server.Kill();
        await server.WaitForExitAsync();
        server.Dispose();
        folder.Delete(recursive: true);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> RunAsync(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.FullName })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        await errors;
        return said;
    }

    [GeneratedRegex("(?<rate>[0-9.]+) requests per second", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Rate();
}
