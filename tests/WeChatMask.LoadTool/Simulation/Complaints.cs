using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>Ten complaints on one day: handed in by citizens, worked on by a supervisor, answered by the pharmacy, counted in public.</summary>
internal sealed class Complaints(SimulatedCity city)
{
    private const int Ten = 10;
    private const int OfOneAccount = 3;
    private static readonly string[] Kinds = ["quality", "refused", "attitude", "price", "not_mine"];
    private static readonly string[] Outcomes = ["founded", "partly_founded", "unfounded", "not_provable"];

    /// <summary>Seven households complain once and one as often as it may, and once more in vain. The last two cases stay open.</summary>
    public async Task TenAsync(IEnumerable<SimulatedBooking> bookings)
    {
        var households = bookings.GroupBy(b => b.Household).Take(Ten - OfOneAccount + 1).Select(h => h.First()).ToList();
        var before = await CountsAsync();
        var cases = new List<(SimulatedBooking Booking, string Number, string Kind)>();
        for (var i = 0; i < Ten; i++)
            cases.Add(await OpenAsync(households[Math.Min(i, households.Count - 1)], i, Kinds[i % Kinds.Length]));
        var many = await city.CallAsync(households[^1].Household.Phone, HttpMethod.Post, "/api/complaints", Body(households[^1], Ten, Kinds[0]));
        city.Differences.Compare<(int, string?)>("one complaint too many", households[^1].Number, (409, "too_many_cases"), (many.Status, many.Code));

        var supervisor = new Phone("supervisor");
        await supervisor.LogInStaffAsync(city.Http, "supervisor", "supervisor-demo");
        foreach (var (one, i) in cases.Take(Ten - 2).Select((c, i) => (c, i))) await SettleAsync(supervisor, one.Booking, one.Number, i);

        // What the public reads is what was done, no more and no less.
        var expected = before.Concat(cases.Select((c, i) => (c.Kind, Outcome: i < Ten - 2 ? Outcomes[i % Outcomes.Length] : "open")))
            .GroupBy(c => c).Select(g => $"{g.Key} {g.Count()}").Order(StringComparer.Ordinal);
        var shown = (await CountsAsync()).GroupBy(c => c).Select(g => $"{g.Key} {g.Count()}").Order(StringComparer.Ordinal);
        city.Differences.Compare("public counts of complaints", "all", string.Join(' ', expected), string.Join(' ', shown));
    }

    private async Task<(SimulatedBooking Booking, string Number, string Kind)> OpenAsync(SimulatedBooking booking, int i, string kind)
    {
        var number = "";
        foreach (var expected in (int[])[201, 200])
        {
            var reply = await city.CallAsync(booking.Household.Phone, HttpMethod.Post, "/api/complaints", Body(booking, i, kind));
            number = reply.Text("number") ?? "";
            city.Differences.Compare("complaint", booking.Number, expected, reply.Status);
        }

        city.Figures.Count("complaint");
        return (booking, number, kind);
    }

    // Taken, and every second one answered by the pharmacy, before it is closed; each call twice, as after a lost answer.
    private async Task SettleAsync(Phone supervisor, SimulatedBooking booking, string number, int i)
    {
        await ActAsync(supervisor, number, new { act = "take", requestId = $"take-{number}" });
        if (i % 2 == 0)
        {
            await ActAsync(supervisor, number, new { act = "ask", words = "请说明当时的情况。", requestId = $"ask-{number}" });
            var lead = new Phone($"lead-{booking.Shop.Code}");
            await lead.LogInStaffAsync(city.Http, $"lead-{booking.Shop.Code.ToLowerInvariant()}", "lead-demo");
            foreach (var _ in (int[])[1, 2])
            {
                var reply = await city.CallAsync(lead, HttpMethod.Post, $"/api/pharmacy/cases/{number}/answer", new { words = "货到得晚，已经说明。", requestId = $"answer-{number}" });
                city.Differences.Compare("pharmacy's answer", number, 204, reply.Status);
            }
        }

        var outcome = Outcomes[i % Outcomes.Length];
        await ActAsync(supervisor, number, new { act = "close", words = "已经核实并处理。", outcome, requestId = $"close-{number}" });
        var own = await city.CallAsync(booking.Household.Phone, HttpMethod.Get, $"/api/complaints/{number}");
        city.Differences.Compare<(string?, string?, string?)>("complaint as its citizen sees it", number, ("closed", outcome, "已经核实并处理。"), (own.Text("status"), own.Text("outcome"), own.Text("sentence")));
        city.Figures.Count("complaint closed");
    }

    private async Task ActAsync(Phone supervisor, string number, object act)
    {
        foreach (var _ in (int[])[1, 2])
            city.Differences.Compare("work on a complaint", number, 200, (await city.CallAsync(supervisor, HttpMethod.Post, $"/api/supervisor/cases/{number}/acts", act)).Status);
    }

    private async Task<List<(string Kind, string Outcome)>> CountsAsync()
    {
        var kinds = (await city.GetAsync("/api/public/complaints")).Body.GetProperty("kinds").EnumerateArray();
        return
        [
            .. kinds.SelectMany(k => (Outcomes.Select(o => (Outcome: o, Member: Member(o))).Append((Outcome: "open", Member: "open")))
                .SelectMany(o => Enumerable.Repeat((k.GetProperty("kind").GetString()!, o.Outcome), k.GetProperty(o.Member).GetInt32()))),
        ];
    }

    private static string Member(string outcome) => outcome switch
    {
        "partly_founded" => "partlyFounded",
        "not_provable" => "notProvable",
        _ => outcome,
    };

    private static object Body(SimulatedBooking booking, int i, string kind) => new
    {
        kind, text = "店员说今天的货还没有到。", bookingNumber = booking.Number, requestId = string.Create(CultureInfo.InvariantCulture, $"complaint-{booking.Date:MMdd}-{i}"),
    };
}
