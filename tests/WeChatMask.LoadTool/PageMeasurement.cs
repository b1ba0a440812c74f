using System.Diagnostics;
using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool;

/// <summary>How long one reader waits for one address, asked for again and again by a single caller.</summary>
internal static class PageMeasurement
{
    private const int Times = 50;

    /// <summary>Reads it.</summary>
    public static async Task<int> RunAsync(Uri url, string path)
    {
        using var http = Phone.Connect(url);
        http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, deflate, br");
        var latencies = new List<TimeSpan>(Times);
        var bytes = 0;
        for (var i = 0; i < Times; i++)
        {
            var from = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            if (!answer.IsSuccessStatusCode) return Report.Verdict([$"{path}: {(int)answer.StatusCode}"]);
            bytes = (await answer.Content.ReadAsByteArrayAsync()).Length;
            latencies.Add(Stopwatch.GetElapsedTime(from));
        }

        Report.Latencies(string.Create(CultureInfo.InvariantCulture, $"{path}, {bytes / 1024.0:0.0} KB over the wire"), latencies);
        return 0;
    }
}
