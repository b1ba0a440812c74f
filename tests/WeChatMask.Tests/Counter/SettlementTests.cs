using System.Globalization;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Supervision;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Counter;

/// <summary>What a counter handed over without a network, told afterwards; on each engine.</summary>
public sealed class SettlementTests
{
    private const string Settle = "/api/pharmacy/redemptions/settle";
    private const string InHours = "2020-02-11T09:40:00+08:00";

    [EngineTheory]
    public async Task Hand_overs_in_hours_settle_once_however_often_they_are_told(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 3);
        object[] batch = [city.ByVoucher(0, "a", InHours), city.ByNumber(1, "b", InHours, units: 2), city.ByVoucher(0, "c", InHours)];

        var first = await city.SettleAsync(batch);
        var again = await city.SettleAsync(batch);

        Assert.Equal(["settled", "settled", "flagged:already_redeemed"], first);
        Assert.Equal(first, again);
        Assert.Equal(["redeemed", "redeemed", "booked"], await city.StatusesAsync());
        Assert.Equal(2, Figure(await city.BooksAsync("2020-02-10"), "redeemed"));
        Assert.Equal(7 * 160, await city.ScalarAsync("SELECT SUM(amount_fen) FROM redemption"));
        Assert.Equal(DateTimeOffset.Parse(InHours, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), await city.ScalarAsync("SELECT MAX(redeemed_at) FROM redemption"));
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Told_by_two_nodes_at_once_a_batch_still_counts_once(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2);
        object[] batch = [city.ByVoucher(0, "a", InHours), city.ByVoucher(1, "b", InHours)];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => city.SettleAsync(batch)));

        Assert.All(answers, a => Assert.Equal(["settled", "settled"], a));
        Assert.Equal(2, await city.ScalarAsync("SELECT COUNT(*) FROM redemption"));
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task After_the_lapse_it_still_counts_and_the_next_round_has_one_free_place_less(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2);
        await city.Host.SetClockAsync("2020-02-11T18:30:00+08:00");
        Assert.Equal(["lapsed", "lapsed"], await city.StatusesAsync());
        var before = Figure(await city.BooksAsync("2020-02-11"), "carriedIn");

        Assert.Equal(["settled"], await city.SettleAsync([city.ByVoucher(0, "a", InHours)]));

        Assert.Equal(["redeemed", "lapsed"], await city.StatusesAsync());
        Assert.Equal(before - 1, Figure(await city.BooksAsync("2020-02-11"), "carriedIn"));
        var told = Assert.Single(await city.ToldAsync());
        Assert.True(told.GetProperty("afterLapse").GetBoolean());
        Assert.False(told.TryGetProperty("shortRound", out _));
        // The person has the goods, so the cooldown counts.
        await city.Host.SetClockAsync("2020-02-11T19:00:00+08:00");
        Assert.Equal("cooldown", (await city.Residents[0].BookAsync("LD01", "next")).Body.Code());
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Where_every_place_has_been_given_again_the_next_round_is_flagged_as_one_short(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2, places: 2);
        await city.Host.SetClockAsync("2020-02-11T19:00:00+08:00");
        for (var i = 10; i < 14; i++)
        {
            using var other = await city.Host.NewResidentAsync(i);
            Assert.Equal(201, (await other.BookAsync("LD01", "one")).Status);
        }

        Assert.Equal(["settled"], await city.SettleAsync([city.ByVoucher(1, "a", InHours)]));

        var books = await city.BooksAsync("2020-02-11");
        Assert.Equal((4, 3, 1, 0), (Figure(books, "places"), Figure(books, "planned"), Figure(books, "carriedIn"), Figure(books, "left")));
        Assert.Equal("2020-02-11", Assert.Single(await city.ToldAsync()).GetProperty("shortRound").GetString());
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Told_after_the_next_round_has_ended_too_the_place_is_taken_from_the_one_after(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2);
        await city.Host.SetClockAsync("2020-02-12T18:30:00+08:00");
        var before = (Figure(await city.BooksAsync("2020-02-11"), "carriedIn"), Figure(await city.BooksAsync("2020-02-12"), "carriedIn"));

        Assert.Equal(["settled"], await city.SettleAsync([city.ByVoucher(0, "a", InHours)]));

        Assert.Equal((before.Item1 - 1, before.Item2 - 1), (Figure(await city.BooksAsync("2020-02-11"), "carriedIn"), Figure(await city.BooksAsync("2020-02-12"), "carriedIn")));
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task What_does_not_count_is_kept_for_the_supervisor_and_changes_nothing_else(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2);
        var forged = city.Vouchers[0][..^4] + "2222";
        (object Body, string Conflict)[] told =
        [
            (new { requestId = "1", voucher = forged, handedOverAt = InHours }, "forged"),
            (new { requestId = "2", number = "10000000009", idNumberLast4 = "1234", handedOverAt = InHours }, "unknown"),
            (new { requestId = "3", number = city.Numbers[0], idNumberLast4 = "0000", handedOverAt = InHours }, "identity_mismatch"),
            (city.ByVoucher(0, "4", "2020-02-11T10:03:00+08:00"), "in_future"),
            (city.ByVoucher(0, "5", "2020-02-11T08:59:59+08:00"), "outside_hours"),
            (city.ByVoucher(0, "6", "2020-02-10T12:00:00+08:00"), "outside_hours"),
            (city.ByNumber(0, "7", InHours, units: 6), "invalid_units"),
            (new { requestId = "8", voucher = city.Vouchers[0] }, "unreadable"),
            (new { requestId = "9", handedOverAt = InHours }, "unreadable"),
        ];

        var answers = await city.SettleAsync([.. told.Select(t => t.Body)]);

        Assert.Equal(told.Select(t => $"flagged:{t.Conflict}"), answers);
        Assert.Equal(["flagged:other_pharmacy"], await city.SettleAsync([city.ByVoucher(0, "a", InHours)], "LD02"));
        Assert.Equal(["booked", "booked"], await city.StatusesAsync());
        Assert.Equal(0, await city.ScalarAsync("SELECT COUNT(*) FROM redemption"));
        await city.ReviewAllAsync(told.Length + 1);
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task Cancelled_and_very_late_ones_do_not_count(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2, cancelled: 0);
        Assert.Equal(["flagged:cancelled"], await city.SettleAsync([city.ByVoucher(0, "a", InHours)]));

        await city.Host.SetClockAsync("2020-02-15T10:00:00+08:00");

        Assert.Equal(["flagged:too_late"], await city.SettleAsync([city.ByVoucher(1, "b", InHours)]));
        await city.AssertSoundAsync();
    }

    [EngineTheory]
    public async Task A_hand_over_whose_answer_was_lost_is_told_again_and_counts_once(DatabaseKind engine)
    {
        await using var city = await OfflineCity.HandoutAsync(engine, 2);
        foreach (var i in new[] { 0, 1 })
            Assert.Equal(200, (await city.Clerk.PostAsync("/api/pharmacy/redemptions", new { voucher = city.Vouchers[i], requestId = $"r{i}" })).Status);
        Assert.Equal(200, (await city.Clerk.PostAsync($"/api/pharmacy/redemptions/{city.Numbers[1]}/void", new { reason = "回库" })).Status);

        var answers = await city.SettleAsync([city.ByVoucher(0, "r0", InHours), city.ByVoucher(1, "r1", InHours), city.ByVoucher(0, "other", InHours)]);

        Assert.Equal(["settled", "flagged:taken_back", "flagged:already_redeemed"], answers);
        Assert.Equal(["redeemed", "booked"], await city.StatusesAsync());
        await city.AssertSoundAsync();
    }

    [Fact]
    public async Task A_batch_without_ids_or_too_large_is_refused_whole()
    {
        await using var city = await OfflineCity.HandoutAsync(DatabaseKind.Sqlite, 1);

        Assert.Equal("invalid_request", (await city.Clerk.PostAsync(Settle, new { })).Body.Code());
        Assert.Equal("invalid_request", (await city.Clerk.PostAsync(Settle, new { handOvers = Array.Empty<object>() })).Body.Code());
        Assert.Equal("invalid_request", (await city.Clerk.PostAsync(Settle, new { handOvers = Enumerable.Repeat(city.ByVoucher(0, "a", InHours), 101) })).Body.Code());
        Assert.Equal("invalid_request_id", (await city.Clerk.PostAsync(Settle, new { handOvers = new object[] { city.ByVoucher(0, "", InHours) } })).Body.Code());
        Assert.Equal(0, await city.ScalarAsync("SELECT COUNT(*) FROM offline_hand_over"));
    }

    [Fact]
    public async Task The_phone_takes_along_its_own_day_masked_and_under_the_key_of_its_log_in()
    {
        await using var city = await OfflineCity.HandoutAsync(DatabaseKind.Sqlite, 2);
        var day = await city.Clerk.GetJsonAsync("/api/pharmacy/offline");
        var same = await city.Clerk.GetJsonAsync("/api/pharmacy/offline");
        using var second = await city.Host.ClerkAsync("LD01");
        var other = await second.GetJsonAsync("/api/pharmacy/offline");
        using var neighbour = await city.Host.ClerkAsync("LD02");

        Assert.Equal(32, day.GetProperty("key").GetBytesFromBase64().Length);
        Assert.Equal(day.GetProperty("key").GetString(), same.GetProperty("key").GetString());
        Assert.NotEqual(day.GetProperty("key").GetString(), other.GetProperty("key").GetString());
        Assert.Equal(city.Numbers, day.GetProperty("bookings").EnumerateArray().Select(b => b.GetProperty("number").GetString()));
        var text = day.GetRawText();
        Assert.Contains("张**", text, StringComparison.Ordinal);
        Assert.DoesNotContain("张三丰", text, StringComparison.Ordinal);
        Assert.DoesNotContain(People.IdNumber(0)[..14], text, StringComparison.Ordinal);
        Assert.Empty((await neighbour.GetJsonAsync("/api/pharmacy/offline")).GetProperty("bookings").EnumerateArray());
        // Once for each log-in that took a list along: who has none to take leaves none.
        Assert.Equal(3, await city.ScalarAsync("SELECT COUNT(*) FROM audit WHERE action = 'list.read' AND detail = 'offline'"));
    }

    private static int Figure(JsonElement books, string name) => books.GetProperty(name).GetInt32();
}

/// <summary>Loudi in its pickup hours, with some bookings at the first pharmacy and its clerk.</summary>
internal sealed class OfflineCity : IAsyncDisposable
{
    private OfflineCity(SandboxHost host) => Host = host;

    public SandboxHost Host { get; }

    public HttpClient Clerk { get; private set; } = null!;

    public List<ResidentPhone> Residents { get; } = [];

    public List<string> Numbers { get; } = [];

    public List<string> Vouchers { get; } = [];

    public static async Task<OfflineCity> HandoutAsync(DatabaseKind engine, int bookings, int? places = null, int? cancelled = null)
    {
        var city = new OfflineCity(await SandboxHost.StartAsync("loudi", "2020-02-10T18:30:00+08:00", engine: engine));
        if (places is { } few) await city.LimitAsync(few);
        await city.Host.SetClockAsync("2020-02-10T19:00:00+08:00");
        for (var i = 0; i < bookings; i++)
        {
            city.Residents.Add(await city.Host.NewResidentAsync(i));
            var (status, booking) = await city.Residents[i].BookAsync("LD01", "one");
            Assert.Equal(201, status);
            city.Numbers.Add(booking.GetProperty("number").GetString()!);
            city.Vouchers.Add((await city.Residents[i].Http.GetJsonAsync($"/api/bookings/{city.Numbers[i]}")).GetProperty("voucher").GetString()!);
        }

        await city.Host.SetClockAsync("2020-02-11T08:30:00+08:00");
        if (cancelled is { } index) Assert.Equal(204, await city.Residents[index].CancelAsync(city.Numbers[index]));
        await city.Host.SetClockAsync("2020-02-11T10:00:00+08:00");
        city.Clerk = await city.Host.ClerkAsync("LD01");
        return city;
    }

    public object ByVoucher(int i, string requestId, string at) => new { requestId, voucher = Vouchers[i], handedOverAt = at };

    public object ByNumber(int i, string requestId, string at, int? units = null) =>
        new { requestId, number = Numbers[i], idNumberLast4 = People.IdNumber(i)[^4..], units, handedOverAt = at };

    /// <summary>Tells hand-overs; <c>settled</c> or <c>flagged:why</c> for each.</summary>
    public async Task<string[]> SettleAsync(object[] handOvers, string? pharmacy = null)
    {
        var clerk = pharmacy is null ? Clerk : await Host.ClerkAsync(pharmacy);
        var (status, body) = await clerk.PostAsync("/api/pharmacy/redemptions/settle", new { handOvers });
        Assert.True(status == 200, body.ToString());
        return
        [
            .. body.GetProperty("handOvers").EnumerateArray().Select(h =>
                h.GetProperty("outcome").GetString() + (h.TryGetProperty("conflict", out var conflict) ? $":{conflict.GetString()}" : "")),
        ];
    }

    public async Task<string[]> StatusesAsync()
    {
        var statuses = new List<string>();
        for (var i = 0; i < Numbers.Count; i++)
            statuses.Add((await Residents[i].Http.GetJsonAsync($"/api/bookings/{Numbers[i]}")).GetProperty("status").GetString()!);
        return [.. statuses];
    }

    public async Task<JsonElement> BooksAsync(string date) =>
        (await Host.Http.GetJsonAsync($"/api/public/rounds/{date}")).GetProperty("pharmacies").EnumerateArray().Single(p => p.GetProperty("code").GetString() == "LD01");

    public async Task<JsonElement[]> ToldAsync()
    {
        using var supervisor = await Host.SupervisorAsync();
        return [.. (await supervisor.GetJsonAsync("/api/supervisor/offline-hand-overs")).GetProperty("handOvers").EnumerateArray()];
    }

    /// <summary>Looks into all that wait, of which there must be so many.</summary>
    public async Task ReviewAllAsync(int expected)
    {
        using var supervisor = await Host.SupervisorAsync();
        var queries = Host.Get<OfflineHandOverQueries>();
        Assert.Equal(expected, await queries.OpenCountAsync(default));
        foreach (var row in await queries.OpenAsync(100, default))
        {
            var path = $"/api/supervisor/offline-hand-overs/{row.Id}/review";
            using var without = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(supervisor, path, new { note = " " });
            Assert.Equal(422, (int)without.StatusCode);
            using var answer = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(supervisor, path, new { note = "已核实" });
            Assert.Equal(204, (int)answer.StatusCode);
        }

        Assert.Equal(0, await queries.OpenCountAsync(default));
    }

    public async Task<long> ScalarAsync(string sql) => await Host.Get<Database>().ScalarAsync<long>(sql);

    public async Task AssertSoundAsync() =>
        Assert.All(await Host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));

    public async ValueTask DisposeAsync()
    {
        foreach (var resident in Residents) resident.Dispose();
        Clerk?.Dispose();
        await Host.DisposeAsync();
    }

    // Both rounds the sandbox has planned by now, and those it plans later, through the rows that plans are made of.
    private async Task LimitAsync(int places) => await Host.Get<Database>().WriteAsync(
        async transaction =>
        {
            await transaction.ExecuteAsync("UPDATE quota SET planned = @places", new { places });
            return true;
        },
        default);
}
