using WeChatMask.Data;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Wire;

namespace WeChatMask.LoadTool.Rows;

/// <summary>People who are told that a pharmacy is full, and try again within what one account may.</summary>
internal static class SoldOutRow
{
    private const int Callers = 500;
    private const int People = 20_000;
    private const int Attempts = 100_000;
    private const int AnswerLength = 330;

    public static async Task RunAsync(Bench bench)
    {
        await using var city = await BenchCity.StartAsync(bench.Program, DatabaseKind.Sqlite, places: 50, prepared: People);
        await using var bare = await ServerProcess.OwnAsync("bare", "0", FormattableString.Invariant($"{AnswerLength}"));
        Runs refused = new(), post = new();
        for (var pair = -1; pair < bench.Pairs; pair++)
        {
            var peer = await Load.ClosedAsync(bare.Port, Callers, Attempts, async (line, i) => await line.BookAsync(city.Prepared[i % People], BenchCity.Full) == 201 ? Outcome.Done : Outcome.Failed);
            var attempt = pair + 1;
            var tally = await Load.ClosedAsync(city.Port, Callers, Attempts, async (line, i) =>
                await line.BookAsync(city.Prepared[i % People], BenchCity.Full, (attempt * 10) + (i / People)) == 409 && Guests.Text(line.Body, "\"code\":\""u8).SequenceEqual("sold_out"u8) ? Outcome.Refused : Outcome.Failed);
            bench.Judge("bare POST", peer);
            bench.Judge("sold out", tally);
            if (pair < 0) continue;
            refused.Add(tally.Rate);
            post.Add(peer.Rate);
        }

        Bench.Ratio("sold out", refused, post, "bare POST", 0.55, "refusals/s");
        await bench.VerifyAsync("sold out", city);
    }
}
