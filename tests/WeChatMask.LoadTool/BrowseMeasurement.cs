using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool;

/// <summary>
/// Residents who look around before and during an opening: each reads the home page and the board, then looks at it for
/// a moment, again and again. What counts is how long each of them waits.
/// </summary>
internal static class BrowseMeasurement
{
    private const int UsualResidents = 200;
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(2);

    /// <summary>Browses for some seconds.</summary>
    public static async Task<int> RunAsync(Uri url, Options options)
    {
        var count = options.Residents == 0 ? UsualResidents : options.Residents;
        using var http = Phone.Connect(url);
        http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, deflate, br");
        ConcurrentBag<TimeSpan> homes = [], boards = [];
        var failed = new ConcurrentBag<string>();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed.TotalSeconds < options.Seconds)
            {
                await ReadAsync("/", homes);
                await ReadAsync("/api/board", boards);
                await Task.Delay(LongestLook * Random.Shared.NextDouble());
            }
        })));
        var seconds = watch.Elapsed.TotalSeconds;
        Report.Line(
            string.Create(CultureInfo.InvariantCulture, $"{count} residents browsing"), (homes.Count + boards.Count) / seconds, "pages/s",
            "home, board, up to 2 s of looking");
        Report.Latencies("  home page", homes);
        Report.Latencies("  board", boards);
        return Report.Verdict([.. failed.CountBy(f => f).Select(f => $"{f.Value} pages failed: {f.Key}")]);

        async Task ReadAsync(string path, ConcurrentBag<TimeSpan> latencies)
        {
            var from = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            await answer.Content.ReadAsByteArrayAsync();
            if (answer.IsSuccessStatusCode) latencies.Add(Stopwatch.GetElapsedTime(from));
            else failed.Add($"{path} {(int)answer.StatusCode}");
        }
    }
}
