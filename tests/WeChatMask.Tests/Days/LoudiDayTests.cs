using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days;

/// <summary>Loudi's day as an outsider sees it: only the contract's calls, the sandbox's clock and its SMS inbox.</summary>
public sealed class LoudiDayTests
{
    private const int Residents = 1_000;
    private static readonly string[] Pharmacies = ["LD01", "LD02", "LD03", "LD04", "LD05"];

    [EngineTheory]
    public async Task A_thousand_residents_share_eight_hundred_places_and_the_books_balance_to_the_end(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:00:00+08:00", engine: engine);
        await LiveThroughAsync(host);
    }

    [EngineTheory(ServersOnly = true)]
    public async Task The_same_day_passes_on_three_nodes_that_callers_take_in_turn(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:00:00+08:00", engine: engine);
        await using var second = await host.AddNodeAsync();
        await using var third = await host.AddNodeAsync();
        await LiveThroughAsync(host);
    }

    private static async Task LiveThroughAsync(SandboxHost host)
    {
        var residents = await RegisterAsync(host);

        await host.SetClockAsync("2020-02-10T18:59:00+08:00");
        var early = await residents[0].BookAsync("LD01", "early");
        Assert.Equal((409, "not_open"), (early.Status, early.Body.Code()));

        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        var outcomes = await RushAsync(residents);
        AssertFairShare(outcomes);
        var answered = await AssertRepeatRulesAsync(host, residents, outcomes);

        await PublishedAsync(host);
        await AssertSameAnswerAsync(residents, outcomes, answered);
        await AssertListsAndMessagesAsync(host, outcomes);
        await AssertBalancedAsync(host, "2020-02-10");

        await host.SetClockAsync("2020-02-11T17:59:00+08:00");
        Assert.Equal("handout", await PhaseAsync(host, "2020-02-10"));
        await host.SetClockAsync("2020-02-11T18:00:00+08:00");
        await AssertCarriedOverAsync(host);

        await AssertCooldownAsync(host, residents[outcomes.ToList().FindIndex(o => o.Number is not null)]);
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
        await CityLog.HoldsAsync(host.Get<Database>());
        foreach (var resident in residents) resident.Dispose();
    }

    [EngineTheory]
    public async Task A_cancellation_before_the_close_frees_the_place_and_the_next_booking_gets_the_next_serial(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var first = await host.NewResidentAsync(1);
        using var second = await host.NewResidentAsync(2);

        var booked = (await first.BookAsync("LD01", "a")).Body;
        Assert.Equal(159, await LeftAsync(host, "LD01"));
        Assert.Equal(204, await first.CancelAsync(booked.GetProperty("number").GetString()!));
        Assert.Equal(160, await LeftAsync(host, "LD01"));

        Assert.Equal(2, (await second.BookAsync("LD01", "b")).Body.GetProperty("serial").GetInt32());
        var again = await first.BookAsync("LD02", "c");
        Assert.Equal(201, again.Status);
        // The request that made the cancelled booking still answers with it.
        Assert.Equal((200, "cancelled"), await StatusOfAsync(first, "a"));
        Assert.Equal(204, await first.CancelAsync(again.Body.GetProperty("number").GetString()!));
        // The answer may have been lost: giving back twice is the same as once.
        Assert.Equal(204, await first.CancelAsync(again.Body.GetProperty("number").GetString()!));
    }

    [EngineTheory]
    public async Task A_cancellation_after_the_close_joins_the_carry_over_and_lifts_the_cooldown(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        var number = (await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;

        await host.SetClockAsync("2020-02-11T08:59:00+08:00");
        Assert.Equal(204, await resident.CancelAsync(number));
        var books = await BooksAsync(host, "2020-02-10", "LD01");
        Assert.Equal((159, 1, 0), (Figure(books, "left"), Figure(books, "cancelled"), Figure(books, "booked")));

        await host.SetClockAsync("2020-02-11T19:00:00+08:00");
        Assert.Equal(160, Figure(await BooksAsync(host, "2020-02-11", "LD01"), "carriedIn"));
        Assert.Equal(201, (await resident.BookAsync("LD01", "b")).Status);
    }

    [EngineTheory]
    public async Task From_nine_on_the_pickup_day_it_is_too_late_to_cancel(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        var number = (await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;

        await host.SetClockAsync("2020-02-11T09:00:00+08:00");

        Assert.Equal(409, await resident.CancelAsync(number));
    }

    private static async Task<ResidentPhone[]> RegisterAsync(SandboxHost host)
    {
        var residents = new ResidentPhone[Residents];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Residents), new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => residents[i] = await host.NewResidentAsync(i));
        return residents;
    }

    private static async Task<Outcome[]> RushAsync(ResidentPhone[] residents)
    {
        var outcomes = new Outcome[residents.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, residents.Length), new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (i, _) =>
            {
                for (var attempt = 0; attempt < Pharmacies.Length; attempt++)
                {
                    var pharmacy = Pharmacies[(i + attempt) % Pharmacies.Length];
                    var (status, body) = await residents[i].BookAsync(pharmacy, $"try-{pharmacy}");
                    outcomes[i] = status == 201
                        ? new Outcome(i, pharmacy, body.GetProperty("serial").GetInt32(), body.GetProperty("number").GetString(), null)
                        : new Outcome(i, pharmacy, 0, null, body.Code());
                    if (outcomes[i].Code != "sold_out") break;
                }
            });
        return outcomes;
    }

    private static void AssertFairShare(Outcome[] outcomes)
    {
        Assert.Equal(800, outcomes.Count(o => o.Number is not null));
        foreach (var pharmacy in Pharmacies)
            Assert.Equal(Enumerable.Range(1, 160), outcomes.Where(o => o.Number is not null && o.Pharmacy == pharmacy).Select(o => o.Serial).Order());
        Assert.All(outcomes.Where(o => o.Number is null), o => Assert.Contains(o.Code, (string[])["sold_out", "closed"]));
        Assert.Equal(800, outcomes.Select(o => o.Number).Where(n => n is not null).Distinct().Count());
    }

    private static async Task<string> AssertRepeatRulesAsync(SandboxHost host, ResidentPhone[] residents, Outcome[] outcomes)
    {
        var winner = outcomes.First(o => o.Number is not null);
        var again = await residents[winner.Person].BookAsync(winner.Pharmacy, $"try-{winner.Pharmacy}");
        Assert.Equal((200, winner.Number), (again.Status, again.Body.GetProperty("number").GetString()));
        var third = await residents[winner.Person].BookAsync(winner.Pharmacy, $"try-{winner.Pharmacy}");
        Assert.Equal(again.Body.GetRawText(), third.Body.GetRawText());

        using var relative = await host.NewResidentAsync(winner.Person, "o-relative", "13911112222");
        var twice = await relative.BookAsync("LD01", "other-phone");
        Assert.Equal(409, twice.Status);
        Assert.Contains(twice.Body.Code(), (string[])["already_booked", "closed"]);
        return again.Body.GetRawText();
    }

    /// <summary>The list gives each booking its slot; the answer to its request stays what it was.</summary>
    private static async Task AssertSameAnswerAsync(ResidentPhone[] residents, Outcome[] outcomes, string answered)
    {
        var winner = outcomes.First(o => o.Number is not null);
        Assert.True((await residents[winner.Person].Http.GetJsonAsync($"/api/bookings/{winner.Number}")).TryGetProperty("slot", out _));
        Assert.Equal(answered, (await residents[winner.Person].BookAsync(winner.Pharmacy, $"try-{winner.Pharmacy}")).Body.GetRawText());
    }

    private static async Task PublishedAsync(SandboxHost host)
    {
        // The round closes itself; a second of the clock lets the jobs see that it is full.
        await host.AdvanceAsync("PT1S");
        Assert.Equal("published", await PhaseAsync(host, "2020-02-10"));
        Assert.True(await host.NowAsync() < DateTimeOffset.Parse("2020-02-10T19:30:00+08:00", null));
    }

    private static async Task AssertListsAndMessagesAsync(SandboxHost host, Outcome[] outcomes)
    {
        var sms = await host.SmsAsync();
        Assert.Equal(805, sms.Count);
        foreach (var pharmacy in Pharmacies)
        {
            var list = await host.Http.GetJsonAsync($"/api/public/rounds/2020-02-10/list?pharmacy={pharmacy}");
            var entries = list.GetProperty("entries").EnumerateArray().ToList();
            Assert.Equal(Enumerable.Range(1, 160), entries.Select(e => e.GetProperty("serial").GetInt32()));
            foreach (var entry in entries)
            {
                var outcome = outcomes.Single(o => o.Number is not null && o.Pharmacy == pharmacy && o.Serial == entry.GetProperty("serial").GetInt32());
                Assert.Equal("张**", entry.GetProperty("name").GetString());
                Assert.Equal(new string('*', 14) + People.IdNumber(outcome.Person)[^4..], entry.GetProperty("idNumber").GetString());
                var slot = entry.GetProperty("slot").GetProperty("startsAt").GetDateTimeOffset().ToString("HH:mm", null);
                var text = Assert.Single(sms, s => s.GetProperty("mobile").GetString() == People.Mobile(outcome.Person)).GetProperty("text").GetString();
                Assert.Contains(outcome.Number!, text, StringComparison.Ordinal);
                Assert.Contains(slot, text, StringComparison.Ordinal);
            }
        }
    }

    private static async Task AssertCarriedOverAsync(SandboxHost host)
    {
        await AssertBalancedAsync(host, "2020-02-10");
        await AssertBalancedAsync(host, "2020-02-11");
        foreach (var pharmacy in Pharmacies)
        {
            var ended = await BooksAsync(host, "2020-02-10", pharmacy);
            Assert.Equal((160, 160), (Figure(ended, "lapsed"), Figure(ended, "carriedOut")));
            Assert.Equal(160, Figure(await BooksAsync(host, "2020-02-11", pharmacy), "carriedIn"));
        }
    }

    private static async Task AssertCooldownAsync(SandboxHost host, ResidentPhone winner)
    {
        await host.SetClockAsync("2020-02-11T19:00:00+08:00");
        var next = await winner.BookAsync("LD01", "next-evening");
        Assert.Equal((409, "cooldown", "2020-02-12"), (next.Status, next.Body.Code(), next.Body.GetProperty("bookableFrom").GetString()));
        await host.SetClockAsync("2020-02-12T19:00:00+08:00");
        Assert.Equal(201, (await winner.BookAsync("LD01", "day-after")).Status);
        Assert.Equal(201, (await winner.Http.PostAsync("/api/residents", People.Registration(900_000))).Status);
    }

    private static async Task AssertBalancedAsync(SandboxHost host, string date)
    {
        var round = await host.Http.GetJsonAsync($"/api/public/rounds/{date}");
        foreach (var p in round.GetProperty("pharmacies").EnumerateArray().Append(round.GetProperty("totals")))
        {
            Assert.Equal(Figure(p, "places"), Figure(p, "planned") + Figure(p, "carriedIn"));
            Assert.Equal(
                Figure(p, "places"), Figure(p, "left") + Figure(p, "booked") + Figure(p, "redeemed") + Figure(p, "lapsed") + Figure(p, "cancelled"));
            Assert.Equal(Figure(p, "carriedOut"), Figure(p, "left") + Figure(p, "lapsed") + Figure(p, "cancelled"));
        }
    }

    private static async Task<(int Status, string? Booking)> StatusOfAsync(ResidentPhone phone, string requestId)
    {
        var (status, body) = await phone.BookAsync("LD01", requestId);
        return (status, body.GetProperty("status").GetString());
    }

    private static async Task<string?> PhaseAsync(SandboxHost host, string date) =>
        (await host.Http.GetJsonAsync($"/api/public/rounds/{date}")).GetProperty("phase").GetString();

    private static async Task<JsonElement> BooksAsync(SandboxHost host, string date, string pharmacy) =>
        (await host.Http.GetJsonAsync($"/api/public/rounds/{date}")).GetProperty("pharmacies").EnumerateArray()
            .Single(p => p.GetProperty("code").GetString() == pharmacy);

    private static async Task<int> LeftAsync(SandboxHost host, string pharmacy) =>
        (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies").EnumerateArray()
            .Single(p => p.GetProperty("code").GetString() == pharmacy).GetProperty("left").GetInt32();

    private static int Figure(JsonElement books, string name) => books.GetProperty(name).GetInt32();

    private sealed record Outcome(int Person, string Pharmacy, int Serial, string? Number, string? Code);
}
