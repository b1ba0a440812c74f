using System.Globalization;
using System.Net.ServerSentEvents;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool;

/// <summary>Supervisors who follow an opening on the live page while everybody books.</summary>
internal static class LiveWatchers
{
    /// <summary>The rush with as many of them as asked for, and what they heard.</summary>
    public static async Task<int> RushAsync(Uri url, Options options)
    {
        if (options.Live == 0) return await RushMeasurement.RunAsync(url, options);
        using var http = Phone.Connect(url);
        http.Timeout = Timeout.InfiniteTimeSpan;
        var supervisor = new Phone("load-supervisor");
        await supervisor.LogInStaffAsync(http, "supervisor", "supervisor-demo");
        var streams = new List<Stream>();
        for (var i = 0; i < options.Live; i++) streams.Add(await supervisor.FollowAsync(http, "/api/supervisor/live/events"));
        var heard = Task.WhenAll(streams.Select(CountAsync));
        var code = await RushMeasurement.RunAsync(url, options);
        foreach (var stream in streams) await stream.DisposeAsync();
        var events = await heard;
        Report.Line("live pages open", streams.Count, "pages", string.Create(CultureInfo.InvariantCulture, $"{events.Min()} to {events.Max()} events each"));
        return events.Min() == 0 ? 1 : code;
    }

    private static async Task<int> CountAsync(Stream stream)
    {
        var count = 0;
        try
        {
            await foreach (var told in SseParser.Create(stream).EnumerateAsync()) count += told.EventType == "live" ? 1 : 0;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Closed after the rush.
        }

        return count;
    }
}
