using System.Text.Json;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Crash;

/// <summary>An answer that was read to its end: from here on it is a promise.</summary>
internal sealed record Promise(DateOnly Round, string RequestId, string PharmacyCode, string Number, int Serial)
{
    public static Promise Of(DateOnly round, string requestId, JsonElement booking) => new(
        round, requestId, booking.GetProperty("pharmacyCode").GetString()!, booking.GetProperty("number").GetString()!, booking.GetProperty("serial").GetInt32());
}

/// <summary>A resident who remembers what they were told, and what they asked without being told anything.</summary>
internal sealed class Booker(int person)
{
    private static readonly string[] Codes = ["LD01", "LD02", "LD03", "LD04", "LD05"];
    private int attempts;

    /// <summary>Logs in and registers.</summary>
    public Task JoinAsync(HttpClient http) => Phone.JoinAsync(http, person);

    public Phone Phone { get; } = new($"crash-{person}");

    public List<Promise> Promises { get; } = [];

    public HashSet<string> GivenBack { get; } = new(StringComparer.Ordinal);

    /// <summary>The request whose answer never came.</summary>
    public (string RequestId, string PharmacyCode)? Unanswered { get; private set; }

    public bool MayBook(DateOnly round) => Promises.TrueForAll(p => GivenBack.Contains(p.Number) || p.Round.AddDays(2) <= round);

    /// <summary>Books at the first pharmacy that has a place; everybody begins at one of two, so that places run out.</summary>
    public async Task BookAsync(HttpClient http, DateOnly round, Action? answered = null)
    {
        var first = person % 2;
        for (var i = 0; i < Codes.Length; i++)
        {
            Unanswered = ($"{round:MMdd}-{attempts++}", Codes[(first + i) % Codes.Length]);
            if (await SendAgainAsync(http, round, 201, answered)) return;
        }

        Assert.Fail("Every pharmacy was sold out, though there are more places than residents.");
    }

    /// <summary>Sends the open request (again). False when the pharmacy is sold out.</summary>
    public async Task<bool> SendAgainAsync(HttpClient http, DateOnly round, int expected, Action? answered = null)
    {
        var (requestId, pharmacy) = Unanswered!.Value;
        var reply = await Phone.BookAsync(http, pharmacy, requestId);
        Unanswered = null;
        answered?.Invoke();
        if (reply is { Status: 409, Code: "sold_out" } && expected == 201) return false;
        Assert.True(reply.Status == expected, $"{requestId} at {pharmacy} was answered {reply.Status} {reply.Code} instead of {expected}.");
        Promises.Add(Promise.Of(round, requestId, reply.Body));
        return true;
    }

    /// <summary>What is stored is what was promised, and an unanswered request made one booking or none. Then it is sent again.</summary>
    public async Task CheckAsync(HttpClient http, DateOnly round)
    {
        var stored = (await Phone.BookingsAsync(http)).ToDictionary(b => b.GetProperty("number").GetString()!, StringComparer.Ordinal);
        foreach (var promise in Promises)
        {
            Assert.True(stored.Remove(promise.Number, out var booking), $"{promise} is lost.");
            Assert.Equal(promise, Promise.Of(promise.Round, promise.RequestId, booking));
            Assert.Equal(GivenBack.Contains(promise.Number), booking.GetProperty("status").GetString() == "cancelled");
        }

        if (Unanswered is null)
        {
            Assert.Empty(stored);
            return;
        }

        Assert.InRange(stored.Count, 0, 1);
        var again = await SendAgainAsync(http, round, stored.Count == 1 ? 200 : 201);
        if (stored.Count == 1) Assert.Equal(stored.Keys.Single(), Promises[^1].Number);
        Assert.Equal(Promises.Count, (await Phone.BookingsAsync(http)).Count);
        if (!again) await BookAsync(http, round);
    }

    /// <summary>A promise holds for good: the request id finds the same booking.</summary>
    public async Task CheckRepeatAsync(HttpClient http)
    {
        var promise = Promises[^1];
        var reply = await Phone.BookAsync(http, promise.PharmacyCode, promise.RequestId);
        Assert.Equal((200, promise.Number, promise.Serial), (reply.Status, reply.Text("number"), reply.Body.GetProperty("serial").GetInt32()));
    }
}
