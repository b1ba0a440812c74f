using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Telemetry;

namespace WeChatMask.Bookings;

/// <summary>What nodes' desks answered, a row a node and second.</summary>
public sealed class DeskSecondStore(Database database)
{
    /// <summary>Writes a node's second; one that is there already is written anew.</summary>
    internal Task PutAsync(DateTimeOffset at, string node, IReadOnlyDictionary<Refusal, int> answers, int queue, CancellationToken cancellationToken)
    {
        var refusals = answers.Where(a => a.Key != Refusal.None).ToDictionary(a => Outcome.Of(a.Key), a => a.Value, StringComparer.Ordinal);
        var row = new { at, node, booked = answers.GetValueOrDefault(Refusal.None), refusals = JsonSerializer.Serialize(refusals), queue };
        return database.WriteAsync(
            async transaction =>
            {
                if (await transaction.ExecuteAsync("UPDATE live_second SET booked = @booked, refusals = @refusals, queue = @queue WHERE at = @at AND node = @node", row) == 0)
                    await transaction.ExecuteAsync("INSERT INTO live_second (at, node, booked, refusals, queue) VALUES (@at, @node, @booked, @refusals, @queue)", row);
            },
            cancellationToken);
    }

    /// <summary>Removes what is older, and what a clock that was put back has left in the future.</summary>
    internal Task ForgetAsync(DateTimeOffset before, DateTimeOffset after, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync("DELETE FROM live_second WHERE at < @before OR at > @after", new { before, after }), cancellationToken);

    public Task<List<DeskSecond>> SinceAsync(DateTimeOffset from, CancellationToken cancellationToken) => database.QueryAsync<DeskSecond>(
        "SELECT at, node, booked, refusals, queue FROM live_second WHERE at >= @from ORDER BY at, node", new { from }, cancellationToken);
}

public sealed class DeskSecond
{
    public DateTimeOffset At { get; init; }
    public string Node { get; init; } = "";
    public int Booked { get; init; }

    /// <summary>JSON: how many of each refusal's code.</summary>
    public string Refusals { get; init; } = "";

    /// <summary>Attempts that waited at the desk at its end.</summary>
    public int Queue { get; init; }
}
