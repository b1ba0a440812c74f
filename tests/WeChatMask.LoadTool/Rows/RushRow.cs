using System.Globalization;
using System.Text;
using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Rows;

/// <summary>An opening: people who are logged in book all at once, and everybody gets a place. Then as much of that rate as a city should plan for.</summary>
internal static class RushRow
{
    private const int Callers = 500;
    private const int People = 20_000;
    private const double Share = 0.7;
    private const int AnswerLength = 330;
    private const int TicketBuyers = 5_000;

    public static async Task RunAsync(Bench bench)
    {
        await using var tickets = Bench.Has(DatabaseKind.PostgreSql) ? await TicketsAsync(bench) : null;
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, places: 100_000, prepared: ((2 * bench.Pairs) + 1) * People);
        await using var bare = await ServerProcess.OwnAsync("bare", "0", FormattableString.Invariant($"{AnswerLength}"));
        Runs rush = new(), post = new(), p99 = new(), cost = new(), shop = new();
        var used = 0;
        for (var pair = -1; pair < bench.Pairs; pair++)
        {
            var busy = city.Server.Busy;
            var all = await BookAsync(0);
            var spent = (city.Server.Busy - busy).TotalMicroseconds / People;
            var peer = await Load.ClosedAsync(bare.Port, Callers, 4 * People, async (line, i) => await line.BookAsync(city.Prepared[i % People], "P001") == 201 ? Outcome.Done : Outcome.Failed);
            bench.Judge("bare POST", peer);
            var bought = tickets is null ? null : await BuyAsync(bench, tickets, (pair + 1) * TicketBuyers);
            if (pair < 0) continue;
            rush.Add(all.Rate);
            post.Add(peer.Rate);
            if (bought is not null) shop.Add(bought.Rate);
            cost.Add(spent);
            p99.Add((await BookAsync(Share * all.Rate)).Latency.Milliseconds(0.99));
        }

        Bench.Ratio("rush over HTTP, all confirmed, SQLite", rush, post, "bare POST", 0.25, "bookings/s");
        if (tickets is not null) Bench.Ratio("  beside rows with SKIP LOCKED in PostgreSQL", rush, shop, "that", 10, "bookings/s");
        Bench.Line("  the server's processor time", $"{cost} us a booking");
        Bench.AtMost("  p99 at 70 % of that rate", p99, 250, "ms");
        if (await city.BookingsAsync() != used) bench.Break($"rush: {await city.BookingsAsync()} bookings are stored of {used} that were confirmed");
        await bench.VerifyAsync("rush", city);

        async Task<Tally> BookAsync(double rate)
        {
            var from = used;
            used += People;
            Step step = async (line, i) => await line.BookAsync(city.Prepared[from + i], BenchCity.PharmacyOf(i)) == 201 ? Outcome.Done : Outcome.Failed;
            var tally = rate > 0 ? await Load.OpenAsync(city.Port, Callers, People, rate, step) : await Load.ClosedAsync(city.Port, Callers, People, step);
            bench.Judge("rush", tally);
            return tally;
        }
    }

    private static async Task<Tally> BuyAsync(Bench bench, ServerProcess shop, int from)
    {
        var tally = await Load.ClosedAsync(shop.Port, Callers, TicketBuyers, async (line, i) =>
        {
            var guest = new Guest { Number = from + i, Cookie = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"__Host-wm_resident=c-{from + i}")) };
            return await line.BookAsync(guest, BenchCity.PharmacyOf(i)) == 201 ? Outcome.Done : Outcome.Failed;
        });
        bench.Judge("SKIP LOCKED", tally);
        return tally;
    }

    private static async Task<ServerProcess> TicketsAsync(Bench bench)
    {
        DatabaseServer.Durable = true;
        var server = await DatabaseServer.SharedAsync(DatabaseKind.PostgreSql);
        var each = ((bench.Pairs + 1) * TicketBuyers / BenchCity.Pharmacies) + 1;
        return await ServerProcess.OwnAsync("tickets", await server.CreateDatabaseAsync(), each.ToString(CultureInfo.InvariantCulture));
    }
}
