using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Counter;

public sealed class VoidTests(EachEngine<Handout> handouts) : HandoutTests(handouts), IClassFixture<EachEngine<Handout>>
{
    private const string Redemptions = "/api/pharmacy/redemptions";
    private static Task<(int Status, System.Text.Json.JsonElement Body)> VoidAsync(HttpClient http, Booked booking, string path = Redemptions) =>
        http.PostAsync($"{path}/{booking.Number}/void", new { reason = "扫错了" });

    [EngineTheory]
    public async Task A_clerk_takes_back_within_ten_minutes_and_hands_over_again(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        var proxy = CounterHost.ProxyOf(3001);
        await CounterHost.VerdictAsync(clerk, booking.ByNumber("a1", proxy));
        Host.Now = Host.Now.AddMinutes(10);
        var (status, answer) = await VoidAsync(clerk, booking);
        Assert.Equal((200, "booked"), (status, answer.GetProperty("status").GetString()));
        Assert.Equal(BookingStatus.Booked, await Host.StatusAsync(booking));
        Assert.Equal(0, await Host.Get<Database>().ScalarAsync<long>("SELECT SUM(used) FROM proxy_day"));

        // The old request is spent: it neither claims a success that was taken back nor hands over behind the clerk's back.
        var old = await clerk.PostAsync(Redemptions, booking.ByNumber("a1", proxy));
        Assert.Equal((409, "request_used"), (old.Status, old.Body.GetProperty("code").GetString()));
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, booking.ByNumber("a2", proxy)));
        var rows = await Host.Get<Database>().QueryAsync<string>(
            "SELECT COALESCE(void_reason, '') FROM redemption WHERE booking_id = @Id ORDER BY id", new { booking.Row.Id });
        Assert.Equal(["扫错了", ""], rows);
    }

    [EngineTheory]
    public async Task After_ten_minutes_only_a_supervisor_may(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        await CounterHost.VerdictAsync(clerk, booking.ByNumber("b1"));
        Host.Now = Host.Now.AddMinutes(10).AddSeconds(1);
        var state = await Host.StateAsync();
        var (status, answer) = await VoidAsync(clerk, booking);
        Assert.Equal((409, "too_late"), (status, answer.GetProperty("code").GetString()));
        Assert.Equal(state, await Host.StateAsync());
        Assert.Equal(200, (await VoidAsync(await Host.SupervisorAsync(), booking, "/api/supervisor/redemptions")).Status);
    }

    [EngineTheory]
    public async Task What_cannot_be_taken_back_is_refused(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        Assert.Equal((409, "not_redeemed"), Code(await VoidAsync(clerk, booking)));
        await CounterHost.VerdictAsync(clerk, booking.ByNumber("c1"));
        Assert.Equal((404, "unknown_booking"), Code(await VoidAsync(await Host.ClerkAsync("LD02"), booking)));
        Assert.Equal((404, "unknown_booking"), Code(await clerk.PostAsync($"{Redemptions}/123/void", new { reason = "x" })));
        foreach (var reason in new[] { null, " ", new string('x', 201) })
            Assert.Equal((422, "invalid_reason"), Code(await clerk.PostAsync($"{Redemptions}/{booking.Number}/void", new { reason })));
    }

    [EngineTheory]
    public async Task Taken_back_at_once_by_two_counts_once(DatabaseKind engine)
    {
        await UseAsync(engine);
        var clerk = await Host.ClerkAsync();
        var booking = Handout.Next();
        await CounterHost.VerdictAsync(clerk, booking.ByNumber("d1"));
        var answers = await Task.WhenAll(VoidAsync(clerk, booking), VoidAsync(clerk, booking));
        Assert.Equal([200, 409], answers.Select(a => a.Status).Order());
    }

    private static (int Status, string? Code) Code((int Status, System.Text.Json.JsonElement Body) answer) =>
        (answer.Status, answer.Body.GetProperty("code").GetString());
}

public sealed class VoidAfterTheEndTests : IAsyncLifetime
{
    private readonly CounterHost host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => host.DisposeAsync();

    [EngineTheory]
    public async Task A_supervisors_void_after_the_end_carries_the_place_over(DatabaseKind engine)
    {
        host.Engine = engine;
        await host.InitializeAsync();
        var booking = await host.BookAsync();
        await host.PublishAsync();
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(await host.ClerkAsync(), booking.ByVoucher("z1")));
        host.Now = new DateTimeOffset(2020, 2, 11, 18, 0, 0, TimeSpan.FromHours(8));
        await host.RunJobsAsync();
        var before = await CarriedInAsync();

        var (status, answer) = await (await host.SupervisorAsync()).PostAsync(
            $"/api/supervisor/redemptions/{booking.Number}/void", new { reason = "未实际发放" });
        Assert.Equal((200, "lapsed"), (status, answer.GetProperty("status").GetString()));
        Assert.Equal(BookingStatus.Lapsed, await host.StatusAsync(booking));
        var row = (await host.Get<Database>().QueryAsync<Posted>(
            "SELECT lapsed, cause, to_round FROM carry_over WHERE cause <> @usual", new { usual = CarryOverStore.EndOfPickup })).Single();
        Assert.Equal(1, row.Lapsed);
        Assert.StartsWith("void:", row.Cause, StringComparison.Ordinal);
        Assert.NotNull(row.ToRound);
        Assert.Equal(before + 1, await CarriedInAsync());
        await host.AssertSoundAsync();
    }

    private Task<long> CarriedInAsync() => host.Get<Database>().ScalarAsync<long>("SELECT SUM(carried_in) FROM quota");

    private sealed class Posted
    {
        public int Lapsed { get; init; }

        public string Cause { get; init; } = "";

        public string? ToRound { get; init; }
    }
}
