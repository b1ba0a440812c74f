using System.Diagnostics;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>Residents who book one after another, on every node in turn, and people who look at pages, for as long as it lasts.</summary>
internal sealed class Rush : IAsyncDisposable
{
    private const int Lanes = 24;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(400);
    private readonly ChaosCity city;
    private readonly TimeSpan pause;
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> tasks = [];
    private int turn;
    private int given;
    private int unanswered;

    private Rush(ChaosCity city, int perSecond)
    {
        this.city = city;
        pause = TimeSpan.FromSeconds((double)Lanes / perSecond);
    }

    /// <summary>What was answered.</summary>
    public Answers Answers { get; } = new();

    /// <summary>Requests that never got an answer, however often they were sent.</summary>
    public int Unanswered => unanswered;

    /// <summary>Begins.</summary>
    public static Rush Start(ChaosCity city, int perSecond)
    {
        var rush = new Rush(city, perSecond);
        for (var i = 0; i < Lanes; i++) rush.tasks.Add(Task.Run(rush.BookAsync));
        rush.tasks.Add(Task.Run(rush.LookAsync));
        return rush;
    }

    /// <summary>Waits until so many bookings were accepted.</summary>
    public async Task ReachAsync(int bookings)
    {
        var watch = Stopwatch.StartNew();
        while (Answers.Bookings.Count < bookings && watch.Elapsed < TimeSpan.FromMinutes(1)) await Task.Delay(20);
    }

    /// <summary>Lets everybody who has begun come to an end.</summary>
    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(tasks);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        stop.Dispose();
    }

    private Entrance Next() => city.Entrances[(int)((uint)Interlocked.Increment(ref turn) % city.Entrances.Count)];

    private async Task BookAsync()
    {
        while (!stop.IsCancellationRequested && Interlocked.Increment(ref given) - 1 is var i && i < city.Guests.Count)
        {
            if (!await city.Guests[i].BookAsync(Next, Answers)) Interlocked.Increment(ref unanswered);
            await Task.WhenAny(Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), stop.Token));
        }
    }

    /// <summary>A signed-in person's pages and calls, and a stranger's.</summary>
    private async Task LookAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var entrance in city.Entrances)
            {
                foreach (var path in (string[])["/", "/book", "/bookings", "/residents", "/notices"]) await AskAsync(entrance.Pages, path, page: true);
                foreach (var path in (string[])["/api/board", "/api/me", "/api/bookings", "/api/public/rounds"]) await AskAsync(entrance.Http, path, page: false);
            }

            await Task.WhenAny(Task.Delay(LookPause, stop.Token));
        }
    }

    private async Task AskAsync(HttpClient http, string path, bool page)
    {
        if (stop.IsCancellationRequested) return;
        try
        {
            var reply = await city.Onlooker.Phone.SendAsync(http, HttpMethod.Get, path);
            if (reply.Status is 502 or 504) Answers.Miss();
            else if (page) Answers.Show(path, reply.Status);
            else if (reply.Status != 200) Answers.Refuse($"GET {path}", reply);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            Answers.Miss();
        }
    }
}
