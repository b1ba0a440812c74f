using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>The running city as the simulation reaches it: by its outside surface alone, with the clock, the log-in and the registry of its sandbox.</summary>
internal sealed class SimulatedCity(HttpClient http, CityRules rules, Population population, int lanes)
{
    private const int Patience = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly Phone world = new("simulation");

    public HttpClient Http { get; } = http;

    public CityRules Rules { get; } = rules;

    public Population Population { get; } = population;

    public Differences Differences { get; } = new();

    /// <summary>Figures of the round that is simulated.</summary>
    public DayFigures Figures { get; set; } = new(default);

    /// <summary>Every booking that was answered 201, in no order.</summary>
    public List<SimulatedBooking> Bookings { get; } = [];

    /// <summary>Puts the clock to an instant; what is due on the way is done when this returns.</summary>
    public async Task SetClockAsync(DateTimeOffset now)
    {
        var before = await NowAsync();
        if (before > now) throw new InvalidOperationException(FormattableString.Invariant($"It is {before:MM-dd HH:mm:ss} already; the machine is too slow for {now:MM-dd HH:mm:ss}."));
        await MoveAsync(new { now = now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture) });
    }

    /// <summary>Lets a second pass, in which jobs see what has changed.</summary>
    public Task LetASecondPassAsync() => MoveAsync(new { advance = "PT1S" });

    /// <summary>What the clock shows.</summary>
    public async Task<DateTimeOffset> NowAsync() => (await GetAsync("/sandbox/clock")).Body.GetProperty("now").GetDateTimeOffset();

    /// <summary>Makes sure that what was done was done before an instant; else what was expected of it is worth nothing.</summary>
    public async Task AssertBeforeAsync(DateTimeOffset end)
    {
        var now = await NowAsync();
        if (now >= end) throw new InvalidOperationException(FormattableString.Invariant($"It is {now:MM-dd HH:mm:ss}, later than {end:MM-dd HH:mm:ss}: the machine is too slow for so many people."));
    }

    /// <summary>Something anybody may read.</summary>
    public Task<PhoneReply> GetAsync(string path) => world.SendAsync(Http, HttpMethod.Get, path);

    /// <summary>Tells the stand-in registry of a person.</summary>
    public async Task TellRegistryAsync(string idNumber, string name, bool eligible)
    {
        var reply = await world.SendAsync(Http, HttpMethod.Put, $"/sandbox/registry/{idNumber}", new { name, eligible, reason = eligible ? null : "elsewhere" });
        if (reply.Status != 200) throw new InvalidOperationException($"The registry could not be told: {reply.Status} {reply.Code}");
    }

    /// <summary>Does something for many, so many at a time.</summary>
    public Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> act) => Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = lanes }, async (item, _) => await act(item));

    /// <summary>A call of a phone; one that is told to come back later does so with the same request.</summary>
    public async Task<PhoneReply> CallAsync(Phone phone, HttpMethod method, string path, object? body = null)
    {
        for (var i = 0; ; i++)
        {
            var reply = await phone.SendAsync(Http, method, path, body);
            if (reply.Status != 503 || i == Patience) return reply;
            Figures.Count(reply.Code ?? "503");
            await Task.Delay(Pause);
        }
    }

    private async Task MoveAsync(object order)
    {
        var reply = await world.SendAsync(Http, HttpMethod.Post, "/sandbox/clock", order);
        if (reply.Status != 200) throw new InvalidOperationException($"The clock could not be moved: {reply.Status} {reply.Code}");
    }
}
