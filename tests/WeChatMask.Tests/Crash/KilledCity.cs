using System.Text.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;
using Xunit.Abstractions;

namespace WeChatMask.Tests.Crash;

/// <summary>Loudi in a process that is killed again and again, and the people who rely on it.</summary>
internal sealed class KilledCity : IAsyncDisposable
{
    private const int Tasks = 32;
    private static readonly ParallelOptions Lanes = new() { MaxDegreeOfParallelism = Tasks };
    private readonly string data = Directory.CreateTempSubdirectory("wechatmask-crash-").FullName;
    private readonly Random random;
    private readonly ITestOutputHelper output;
    private readonly List<Booker> people = [];
    private readonly Phone nobody = new("nobody");
    private readonly Database database;
    private SandboxProcess sandbox = null!;

    private KilledCity(Random random, ITestOutputHelper output)
    {
        this.random = random;
        this.output = output;
        database = new Database(Options.Create(new DatabaseSettings { ConnectionString = $"Data Source={Path.Combine(data, "wechatmask.db")}" }));
    }

    public int Kills { get; private set; }

    public int KillsAmidSending { get; private set; }

    public int Unanswered { get; private set; }

    private HttpClient Http => sandbox.Http;

    public static async Task<KilledCity> StartAsync(string clock, Random random, ITestOutputHelper output)
    {
        var city = new KilledCity(random, output);
        city.sandbox = await SandboxProcess.StartAsync(city.data, clock);
        return city;
    }

    public async Task SetClockAsync(DateOnly date, string time) => await MoveClockAsync(new { now = $"{date:yyyy-MM-dd}T{time}+08:00" });

    public async Task RegisterAsync(int count)
    {
        Booker[] joining = [.. Enumerable.Range(people.Count, count).Select(i => new Booker(i))];
        people.AddRange(joining);
        await Parallel.ForEachAsync(joining, Lanes, async (p, _) => await p.JoinAsync(Http));
    }

    /// <summary>All who may book do, in as many rushes and one more as there are kills; each of the first ends in a kill.</summary>
    public async Task RushAsync(DateOnly round, int kills)
    {
        var cooling = people.Find(p => !p.MayBook(round));
        if (cooling is not null) Assert.Equal("cooldown", (await cooling.Phone.BookAsync(Http, "LD01", $"{round:MMdd}-cooldown")).Code);
        var waiting = people.Where(p => p.MayBook(round)).ToArray();
        random.Shuffle(waiting);
        foreach (var rush in waiting.Chunk((waiting.Length / (kills + 1)) + 1))
        {
            if (kills-- > 0) await RushUntilKilledAsync(rush, round);
            // Who had no answer, or did not come to ask, does so now.
            await Parallel.ForEachAsync(
                rush.Where(p => p.MayBook(round)), Lanes, async (p, _) => await p.BookAsync(Http, round));
        }
    }

    /// <summary>Some change their minds before the close: their places are free again, and they get no message.</summary>
    public async Task GiveBackAsync(DateOnly round, int count)
    {
        foreach (var person in people.Where(p => p.Promises.Exists(b => b.Round == round)).Take(count))
        {
            Assert.Equal(204, (await person.Phone.SendAsync(Http, HttpMethod.Delete, $"/api/bookings/{person.Promises[^1].Number}")).Status);
            person.GivenBack.Add(person.Promises[^1].Number);
        }
    }

    /// <summary>Lets the round close by the clock and kills while its messages are going out; then a minute passes, in which leases run out.</summary>
    public async Task CloseAndKillWhileSendingAsync(DateOnly round)
    {
        var before = (await MessagesAsync()).Count;
        var all = Live(round).Count() + 5;
        var moment = before + random.Next(1, all / 2);
        // So slow that half of the messages are still to go when the kill comes, however busy this machine is.
        Assert.Equal(200, (await nobody.SendAsync(Http, HttpMethod.Post, "/sandbox/faults", new { target = "sms", mode = "slow", milliseconds = 250 })).Status);
        var close = SetClockAsync(round, "22:00:00");
        while ((await MessagesAsync()).Count < moment)
        {
            // Asking again is the wait.
        }

        await KillAsync($"while sending, at about {moment - before} of {all} messages");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => close);
        var sent = File.ReadLines(Path.Combine(data, "sms.jsonl")).Count() - before;
        if (sent < all) KillsAmidSending++;
        await StartAgainAsync(round);
        await MoveClockAsync(new { advance = "PT1M" });
        output.WriteLine($"  {sent} were out, {(await MessagesAsync()).Count - before} are now");
    }

    /// <summary>The round is closed and published, and its lists agree with what people were told.</summary>
    public Task CheckPublishedAsync(DateOnly round) => Promise.AreListedAsync(Http, round, people.SelectMany(p => p.Promises));

    /// <summary>Every live booking has its message; a second one only with the mark that it may be one.</summary>
    public async Task CheckMessagesAsync()
    {
        var messages = await MessagesAsync();
        foreach (var same in messages.GroupBy(m => m.GetProperty("id").GetString(), StringComparer.Ordinal))
            Assert.InRange(same.Count(m => !m.GetProperty("repeat").GetBoolean()), 0, 1);
        var texts = messages.Select(m => (Id: m.GetProperty("id").GetString(), Text: m.GetProperty("text").GetString()!)).DistinctBy(m => m.Id, StringComparer.Ordinal).ToList();
        foreach (var person in people)
        {
            foreach (var promise in person.Promises)
            {
                var count = texts.Count(t => t.Text.Contains(promise.Number, StringComparison.Ordinal));
                Assert.True(count == (person.GivenBack.Contains(promise.Number) ? 0 : 1), $"{promise} has {count} messages.");
            }
        }

        Assert.Equal(people.Sum(p => p.Promises.Count - p.GivenBack.Count) + (3 * 5), texts.Count);
    }

    public async ValueTask DisposeAsync()
    {
        if (sandbox is not null) await sandbox.DisposeAsync();
        database.Dispose();
        Directory.Delete(data, recursive: true);
    }

    private IEnumerable<Promise> Live(DateOnly round) =>
        people.SelectMany(p => p.Promises.Where(b => b.Round == round && !p.GivenBack.Contains(b.Number)));

    private async Task RushUntilKilledAsync(Booker[] rush, DateOnly round)
    {
        using var killed = new CancellationTokenSource();
        var target = random.Next(rush.Length);
        var lateness = TimeSpan.FromMicroseconds(random.Next(4000));
        var count = 0;
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Answered()
        {
            if (Interlocked.Increment(ref count) > target) due.TrySetResult();
        }

        var booking = Parallel.ForEachAsync(rush, Lanes, async (p, _) =>
        {
            if (killed.IsCancellationRequested) return;
            try
            {
                await p.BookAsync(Http, round, Answered);
            }
            catch (HttpRequestException)
            {
                // Cut off: the request may have made a booking or not.
            }
        });
        await due.Task;
        // Not in step with an answer, but anywhere between two commits.
        await Task.Delay(lateness, CancellationToken.None);
        await killed.CancelAsync();
        await KillAsync($"in a rush of {rush.Length}, after {target} answers and {lateness.TotalMilliseconds:0.0} ms");
        await booking;
        await StartAgainAsync(round);
    }

    private async Task KillAsync(string when)
    {
        await sandbox.KillAsync();
        Kills++;
        output.WriteLine($"kill {Kills} {when}");
    }

    /// <summary>Starts the city on the same data and holds it to everything it ever promised.</summary>
    private async Task StartAgainAsync(DateOnly round)
    {
        await sandbox.DisposeAsync();
        sandbox = await SandboxProcess.StartAsync(data);
        Assert.DoesNotContain(await new InvariantQueries(database).RunAsync(CancellationToken.None), r => r.Broken > 0);
        var open = people.Where(p => p.Unanswered is not null).ToList();
        Unanswered += open.Count;
        await Parallel.ForEachAsync(people, Lanes, async (p, _) => await p.CheckAsync(Http, round));
        foreach (var person in people.Where(p => p.Promises.Count > 0).Take(10)) await person.CheckRepeatAsync(Http);
        Assert.DoesNotContain(await new InvariantQueries(database).RunAsync(CancellationToken.None), r => r.Broken > 0);
        output.WriteLine($"  {people.Sum(p => p.Promises.Count)} bookings stand, {open.Count} requests were without an answer");
    }

    private async Task MoveClockAsync(object order) =>
        Assert.Equal(200, (await nobody.SendAsync(Http, HttpMethod.Post, "/sandbox/clock", order)).Status);

    private async Task<IReadOnlyList<JsonElement>> MessagesAsync() =>
        [.. (await nobody.SendAsync(Http, HttpMethod.Get, "/sandbox/sms")).Body.EnumerateArray()];
}
