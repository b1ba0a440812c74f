using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Tests.Redemptions;

public sealed class VoidTests(Handout handout) : IClassFixture<Handout>, IAsyncLifetime
{
    private const string Redemptions = "/api/pharmacy/redemptions";
    private readonly CounterHost host = handout.Host;

    public Task InitializeAsync()
    {
        host.Now = CounterHost.Morning;
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => host.AssertSoundAsync();

    private static Task<(int Status, System.Text.Json.JsonElement Body)> VoidAsync(HttpClient http, Booked booking, string path = Redemptions) =>
        CounterHost.PostAsync(http, $"{path}/{booking.Number}/void", new { reason = "扫错了" });

    [Fact]
    public async Task A_clerk_takes_back_within_ten_minutes_and_hands_over_again()
    {
        var clerk = await host.ClerkAsync();
        var booking = handout.Next();
        var proxy = CounterHost.ProxyOf(3001);
        await CounterHost.VerdictAsync(clerk, booking.ByNumber("a1", proxy));
        host.Now = host.Now.AddMinutes(10);
        var (status, answer) = await VoidAsync(clerk, booking);
        Assert.Equal((200, "booked"), (status, answer.GetProperty("status").GetString()));
        Assert.Equal(BookingStatus.Booked, await host.StatusAsync(booking));
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<long>("SELECT SUM(used) FROM proxy_day"));

        // The old request is spent: it neither claims a success that was taken back nor hands over behind the clerk's back.
        var old = await CounterHost.PostAsync(clerk, Redemptions, booking.ByNumber("a1", proxy));
        Assert.Equal((409, "request_used"), (old.Status, old.Body.GetProperty("code").GetString()));
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(clerk, booking.ByNumber("a2", proxy)));
        var rows = await host.Get<Database>().QueryAsync<string>(
            "SELECT COALESCE(void_reason, '') FROM redemption WHERE booking_id = @Id ORDER BY id", new { booking.Row.Id });
        Assert.Equal(["扫错了", ""], rows);
    }

    [Fact]
    public async Task After_ten_minutes_only_a_supervisor_may()
    {
        var clerk = await host.ClerkAsync();
        var booking = handout.Next();
        await CounterHost.VerdictAsync(clerk, booking.ByNumber("b1"));
        host.Now = host.Now.AddMinutes(10).AddSeconds(1);
        var state = await host.StateAsync();
        var (status, answer) = await VoidAsync(clerk, booking);
        Assert.Equal((409, "too_late"), (status, answer.GetProperty("code").GetString()));
        Assert.Equal(state, await host.StateAsync());
        Assert.Equal(200, (await VoidAsync(await host.SupervisorAsync(), booking, "/api/supervisor/redemptions")).Status);
    }

    [Fact]
    public async Task What_cannot_be_taken_back_is_refused()
    {
        var clerk = await host.ClerkAsync();
        var booking = handout.Next();
        Assert.Equal((409, "not_redeemed"), Code(await VoidAsync(clerk, booking)));
        await CounterHost.VerdictAsync(clerk, booking.ByNumber("c1"));
        Assert.Equal((404, "unknown_booking"), Code(await VoidAsync(await host.ClerkAsync("LD02"), booking)));
        Assert.Equal((404, "unknown_booking"), Code(await CounterHost.PostAsync(clerk, $"{Redemptions}/123/void", new { reason = "x" })));
        foreach (var reason in new[] { null, " ", new string('x', 201) })
            Assert.Equal((422, "invalid_reason"), Code(await CounterHost.PostAsync(clerk, $"{Redemptions}/{booking.Number}/void", new { reason })));
    }

    [Fact]
    public async Task Taken_back_at_once_by_two_counts_once()
    {
        var clerk = await host.ClerkAsync();
        var booking = handout.Next();
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

    public Task InitializeAsync() => host.InitializeAsync();

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_supervisors_void_after_the_end_carries_the_place_over()
    {
        var booking = await host.BookAsync();
        await host.PublishAsync();
        Assert.Equal("redeemed", await CounterHost.VerdictAsync(await host.ClerkAsync(), booking.ByVoucher("z1")));
        host.Now = new DateTimeOffset(2020, 2, 11, 18, 0, 0, TimeSpan.FromHours(8));
        await host.RunJobsAsync();
        var before = await CarriedInAsync();

        var (status, answer) = await CounterHost.PostAsync(
            await host.SupervisorAsync(), $"/api/supervisor/redemptions/{booking.Number}/void", new { reason = "未实际发放" });
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
