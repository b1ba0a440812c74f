using System.Net;
using System.Net.Http.Headers;
using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Counter;

/// <summary>One morning at the counters: bookings are made the evening before and each test takes some of its own.</summary>
public sealed class Handout : IOnEngine
{
    private readonly Queue<Booked> unused = new();

    public CounterHost Host { get; } = new();

    public DatabaseKind Engine
    {
        get => Host.Engine;
        set => Host.Engine = value;
    }

    public Booked Cancelled { get; private set; } = null!;

    public Booked Next() => unused.Dequeue();

    public IReadOnlyList<Booked> Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    public async Task InitializeAsync()
    {
        await Host.InitializeAsync();
        Cancelled = await Host.BookAsync();
        foreach (var booking in await Host.BookManyAsync(100)) unused.Enqueue(booking);
        await Host.Get<WeChatMask.Bookings.CancellationStore>().CancelAsync(Cancelled.Account, Cancelled.Number, CancellationToken.None);
        await Host.PublishAsync();
    }

    public Task DisposeAsync() => Host.DisposeAsync();
}

public sealed class RedemptionTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    private const string Redemptions = "/api/pharmacy/redemptions";
    [EngineTheory]
    public async Task A_voucher_hands_over_and_shows_the_full_name_and_a_masked_number(DatabaseKind engine)
    {
        await UseAsync(engine);
        var booking = Handout.Next();
        var (status, answer) = await (await Host.ClerkAsync()).PostAsync(Redemptions, booking.ByVoucher("a1"));
        Assert.Equal(200, status);
        Assert.Equal("redeemed", answer.GetProperty("verdict").GetString());
        var shown = answer.GetProperty("booking");
        Assert.Equal(booking.Number, shown.GetProperty("number").GetString());
        Assert.Equal(booking.Person.Name.Value, shown.GetProperty("name").GetString());
        Assert.Equal(new string('*', 14) + booking.LastFour, shown.GetProperty("idNumber").GetString());
        Assert.Equal(5, shown.GetProperty("units").GetInt32());
        Assert.Equal("8.00", shown.GetProperty("amount").GetRawText());
        Assert.Equal("2020-02-11", shown.GetProperty("pickupDate").GetString());
        Assert.EndsWith("+08:00", shown.GetProperty("slot").GetProperty("startsAt").GetString(), StringComparison.Ordinal);
        Assert.Equal(BookingStatus.Redeemed, await Host.StatusAsync(booking));
    }

    [EngineTheory]
    public async Task A_number_needs_the_last_four_in_either_case(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var body = new { number = $" {booking.Number[..4]}-{booking.Number[4..]} ", idNumberLast4 = booking.LastFour.ToLowerInvariant(), requestId = "b1" };
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, body));
    }

    [EngineTheory]
    public async Task Refusals_come_in_the_contracts_order_and_change_nothing(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var other = await Host.ClerkAsync("LD02");
        var booking = Handout.Next();
        var done = Handout.Next();
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, done.ByNumber("c-done")));
        var before = await Host.StateAsync();

        async Task IsAsync(string verdict, HttpClient who, object body)
        {
            var (status, answer) = await who.PostAsync(Redemptions, body);
            Assert.Equal((200, verdict), (status, answer.GetProperty("verdict").GetString()));
            var hidden = verdict is "forged" or "unknown" or "other_pharmacy" or "identity_mismatch";
            Assert.Equal(!hidden, answer.TryGetProperty("booking", out _));
            Assert.Equal(verdict, await CounterHost.VerdictAsync(who, body, Redemptions + "/check"));
        }

        var forged = string.Concat(booking.Voucher.AsSpan(0, booking.Voucher.Length - 4), "2222");
        var unknown = BookingNumber.FromPayload(BookingNumber.PayloadMax).Value;
        await IsAsync("forged", other, new { voucher = forged, requestId = "c1" });
        await IsAsync("unknown", clerk, new { number = unknown, idNumberLast4 = "0000", requestId = "c2" });
        await IsAsync("unknown", clerk, new { number = "20000000000", idNumberLast4 = "0000", requestId = "c2" });
        await IsAsync("unknown", clerk, new { number = "not a number", idNumberLast4 = "0000", requestId = "c2" });
        await IsAsync("other_pharmacy", other, booking.ByVoucher("c3"));
        await IsAsync("other_pharmacy", other, new { number = booking.Number, idNumberLast4 = "zzzz", requestId = "c3" });
        await IsAsync("identity_mismatch", clerk, new { number = done.Number, idNumberLast4 = "zzzz", requestId = "c4" });
        await IsAsync("identity_mismatch", clerk, new { voucher = booking.Voucher, idNumberLast4 = "zzzz", requestId = "c4" });
        await IsAsync("cancelled", clerk, Handout.Cancelled.ByNumber("c5"));
        await IsAsync("already_redeemed", clerk, done.ByNumber("c6"));
        Host.Now = CounterHost.Morning.AddHours(12);
        await IsAsync("cancelled", clerk, Handout.Cancelled.ByNumber("c5"));
        await IsAsync("already_redeemed", clerk, done.ByNumber("c6"));
        await IsAsync("lapsed", clerk, booking.ByNumber("c7"));
        Host.Now = CounterHost.Morning.AddHours(-1);
        await IsAsync("not_yet", clerk, booking.ByNumber("c8"));

        Assert.Equal(before, await Host.StateAsync());
        Host.Now = CounterHost.Morning;
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, booking.ByNumber("c8")));
    }

    [EngineTheory]
    public async Task Pickup_hours_begin_and_end_to_the_second(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var opens = new DateTimeOffset(2020, 2, 11, 9, 0, 0, TimeSpan.FromHours(8));
        foreach (var (at, verdict) in new[] { (opens.AddMilliseconds(-1), "not_yet"), (opens, "valid"), (opens.AddHours(9).AddMilliseconds(-1), "valid"), (opens.AddHours(9), "lapsed") })
        {
            Host.Now = at;
            Assert.Equal(verdict, await CounterHost.VerdictAsync(clerk, booking.ByNumber("p1"), Redemptions + "/check"));
        }
    }

    [EngineTheory]
    public async Task A_check_says_valid_and_changes_nothing(DatabaseKind engine)
    {
        await UseAsync(engine);
        var booking = Handout.Next();
        var before = await Host.StateAsync();
        Assert.Equal("valid", await CounterHost.VerdictAsync(await Host.ClerkAsync(), booking.ByNumber("d1"), Redemptions + "/check"));
        Assert.Equal(before, await Host.StateAsync());
    }

    [EngineTheory]
    public async Task Outside_the_slot_is_served_and_said(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        Host.Now = CounterHost.Morning.AddHours(8.5);
        var (_, answer) = await clerk.PostAsync(Redemptions, booking.ByNumber("e1"));
        Assert.Equal("redeemed", answer.GetProperty("verdict").GetString());
        Assert.True(answer.GetProperty("outsideSlot").GetBoolean());
    }

    [EngineTheory]
    public async Task The_same_request_again_gets_the_same_answer_and_counts_once(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var first = await clerk.PostAsync(Redemptions, booking.ByNumber("f1", units: 3));
        var state = await Host.StateAsync();
        Host.Now = Host.Now.AddHours(20);
        var again = await clerk.PostAsync(Redemptions, booking.ByNumber("f1", units: 3));
        Assert.Equal(first.Body.ToString(), again.Body.ToString());
        Assert.Equal("redeemed", again.Body.GetProperty("verdict").GetString());
        Assert.Equal(state, await Host.StateAsync());
        Assert.Equal("already_redeemed", await CounterHost.VerdictAsync(clerk, booking.ByNumber("f2")));
    }

    [EngineTheory]
    public async Task A_request_id_used_for_another_booking_is_refused(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, Handout.Next().ByNumber("g1")));
        var (status, answer) = await clerk.PostAsync(Redemptions, Handout.Next().ByNumber("g1"));
        Assert.Equal((409, "request_used"), (status, answer.GetProperty("code").GetString()));
    }

    [EngineTheory]
    public async Task The_same_request_sent_many_times_at_once_hands_over_once(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => CounterHost.VerdictAsync(clerk, booking.ByNumber("h1"))));
        Assert.All(verdicts, v => Assert.Equal("redeemed", v));
        Assert.Equal(1, await Host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM redemption WHERE booking_id = @Id", new { booking.Row.Id }));
    }

    [EngineTheory]
    public async Task Two_counters_with_one_booking_hand_over_once(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        foreach (var booking in Handout.Next(10))
        {
            var verdicts = await Task.WhenAll(
                CounterHost.VerdictAsync(clerk, booking.ByNumber($"i1{booking.Number}")),
                CounterHost.VerdictAsync(clerk, booking.ByVoucher($"i2{booking.Number}")));
            Assert.Equal("already_redeemed redeemed", string.Join(' ', verdicts.Order(StringComparer.Ordinal)));
        }
    }

    [EngineTheory]
    public async Task Fewer_units_cost_less(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var (_, answer) = await clerk.PostAsync(Redemptions, booking.ByNumber("j1", units: 2));
        Assert.Equal(2, answer.GetProperty("booking").GetProperty("units").GetInt32());
        Assert.Equal(3.20m, answer.GetProperty("booking").GetProperty("amount").GetDecimal());
        Assert.Equal(320, await Host.Get<Database>().ScalarAsync<long>("SELECT amount_fen FROM redemption WHERE booking_id = @Id", new { booking.Row.Id }));
    }

    [EngineTheory]
    public async Task A_proxy_collects_for_three_and_for_themselves(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var own = Handout.Next();
        var proxy = new { name = own.Person.Name.Value, idNumber = own.Person.IdNumber.Value.ToLowerInvariant() };
        foreach (var (booking, i) in Handout.Next(3).Select((b, i) => (b, i)))
            Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, booking.ByNumber($"k{i}", proxy)));
        var fourth = Handout.Next();
        var before = await Host.StateAsync();
        Assert.Equal("proxy_limit", await CounterHost.VerdictAsync(clerk, fourth.ByNumber("k4", proxy)));
        Assert.Equal("proxy_limit", await CounterHost.VerdictAsync(clerk, fourth.ByNumber("k4", proxy), Redemptions + "/check"));
        Assert.Equal(before, await Host.StateAsync());
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, own.ByNumber("k5", proxy)));
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, fourth.ByNumber("k4")));
    }

    [EngineTheory]
    public async Task Fifty_hand_overs_at_once_stay_within_the_proxys_cap(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var proxy = CounterHost.ProxyOf(2999);
        var verdicts = await Task.WhenAll(Handout.Next(50).Select(b => CounterHost.VerdictAsync(clerk, b.ByNumber($"l{b.Number}", proxy))));
        Assert.Equal(3, verdicts.Count(v => v == "redeemed"));
        Assert.Equal(47, verdicts.Count(v => v == "proxy_limit"));
        Assert.Equal(3, await Host.Get<Database>().ScalarAsync<long>("SELECT MAX(used) FROM proxy_day"));
    }

    [EngineTheory]
    public async Task Bodies_that_cannot_be_judged_are_refused_with_their_code(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var b = Handout.Next();
        var state = await Host.StateAsync();
        (object Body, string Code)[] cases =
        [
            (new { requestId = "m" }, "invalid_request"),
            (new { voucher = b.Voucher, number = b.Number, idNumberLast4 = b.LastFour, requestId = "m" }, "invalid_request"),
            (new { number = b.Number, requestId = "m" }, "invalid_request"),
            (new { number = b.Number, idNumberLast4 = "12", requestId = "m" }, "invalid_request"),
            (new { number = b.Number, idNumberLast4 = b.LastFour }, "invalid_request_id"),
            (new { number = b.Number, idNumberLast4 = b.LastFour, requestId = "" }, "invalid_request_id"),
            (new { number = b.Number, idNumberLast4 = b.LastFour, requestId = new string('x', 65) }, "invalid_request_id"),
            (b.ByNumber("m", units: 0), "invalid_units"),
            (b.ByNumber("m", units: 6), "invalid_units"),
            (b.ByNumber("m", new { name = "<b>", idNumber = b.Person.IdNumber.Value }), "invalid_name"),
            (b.ByNumber("m", new { name = "王一", idNumber = "431302198001010000" }), "invalid_id_number"),
        ];
        foreach (var (body, code) in cases)
        {
            var (status, answer) = await clerk.PostAsync(Redemptions, body);
            Assert.Equal((422, code), (status, answer.GetProperty("code").GetString()));
        }

        Assert.Equal(state, await Host.StateAsync());
        Assert.Equal(400, (await clerk.PostAsync(Redemptions, new { number = 1, requestId = "m" })).Status);
        Assert.Equal(400, (await clerk.PostAsync(Redemptions, new { surprise = 1 })).Status);
    }

    [EngineTheory]
    public async Task Who_may_not_is_told_so_before_the_body_is_read(DatabaseKind engine)
    {
        await UseAsync(engine);
        using var nobody = Host.Anonymous();
        using var none = new StringContent("{", Encoding.UTF8, "text/plain");
        using var unknown = await nobody.PostAsync(new Uri(Redemptions, UriKind.Relative), none);
        AssertProblem(HttpStatusCode.Unauthorized, unknown);
        using var supervisor = await (await Host.SupervisorAsync()).PostAsync(new Uri(Redemptions, UriKind.Relative), none);
        AssertProblem(HttpStatusCode.Forbidden, supervisor);
        using var clerk = await (await Host.ClerkAsync()).PostAsync(new Uri(Redemptions, UriKind.Relative), none);
        AssertProblem(HttpStatusCode.UnsupportedMediaType, clerk);
    }

    [EngineTheory]
    public async Task The_description_tells_what_the_counter_sends(DatabaseKind engine)
    {
        await UseAsync(engine);
        using var nobody = Host.Anonymous();
        var description = await System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsync<System.Text.Json.JsonElement>(nobody, "/openapi/v1.json");
        var post = description.GetProperty("paths").GetProperty(Redemptions).GetProperty("post");
        Assert.True(post.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _), post.ToString());
    }

    private static void AssertProblem(HttpStatusCode status, HttpResponseMessage answer)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(new MediaTypeHeaderValue("application/problem+json").MediaType, answer.Content.Headers.ContentType?.MediaType);
    }
}
