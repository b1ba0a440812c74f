using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>What a city with a long past does beside one with none, by turns: each rate should hardly know how many have booked before.</summary>
internal static class GrowthRow
{
    private const int Past = 10_000_000;
    private const double Least = 0.85;
    private const int Bookers = 10_000;
    private const int Refused = 20_000;
    private const int Comers = 5_000;
    private const int HandedOver = 2_000;
    private const int ClerksEach = 4;
    private static readonly TimeSpan Looking = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(Bench bench)
    {
        await using var young = await StartAsync(bench, 0);
        await using var old = await StartAsync(bench, Past);
        Dictionary<string, (Runs Young, Runs Old)> rates = new(StringComparer.Ordinal);
        // One before they count.
        for (var pair = -1; pair < bench.Pairs; pair++)
        {
            Side[] sides = [young, old];
            foreach (var side in pair % 2 == 0 ? sides : sides.Reverse())
            {
                foreach (var (name, tally) in await side.MeasureAsync(pair + 1))
                {
                    bench.Judge(name, tally);
                    if (pair < 0) continue;
                    if (!rates.TryGetValue(name, out var runs)) rates[name] = runs = (new(), new());
                    (side == young ? runs.Young : runs.Old).Add(tally.Rate);
                }
            }
        }

        foreach (var (name, (before, after)) in rates) Bench.Ratio($"{name} with {Past:#,0} past bookings", after, before, "without", Least, "/s");
        // The old one's past is rows alone, without the quotas that they would have had.
        await young.VerifyAsync(bench);
    }

    private static async Task<Side> StartAsync(Bench bench, int past)
    {
        var rounds = bench.Pairs + 1;
        return new Side(await BenchCity.StartAsync(
            bench.Program, DatabaseKind.Sqlite, new Before(100_000, rounds * HandedOver, rounds * HandedOver, BookedYesterday: true, ClerksEach, rounds * Bookers, past), ("Site:LogInsAtLeast", "100000")));
    }

    private sealed class Side(BenchCity city) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => city.DisposeAsync();

        public Task VerifyAsync(Bench bench) => bench.VerifyAsync("growth", city);

        public async Task<List<(string Name, Tally Tally)>> MeasureAsync(int round)
        {
            Guest[] comers = [.. Enumerable.Range(0, Comers).Select(_ => city.NewGuest())];
            var (bookers, boards) = (city.Newcomers.Skip(round * Bookers).ToArray(), city.NewGuest());
            return
            [
                ("sold out", await AllAsync(Refused, async (line, i) => await line.BookAsync(bookers[i % Bookers], BenchCity.Full, 1 + (i / Bookers)) == 409 && Guests.Text(line.Body, "\"code\":\""u8).SequenceEqual("sold_out"u8))),
                ("rush", await AllAsync(Bookers, async (line, i) => await line.BookAsync(bookers[i], BenchCity.PharmacyOf(i)) == 201)),
                ("board", await Load.ClosedAsync(city.Port, Bench.Phones, Looking, async (line, _) => await line.BoardAsync(boards) == 200 ? Outcome.Done : Outcome.Failed)),
                ("log-in", await AllAsync(Comers, async (line, i) => await line.LogInAsync(comers[i]) == 302)),
                ("registration", await AllAsync(Comers, async (line, i) => await line.RegisterAsync(comers[i]) == 201)),
                ("hand-over", await AllAsync(HandedOver, async (line, i) => await line.HandOverAsync(city.ClerkFor(city.Prepared[(round * HandedOver) + i]), city.Prepared[(round * HandedOver) + i]) == 200)),
            ];
        }

        private Task<Tally> AllAsync(int count, Func<Line, int, ValueTask<bool>> ask) =>
            Load.ClosedAsync(city.Port, Bench.Phones, count, async (line, i) => await ask(line, i) ? Outcome.Done : Outcome.Failed);
    }
}
