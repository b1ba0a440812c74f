using System.Globalization;
using System.Text;
using System.Text.Json;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

public sealed class DrawTests
{
    public static TheoryData<string> CommitVectors => LogVectors.Of("commit");

    public static TheoryData<string> SeedVectors => LogVectors.Of("seed");

    public static TheoryData<string> RankVectors => LogVectors.Of("rank");

    public static TheoryData<string> AllocationVectors => LogVectors.Of("allocate");

    [Theory]
    [MemberData(nameof(CommitVectors))]
    public void Every_commitment_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);
        var day = Day(input.Text("date"));

        var commitment = Draw.ShareCommitment(input.Text("origin"), day, input.Text("party"), input.Hash("share"));

        Assert.Equal(answer!.Value.Hash("commitment"), commitment);
        // Whether the signature holds shows in a log with the line.
        Assert.Equal(answer.Value.GetProperty("valid").GetBoolean(), IsTaken(input, commitment));
    }

    [Theory]
    [MemberData(nameof(SeedVectors))]
    public void Every_seed_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);
        var shares = input.GetProperty("shares").EnumerateArray().Select(s => (s[0].GetString()!, s[1].ValueKind == JsonValueKind.Null ? (Hash?)null : s[1].AsHash()));

        var text = Draw.SeedText(input.Text("origin"), Day(input.Text("date")), input.Long("size"), input.Hash("root"), shares, input.Text("source"), input.Text("value"));

        Assert.Equal(answer!.Value.Text("text"), text);
        Assert.Equal(answer.Value.Hash("seed"), Hash.Of(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [MemberData(nameof(RankVectors))]
    public void Every_rank_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        Assert.Equal(answer!.Value.Hash("rank"), Draw.Rank(input.Hash("seed"), input.Long("index"), input.Long("tickets")));
    }

    [Theory]
    [MemberData(nameof(AllocationVectors))]
    public void Every_allocation_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);
        var places = input.GetProperty("places").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt64());
        var applications = input.GetProperty("applications").EnumerateArray()
            .Select(a => new DrawApplication(a.Long("index"), a.Long("persons"), a.Texts("prefs"), a.Long("tickets")));

        var result = Draw.Allocate(input.Hash("seed"), applications, places, (int)input.Long("persons"));

        Assert.Equal(
            answer!.Value.GetProperty("wins").EnumerateArray().Select(w => new DrawWin(w[0].GetInt64(), w[1].GetString()!, w[2].GetInt64())),
            result.Wins);
        Assert.All(answer.Value.GetProperty("cuts").EnumerateObject(), c => Assert.Equal(
            c.Value.EnumerateObject().Select(n => n.Value.GetString()), result.Cuts[c.Name].Select(h => h?.ToString())));
    }

    /// <summary>The rules of draws as the vectors hold them.</summary>
    internal static Dictionary<DateOnly, DrawRules> Rules(JsonElement rules) => rules.EnumerateObject().ToDictionary(day => Day(day.Name), day => new DrawRules(
        [.. day.Value.GetProperty("parties").EnumerateArray().Select(p => new DrawParty(p.Text("id"), p.Text("key")))],
        (int)day.Value.Long("quorum"),
        day.Value.Text("beacon"),
        (int)day.Value.Long("extraTickets"),
        (int)day.Value.Long("preferences"),
        (int)day.Value.Long("persons")));

    private static bool IsTaken(JsonElement input, Hash commitment)
    {
        var (date, party, some) = (input.Text("date"), input.Text("party"), Hash.Of([1]));
        var replay = new Replay(new Dictionary<DateOnly, DrawRules> { [Day(date)] = new([new DrawParty(party, input.Text("key"))], 1, "dice", 0, 1, 1) });
        string[] lines =
        [
            $"log 1 {input.Text("origin")} 1 k", $"policy {date} {some} 1", $"round {date} {Day(date).AddDays(1):yyyy-MM-dd} draw 5 {some} {some} 1",
            $"commit {date} {party} {commitment} {input.Text("signature")}",
        ];
        foreach (var line in lines) replay.Add(line);
        return replay.Findings.Count == 0;
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
