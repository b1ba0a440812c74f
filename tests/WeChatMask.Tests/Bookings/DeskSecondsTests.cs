using System.Text.Json;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Telemetry;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Bookings;

/// <summary>What desks answer is counted once, and stands in the database by second and node for two hours.</summary>
public sealed class DeskSecondsTests
{
    private const int Adders = 4;
    private const int Additions = 20_000;

    [Fact]
    public async Task Whatever_is_counted_while_it_is_taken_is_taken_once()
    {
        var tally = new DeskTally();

        var taken = await TakeBesideAsync(() => tally.Count(Refusal.SoldOut, 1), () => tally.Take().GetValueOrDefault(Refusal.SoldOut));

        Assert.Equal(Adders * Additions, taken);
    }

    [Fact]
    public async Task A_tally_that_looks_first_and_clears_afterwards_is_noticed() => await Eventually.UntilAsync(async () =>
    {
        var count = 0;
        var taken = await TakeBesideAsync(
            () => Interlocked.Increment(ref count),
            () =>
            {
                var seen = Volatile.Read(ref count);
                Thread.SpinWait(50);
                Volatile.Write(ref count, 0);
                return seen;
            });
        return taken != Adders * Additions;
    });

    [EngineTheory]
    public async Task The_rows_of_all_nodes_say_what_people_were_told(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 2, [20]);
        var people = await city.RegisterAsync(120);
        DeskNode[] nodes = [await city.AddNode().StartAsync(), await city.AddNode().StartAsync()];
        using var over = new CancellationTokenSource();
        var writing = Task.WhenAll(nodes.Select(node => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested) await node.Seconds.WriteAsync(CancellationToken.None);
        })));

        var answers = await Task.WhenAll(people.Select((person, i) => nodes[i % 2].BookAsync(person, city.Codes[i % 2], "once")));
        var again = await Task.WhenAll(people.Select((person, i) => nodes[i % 2].BookAsync(person, city.Codes[i % 2], "once")));
        await over.CancelAsync();
        await writing;
        foreach (var node in nodes) await node.Seconds.WriteAsync(CancellationToken.None);

        var told = answers.Concat(again).Where(a => !a.Repeated).CountBy(a => a.Refusal).ToDictionary();
        Assert.Equal(40, told[Refusal.None]);
        Assert.Equal(40, again.Count(a => a.Repeated));
        var rows = await RowsAsync(city);
        // The clock stood, so each node has one row however often it wrote.
        Assert.Equal(nodes.Select(n => n.Seconds.Node).Order(StringComparer.Ordinal), rows.Select(r => r.Node).Order(StringComparer.Ordinal));
        Assert.Equal(told[Refusal.None], rows.Sum(r => r.Booked));
        var refused = rows.SelectMany(r => JsonSerializer.Deserialize<Dictionary<string, int>>(r.Refusals)!).GroupBy(r => r.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(r => r.Value), StringComparer.Ordinal);
        Assert.Equal(told.Where(t => t.Key != Refusal.None).ToDictionary(t => Outcome.Of(t.Key), t => t.Value, StringComparer.Ordinal), refused);
    }

    [EngineTheory]
    public async Task A_node_writes_one_row_a_second_and_none_where_nothing_happens_far_from_a_round(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [20]);
        var node = city.AddNode();
        city.Clock.Now = DeskCity.Opening.AddHours(-2);
        await node.Board.GetAsync(CancellationToken.None);
        await WriteForAsync(seconds: 20);
        Assert.Empty(await RowsAsync(city));

        // Near the opening it says that it is there, and when it does something, each second.
        city.Clock.Now = DeskCity.Opening.AddMinutes(-1);
        await WriteForAsync(seconds: 20);
        Assert.Equal(4, (await RowsAsync(city)).Count);
        for (var i = 0; i < 3; i++)
        {
            node.Tally.Count(Refusal.None, 2);
            node.Tally.Count(Refusal.NotOpen, 1);
            await WriteForAsync(seconds: 1);
        }

        var rows = await RowsAsync(city);
        Assert.Equal(7, rows.Count);
        Assert.Equal(rows.Count, rows.Select(r => r.At).Distinct().Count());
        Assert.Equal([(2, "{\"not_open\":1}"), (2, "{\"not_open\":1}"), (2, "{\"not_open\":1}")], rows[^3..].Select(r => (r.Booked, r.Refusals)));

        async Task WriteForAsync(int seconds)
        {
            for (var i = 0; i < seconds; i++)
            {
                city.Clock.Now = city.Clock.Now.AddSeconds(1);
                await node.Seconds.WriteAsync(CancellationToken.None);
                await node.Seconds.WriteAsync(CancellationToken.None);
            }
        }
    }

    [EngineTheory]
    public async Task What_could_not_be_written_is_written_once_when_the_database_answers_again(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [20]);
        var node = city.AddNode();
        await city.Database.WriteAsync(t => t.ExecuteAsync("ALTER TABLE live_second RENAME TO away"), default);
        for (var i = 0; i < 3; i++)
        {
            node.Tally.Count(Refusal.None, 1);
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => node.Seconds.WriteAsync(CancellationToken.None));
            city.Clock.Now = city.Clock.Now.AddSeconds(1);
        }

        await city.Database.WriteAsync(t => t.ExecuteAsync("ALTER TABLE away RENAME TO live_second"), default);
        await node.Seconds.WriteAsync(CancellationToken.None);
        await node.Seconds.WriteAsync(CancellationToken.None);

        Assert.Equal(3, Assert.Single(await RowsAsync(city)).Booked);
    }

    [EngineTheory]
    public async Task A_second_is_forgotten_after_two_hours(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [20]);
        var node = city.AddNode();
        var first = city.Clock.Now;
        node.Tally.Count(Refusal.None, 1);
        await node.Seconds.WriteAsync(CancellationToken.None);
        city.Clock.Now = first.AddMinutes(1);
        node.Tally.Count(Refusal.None, 1);
        await node.Seconds.WriteAsync(CancellationToken.None);

        city.Clock.Now = first + DeskSeconds.Kept;
        await node.Seconds.WriteAsync(CancellationToken.None);
        Assert.Equal(2, (await RowsAsync(city)).Count);
        city.Clock.Now = city.Clock.Now.AddMinutes(1);
        await node.Seconds.WriteAsync(CancellationToken.None);
        Assert.Single(await RowsAsync(city));
        city.Clock.Now = city.Clock.Now.AddMinutes(2);
        await node.Seconds.WriteAsync(CancellationToken.None);
        Assert.Empty(await RowsAsync(city));
    }

    private static Task<List<DeskSecond>> RowsAsync(DeskCity city) => new DeskSecondStore(city.Database).SinceAsync(DateTimeOffset.UnixEpoch, CancellationToken.None);

    private static async Task<int> TakeBesideAsync(Action add, Func<int> take)
    {
        var adding = Task.WhenAll(Enumerable.Range(0, Adders).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Additions; i++) add();
        })));
        var taken = 0;
        while (!adding.IsCompleted) taken += take();
        await adding;
        return taken + take();
    }
}
