using System.Diagnostics;
using System.Text.Json;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>A phone that listens to the board all the time: how often it is told something, and how much a whole board weighs.</summary>
internal sealed class BoardEar : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly HttpClient http;
    private readonly CancellationTokenSource stop = new();
    private readonly List<(long At, int Bytes)> events = [];
    private readonly Task listening;
    private long version;

    /// <summary>Begins to listen.</summary>
    public BoardEar(Uri address)
    {
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        listening = Task.Run(ListenAsync);
    }

    /// <summary>Times at which a version was lower than the one before.</summary>
    public int Falls { get; private set; }

    /// <summary>The size of the whole board as a phone gets it, and unpacked.</summary>
    public async Task<(long Packed, long Unpacked)> WeighAsync()
    {
        var unpacked = (await http.GetByteArrayAsync(new Uri("/api/board", UriKind.Relative))).LongLength;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/board");
        request.Headers.Add("Accept-Encoding", "gzip");
        using var answer = await http.SendAsync(request);
        return ((await answer.Content.ReadAsByteArrayAsync()).LongLength, unpacked);
    }

    /// <summary>Prints what was heard.</summary>
    public void Print(TextWriter to)
    {
        lock (events)
        {
            if (events.Count < 2) return;
            double[] gaps = [.. events.Zip(events.Skip(1)).Select(p => Stopwatch.GetElapsedTime(p.First.At, p.Second.At).TotalSeconds)];
            to.WriteLine(FormattableString.Invariant(
                $"board events: {events.Count} in {Stopwatch.GetElapsedTime(events[0].At, events[^1].At).TotalSeconds:0} s, shortest pause {gaps.Min():0.00} s, {gaps.Count(g => g < 0.9)} of {gaps.Length} under 0.9 s, median {events.Select(e => e.Bytes).Order().ElementAt(events.Count / 2):#,0} bytes"));
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await listening;
        stop.Dispose();
        http.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await HearAsync();
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                await Task.WhenAny(Task.Delay(Pause, stop.Token));
            }
        }
    }

    private async Task HearAsync()
    {
        await using var stream = await http.GetStreamAsync(new Uri("/api/board/events", UriKind.Relative), stop.Token);
        using var reader = new StreamReader(stream);
        // The first one only says which version a listener should have.
        var isFirst = true;
        while (await reader.ReadLineAsync(stop.Token) is { } line)
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;
            using var change = JsonDocument.Parse(line[5..]);
            var told = change.RootElement.GetProperty("version").GetInt64();
            if (told < version) Falls++;
            version = told;
            if (!isFirst)
            {
                lock (events) events.Add((Stopwatch.GetTimestamp(), System.Text.Encoding.UTF8.GetByteCount(line)));
            }

            isFirst = false;
        }
    }
}
