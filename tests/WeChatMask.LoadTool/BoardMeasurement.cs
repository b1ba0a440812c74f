using System.Collections.Concurrent;
using System.Diagnostics;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool;

/// <summary>How often the public board can be read, which everybody does before the opening.</summary>
internal static class BoardMeasurement
{
    private const int UsualTasks = 32;

    /// <summary>Reads for some seconds.</summary>
    public static async Task<int> RunAsync(Uri url, Options options)
    {
        using var http = Phone.Connect(url);
        var latencies = new ConcurrentBag<TimeSpan>();
        var failed = 0;
        var tasks = options.Tasks == 0 ? UsualTasks : options.Tasks;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed.TotalSeconds < options.Seconds)
            {
                var from = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync(new Uri("/api/board", UriKind.Relative));
                if (answer.IsSuccessStatusCode) latencies.Add(Stopwatch.GetElapsedTime(from));
                else Interlocked.Increment(ref failed);
            }
        })));
        Report.Line($"board over HTTP, {tasks} callers", latencies.Count / watch.Elapsed.TotalSeconds, "reads/s");
        Report.Latencies("  answer", latencies);
        return Report.Verdict(failed == 0 ? [] : [$"{failed} reads of the board failed"]);
    }
}
