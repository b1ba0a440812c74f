using System.Text.Json;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Crash;

/// <summary>An answer that was read to its end: from here on it is a promise.</summary>
internal sealed record Promise(DateOnly Round, string RequestId, string PharmacyCode, string Number, int Serial)
{
    public static Promise Of(DateOnly round, string requestId, JsonElement booking) => new(
        round, requestId, booking.GetProperty("pharmacyCode").GetString()!, booking.GetProperty("number").GetString()!, booking.GetProperty("serial").GetInt32());

    /// <summary>The round is published; its lists run without a gap and hold what people were told, and nothing else.</summary>
    public static async Task AreListedAsync(HttpClient http, DateOnly round, IEnumerable<Promise> promises)
    {
        var books = await http.GetJsonAsync($"/api/public/rounds/{round:yyyy-MM-dd}");
        Assert.Equal("published", books.GetProperty("phase").GetString());
        var promised = promises.Where(p => p.Round == round).ToLookup(p => p.PharmacyCode, p => p.Serial, StringComparer.Ordinal);
        foreach (var pharmacy in books.GetProperty("pharmacies").EnumerateArray().Select(p => p.GetProperty("code").GetString()!))
        {
            var list = await http.GetJsonAsync($"/api/public/rounds/{round:yyyy-MM-dd}/list?pharmacy={pharmacy}");
            var serials = list.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("serial").GetInt32()).ToList();
            Assert.Equal(Enumerable.Range(1, serials.Count), serials);
            Assert.Equal(serials, promised[pharmacy].Order());
        }
    }
}

/// <summary>A resident who remembers what they were told, and what they asked without being told anything.</summary>
/// <param name="person">Which made-up person.</param>
/// <param name="first">At which pharmacy they begin; without one at either of two, so that places run out.</param>
internal sealed class Booker(int person, int? first = null)
{
    private static readonly string[] Codes = ["LD01", "LD02", "LD03", "LD04", "LD05"];
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(300);
    private int attempts;

    /// <summary>Logs in and registers.</summary>
    public Task JoinAsync(HttpClient http) => Phone.JoinAsync(http, person);

    public Phone Phone { get; } = new($"crash-{person}");

    public int Person => person;

    public List<Promise> Promises { get; } = [];

    /// <summary>Whether they send the same request again when they are told to come later, as a phone does.</summary>
    public bool IsPatient { get; init; }

    /// <summary>How often they were told so.</summary>
    public int TimesTold503 { get; private set; }

    /// <summary>The receipt of each promise.</summary>
    public List<string> Receipts { get; } = [];

    public HashSet<string> GivenBack { get; } = new(StringComparer.Ordinal);

    /// <summary>The request whose answer never came.</summary>
    public (string RequestId, string PharmacyCode)? Unanswered { get; private set; }

    public bool MayBook(DateOnly round) => Promises.TrueForAll(p => GivenBack.Contains(p.Number) || p.Round.AddDays(2) <= round);

    /// <summary>Books at the first pharmacy that has a place.</summary>
    public async Task BookAsync(HttpClient http, DateOnly round, Action? answered = null)
    {
        var begin = first ?? person % 2;
        for (var i = 0; i < Codes.Length; i++)
        {
            Unanswered = ($"{round:MMdd}-{attempts++}", Codes[(begin + i) % Codes.Length]);
            if (await SendAgainAsync(http, round, [201], answered)) return;
        }

        Assert.Fail("Every pharmacy was sold out, though there are more places than residents.");
    }

    /// <summary>Sends the open request (again). False when the pharmacy is sold out.</summary>
    public async Task<bool> SendAgainAsync(HttpClient http, DateOnly round, int[] expected, Action? answered = null)
    {
        var (requestId, pharmacy) = Unanswered!.Value;
        var reply = await Phone.BookAsync(http, pharmacy, requestId);
        while (IsPatient && reply is { Status: 503, Code: "busy" or "unavailable" })
        {
            TimesTold503++;
            // What was asked before may have been done.
            expected = [.. expected, 200];
            await Task.Delay(Wait);
            reply = await Phone.BookAsync(http, pharmacy, requestId);
        }

        Unanswered = null;
        answered?.Invoke();
        if (reply is { Status: 409, Code: "sold_out" } && expected.Contains(201)) return false;
        Assert.True(expected.Contains(reply.Status), $"{requestId} at {pharmacy} was answered {reply.Status} {reply.Code} instead of {string.Join(" or ", expected)}.");
        Promises.Add(Promise.Of(round, requestId, reply.Body));
        Receipts.Add(reply.Text("receipt")!);
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
        var again = await SendAgainAsync(http, round, [stored.Count == 1 ? 200 : 201]);
        if (stored.Count == 1) Assert.Equal(stored.Keys.Single(), Promises[^1].Number);
        Assert.Equal(Promises.Count, (await Phone.BookingsAsync(http)).Count);
        if (!again) await BookAsync(http, round);
    }

    /// <summary>A promise holds for good: the request id finds the same booking, and its receipt to the byte.</summary>
    public async Task CheckRepeatAsync(HttpClient http)
    {
        var promise = Promises[^1];
        var reply = await Phone.BookAsync(http, promise.PharmacyCode, promise.RequestId);
        Assert.Equal((200, promise.Number, promise.Serial), (reply.Status, reply.Text("number"), reply.Body.GetProperty("serial").GetInt32()));
        Assert.Equal(Receipts[^1], reply.Text("receipt"));
    }
}
