using System.Text.Json;
using WeChatMask.Audit;
using WeChatMask.Bookings;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Counter;

/// <summary>The person a card belongs to, found by its whole number: collects, or cancels what somebody booked in their name.</summary>
public sealed class HolderTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    private const string Redemptions = "/api/pharmacy/redemptions";

    [EngineTheory]
    public async Task The_card_alone_hands_over_what_was_booked_in_its_holders_name(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var card = booking.Person.IdNumber.Value;

        Assert.Equal("valid", await CounterHost.VerdictAsync(clerk, new { idNumber = card.ToLowerInvariant(), requestId = "a" }, Redemptions + "/check"));
        var (status, answer) = await clerk.PostAsync(Redemptions, new { idNumber = card, requestId = "card-1" });
        Assert.Equal((200, "redeemed"), (status, answer.GetProperty("verdict").GetString()));
        Assert.Equal(booking.Number, answer.GetProperty("booking").GetProperty("number").GetString());
        Assert.Equal(BookingStatus.Redeemed, await Host.StatusAsync(booking));
        // Sent again, it is the same hand-over; a new one finds that nothing is left.
        var again = await clerk.PostAsync(Redemptions, new { idNumber = card, requestId = "card-1" });
        Assert.Equal(answer.ToString(), again.Body.ToString());
        Assert.Equal("already_redeemed", await CounterHost.VerdictAsync(clerk, new { idNumber = card, requestId = "card-2" }));
        Assert.Equal(1, await Host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM redemption WHERE booking_id = @Id AND by_card = 1", new { booking.Row.Id }));
    }

    [EngineTheory]
    public async Task Another_pharmacy_is_told_which_one_it_is(DatabaseKind engine)
    {
        await UseAsync(engine);
        var booking = Handout.Next();
        var (_, answer) = await (await Host.ClerkAsync("LD02")).PostAsync(Redemptions, new { idNumber = booking.Person.IdNumber.Value, requestId = "o" });
        Assert.Equal("other_pharmacy", answer.GetProperty("verdict").GetString());
        Assert.Equal("LD01", answer.GetProperty("pharmacy").GetProperty("code").GetString());
        Assert.Equal(booking.Number, answer.GetProperty("booking").GetProperty("number").GetString());
        Assert.Equal(BookingStatus.Booked, await Host.StatusAsync(booking));
    }

    [EngineTheory]
    public async Task Verdicts_keep_the_contracts_order_and_change_nothing(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var before = await Host.StateAsync();
        async Task IsAsync(string verdict, string card) => Assert.Equal(verdict, await CounterHost.VerdictAsync(clerk, new { idNumber = card, requestId = "v" }));

        await IsAsync("unknown", People.IdNumber(7_000_001));
        await IsAsync("cancelled", Handout.Cancelled.Person.IdNumber.Value);
        Host.Now = CounterHost.Morning.AddHours(-1);
        await IsAsync("not_yet", booking.Person.IdNumber.Value);
        Host.Now = CounterHost.Morning.AddHours(12);
        await IsAsync("lapsed", booking.Person.IdNumber.Value);

        Assert.Equal(before, await Host.StateAsync());
        foreach (var (body, code) in new (object, string)[]
                 {
                     (new { idNumber = "431302198001010000", requestId = "v" }, "invalid_id_number"),
                     (new { idNumber = booking.LastFour, requestId = "v" }, "invalid_id_number"),
                     (new { idNumber = booking.Person.IdNumber.Value, number = booking.Number, idNumberLast4 = booking.LastFour, requestId = "v" }, "invalid_request"),
                     (new { idNumber = booking.Person.IdNumber.Value, voucher = booking.Voucher, requestId = "v" }, "invalid_request"),
                 })
        {
            var (status, answer) = await clerk.PostAsync(Redemptions, body);
            Assert.Equal((422, code), (status, answer.Code()));
        }
    }

    [EngineTheory]
    public async Task Each_look_by_a_card_leaves_a_line_also_where_nothing_is_found(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var before = (await LinesAsync()).Count;

        for (var i = 0; i < 5; i++) await CounterHost.VerdictAsync(clerk, new { idNumber = People.IdNumber(7_100_000 + i), requestId = "f" }, Redemptions + "/check");
        await CounterHost.VerdictAsync(clerk, new { idNumber = booking.Person.IdNumber.Value, requestId = "f" }, Redemptions + "/check");

        var lines = await LinesAsync();
        Assert.Equal(before + 6, lines.Count);
        Assert.Equal(5, lines.Count(l => l is { Subject: "-", Detail: "Unknown, by card" }));
        Assert.All(lines, l => Assert.DoesNotContain(booking.Person.IdNumber.Value, $"{l.Subject}{l.Detail}", StringComparison.Ordinal));

        async Task<List<AuditLine>> LinesAsync() => [.. (await Host.Get<AuditQueries>().NewestAsync(500, CancellationToken.None)).Where(l => l is { Action: "redemption.card", Actor: "clerk-ld01" })];
    }

    [EngineTheory]
    public async Task The_holder_cancels_at_any_pharmacy_once_and_may_book_again(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync("LD02");
        var booking = Handout.Next();
        var body = new { idNumber = booking.Person.IdNumber.Value, requestId = "x1" };

        Assert.Equal((404, "unknown_booking"), Code(await clerk.PostAsync(Cancel(booking), new { idNumber = People.IdNumber(7_000_002), requestId = "x0" })));
        Assert.Equal((422, "invalid_id_number"), Code(await clerk.PostAsync(Cancel(booking), new { idNumber = booking.LastFour, requestId = "x0" })));
        Assert.Equal((422, "invalid_request_id"), Code(await clerk.PostAsync(Cancel(booking), new { body.idNumber })));
        Assert.Equal(BookingStatus.Booked, await Host.StatusAsync(booking));

        Assert.Equal(204, await SendAsync(clerk, booking, body));
        Assert.Equal(204, await SendAsync(clerk, booking, body));
        Assert.Equal(BookingStatus.Cancelled, await Host.StatusAsync(booking));
        Assert.Equal(0, await Host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM person_hold WHERE booking_id = @Id", new { booking.Row.Id }));
        Assert.Equal((409, "booking_ended"), Code(await clerk.PostAsync(Cancel(booking), new { body.idNumber, requestId = "x2" })));
        var other = Handout.Next();
        Assert.Equal((409, "request_used"), Code(await clerk.PostAsync(Cancel(other), new { idNumber = other.Person.IdNumber.Value, requestId = "x1" })));
        var line = (await Host.Get<AuditQueries>().NewestAsync(50, CancellationToken.None)).First(l => l.Action == "holder.cancel" && l.Subject == booking.Number && l.Detail is null);
        Assert.Equal("clerk-ld02", line.Actor);
    }

    [EngineTheory]
    public async Task What_is_handed_over_is_not_cancelled(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, booking.ByNumber("y1")));
        Assert.Equal((409, "booking_ended"), Code(await clerk.PostAsync(Cancel(booking), new { idNumber = booking.Person.IdNumber.Value, requestId = "y2" })));
        Assert.Equal(BookingStatus.Redeemed, await Host.StatusAsync(booking));
    }

    [EngineTheory]
    public async Task Cancelled_and_handed_over_in_the_same_instant_is_one_of_the_two(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        foreach (var booking in Handout.Next(12))
        {
            var cancelled = SendAsync(clerk, booking, new { idNumber = booking.Person.IdNumber.Value, requestId = $"c{booking.Number}" });
            var verdict = CounterHost.VerdictAsync(clerk, new { idNumber = booking.Person.IdNumber.Value, requestId = $"r{booking.Number}" });
            await Task.WhenAll(cancelled, verdict);

            var both = (await cancelled, await verdict, await Host.StatusAsync(booking));
            Assert.True(
                both is (204, "cancelled", BookingStatus.Cancelled) or (409, "redeemed", BookingStatus.Redeemed), both.ToString());
        }

        await Host.AssertSoundAsync();
    }

    private static string Cancel(Booked booking) => $"/api/pharmacy/bookings/{booking.Number}/cancel";

    private static async Task<int> SendAsync(HttpClient clerk, Booked booking, object body)
    {
        using var answer = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(clerk, Cancel(booking), body);
        return (int)answer.StatusCode;
    }

    private static (int Status, string? Code) Code((int Status, JsonElement Body) answer) => (answer.Status, answer.Body.Code());
}

/// <summary>Negative control: without lock and second look, a booking is given back and handed over.</summary>
public sealed class BrokenCounterTests
{
    private const int Repetitions = 20;

    [EngineTheory]
    public async Task A_counter_without_guard_does_both_every_time(DatabaseKind engine)
    {
        var folder = Directory.CreateTempSubdirectory("wechatmask-broken-").FullName;
        await using (var home = await TestDatabase.CreateAsync(engine, folder))
        {
            using var database = new Database(home.Settings());
            await RunAsync(database, "CREATE TABLE booking (status INTEGER)");
            await RunAsync(database, "CREATE TABLE done (what INTEGER)");
            for (var i = 0; i < Repetitions; i++)
            {
                await RunAsync(database, "INSERT INTO booking VALUES (0)");
                using var bothHaveRead = new Barrier(2);
                await Task.WhenAll(Enumerable.Range(1, 2).Select(what => Task.Factory.StartNew(
                    async () =>
                    {
                        var status = await database.ScalarAsync<long>("SELECT status FROM booking");
                        Assert.True(bothHaveRead.SignalAndWait(Eventually.GiveUp), "The other did not come.");
                        if (status != 0) return;
                        await RunAsync(database, $"UPDATE booking SET status = {what}");
                        await RunAsync(database, $"INSERT INTO done VALUES ({what})");
                    },
                    CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

                Assert.Equal(2, await database.ScalarAsync<long>("SELECT COUNT(DISTINCT what) FROM done"));
                await RunAsync(database, "DELETE FROM booking");
                await RunAsync(database, "DELETE FROM done");
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private static Task<int> RunAsync(Database database, string statement) => database.WriteAsync(t => t.ExecuteAsync(statement), CancellationToken.None);
}

/// <summary>A place that a card's holder gave back, or that a supervisor annulled, goes where a cancelled one goes, at whatever moment.</summary>
public sealed class WithdrawnPlaceTests : IAsyncLifetime
{
    private readonly CounterHost host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => host.DisposeAsync();

    [EngineTheory]
    public async Task Before_the_close_it_is_free_at_once_and_after_it_goes_to_the_next_round(DatabaseKind engine)
    {
        host.Engine = engine;
        await host.InitializeAsync();
        var store = host.Get<WithdrawalStore>();
        var clerk = new Clerk(new StaffMember(1, "clerk", StaffRole.Clerk, host.Pharmacies["LD02"]), host.Pharmacies["LD02"]);
        var supervisor = new StaffMember(2, "chief", StaffRole.Supervisor, null);
        var bookings = await host.BookManyAsync(7);
        string Hash(Booked b) => host.Get<PersonalData>().PersonHash(b.Person.IdNumber.Value);
        Task<Refusal> HolderAsync(Booked b) => store.CancelAsync(clerk, b.Number, Hash(b), b.Number, CancellationToken.None);
        Task<Refusal> AnnulAsync(Booked b) => store.AnnulAsync(supervisor, b.Number, "冒用", b.Number, CancellationToken.None);

        Assert.Equal((Refusal.None, Refusal.None), (await HolderAsync(bookings[0]), await AnnulAsync(bookings[1])));
        Assert.Equal(5, await host.Get<Database>().ScalarAsync<long>("SELECT SUM(taken) FROM quota"));
        await host.AssertSoundAsync();
        await host.PublishAsync();
        Assert.Equal((Refusal.None, Refusal.None), (await HolderAsync(bookings[2]), await AnnulAsync(bookings[3])));
        Assert.Equal(2, await host.Get<Database>().ScalarAsync<long>("SELECT SUM(cancelled_late) FROM pharmacy_round"));
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(await host.ClerkAsync(), bookings[4].ByNumber("w")));
        Assert.Equal(Refusal.BookingEnded, await AnnulAsync(bookings[4]));
        await host.AssertSoundAsync();

        // After the end: the holder finds nothing to cancel, a supervisor lifts what is left of it, and no figure moves.
        host.Now = new DateTimeOffset(2020, 2, 11, 18, 0, 0, TimeSpan.FromHours(8));
        await host.RunJobsAsync();
        var carried = await host.Get<Database>().ScalarAsync<long>("SELECT SUM(carried_in) FROM quota");
        Assert.Equal((Refusal.BookingEnded, Refusal.None, Refusal.None), (await HolderAsync(bookings[5]), await AnnulAsync(bookings[5]), await AnnulAsync(bookings[5])));
        Assert.Equal(BookingStatus.Lapsed, await host.StatusAsync(bookings[5]));
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM person_hold WHERE booking_id = @Id", new { bookings[5].Row.Id }));
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM person_hold WHERE booking_id = @Id", new { bookings[6].Row.Id }));
        Assert.Equal(carried, await host.Get<Database>().ScalarAsync<long>("SELECT SUM(carried_in) FROM quota"));
        await host.AssertSoundAsync();
    }
}
