using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;
using Xunit.Abstractions;
using Receipts = WeChatMask.Domain.PublicLog.Receipt;

namespace WeChatMask.Tests.Crash;

/// <summary>A whole day of a city on three nodes, one of which dies in the rush: what any of them ever answered stands in one log that a stranger finds good.</summary>
public sealed class ThreeNodeDayTests(ITestOutputHelper output)
{
    private const int Residents = 250;
    private const int Rush = 240;
    private const int Apart = 60;
    private const int PlacesOfFirst = 160;
    private const int GivenBack = 5;
    private static readonly TimeSpan LongestDay = TimeSpan.FromMinutes(10);
    private static readonly DateOnly Evening = new(2020, 2, 10);
    private static readonly DateOnly Pickup = new(2020, 2, 11);

    /// <summary>On one server always; on a cluster, which takes minutes more, when <c>scripts/test --cluster</c> asks for it.</summary>
    public static TheoryData<string> Databases => [.. Environment.GetEnvironmentVariable("WECHATMASK_TEST_CLUSTER") is null ? (string[])["PostgreSQL"] : ["PostgreSQL", nameof(ClusterKind.Patroni), nameof(ClusterKind.Galera)]];

    [Theory]
    [MemberData(nameof(Databases))]
    public Task A_node_dies_in_the_rush_and_the_day_ends_with_one_log_that_proves_every_answer(string database) => DayAsync(database).WaitAsync(LongestDay);

    private async Task DayAsync(string database)
    {
        await using var cluster = Enum.TryParse<ClusterKind>(database, out var kind) ? await Cluster.StartAsync(kind) : null;
        await using var city = await ThreeNodes.StartAsync(Evening, $"{Evening:yyyy-MM-dd}T18:58:00+08:00", cluster);
        await city.RegisterAsync(Residents, Apart);
        await city.SetClockAsync(Evening, "19:00:00");

        // First the nodes have nothing in common but the log's end; then all want one pharmacy, and its last places are asked for through two.
        await city.RushAsync(Rush, answersBefore: Rush / 2);
        await city.GiveBackAsync(GivenBack, "LD01");
        await city.CheckPromisesAsync();
        output.WriteLine($"{city.Unanswered} requests were cut off, {city.TimesTold503} times people were told to come again");
        Assert.True(city.Unanswered > 0, "The kill left no request without an answer.");

        await city.SetClockAsync(Evening, "22:01:00");
        await city.CheckListsAsync();
        await city.StartThirdAgainAsync();
        await city.SetClockAsync(Pickup, "10:10:00");
        var collected = await city.HandOverAsync(Pickup);
        await city.SetClockAsync(Pickup, "18:01:00");
        Assert.Equal((collected, Residents - GivenBack - collected), await city.TotalsAsync());

        await city.SettleAsync();
        var keys = await AssertGoodForStrangersAsync(city.Addresses, $"0 waiting, {collected} collected");
        await city.EndAsync();
        await AssertOneLogAsync(city, keys);
    }

    /// <summary>A stranger who works the whole record out again finds nothing, and two who ask two nodes are shown the same.</summary>
    private static async Task<VerifierKey[]> AssertGoodForStrangersAsync(IReadOnlyList<string> nodes, string end)
    {
        using var http = new HttpClient();
        var text = (await http.GetStringAsync(new Uri($"{nodes[1]}/log/vkeys"))).TrimEnd('\n');
        var told = "";
        var state = Directory.CreateTempSubdirectory("wechatmask-stranger-");
        foreach (var node in nodes)
        {
            var said = await CheckProgram.RunAsync("monitor", node, "--key", text, "--state", state.FullName, "--lang", "en");
            Assert.True(said.Exit == 0, said.Text);
            told += said.Text;
        }

        state.Delete(recursive: true);
        Assert.Matches($@"(?m)^good   {Evening:yyyy-MM-dd} \(.*, {end}, ", told);
        return [.. text.Split('\n').Select(k => VerifierKey.TryParse(k)!)];
    }

    private static async Task AssertOneLogAsync(ThreeNodes city, VerifierKey[] keys)
    {
        var log = await CityLog.ReadAsync(city.Database);
        Assert.Empty(log.Faults());
        await CityLog.HoldsAsync(city.Database);
        await city.CheckInvariantsAsync();

        var roots = log.Roots();
        var lines = new HashSet<long>();
        foreach (var text in city.Receipts)
        {
            var receipt = Receipts.TryVerify(text, keys);
            Assert.NotNull(receipt);
            Assert.Equal(log.Entries[(int)receipt.Index], receipt.Entry);
            Assert.Equal(roots[(int)receipt.Note.Checkpoint.Size], receipt.Note.Checkpoint.Root);
            Assert.True(lines.Add(receipt.Index), $"Line {receipt.Index} was given to two.");
        }

        // Nobody has a line of whom nobody was told, and the first pharmacy had no place more than it had.
        Assert.Equal(Residents, lines.Count);
        Assert.Equal(Residents, log.Entries.Count(e => e.StartsWith("book ", StringComparison.Ordinal)));
        Assert.Equal(PlacesOfFirst + GivenBack, log.Entries.Count(e => e.StartsWith($"book {Evening:yyyy-MM-dd} LD01 ", StringComparison.Ordinal)));
    }
}
