using Microsoft.Extensions.Options;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.PublicLog;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Counter;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

/// <summary>What is destroyed when its time is over, in portions and beside people who go on booking.</summary>
public sealed class PurgeTests
{
    // The city of these tests keeps particulars for thirty days.
    private static readonly DateTimeOffset Later = DeskCity.Opening.AddDays(40).AddSeconds(1);

    [EngineTheory]
    public async Task However_many_are_due_all_of_them_go_and_nobody_else(DatabaseKind engine)
    {
        const int due = (2 * PurgeStore.Portion) + 100;
        await using var city = await DeskCity.CreateAsync(engine, 4, [due]);
        var node = await city.AddNode().StartAsync();
        var people = await city.RegisterAsync(due + 3);
        await NameAsync(city);
        await BookAsync(city, node, [.. people.Take(due)]);
        city.Clock.Now = Later;
        await node.Rounds.PlanAsync(DayOf(Later), CancellationToken.None);
        await BookAsync(city, node, [.. people.Skip(due)]);

        var touched = await Store(city).PurgeAsync(CancellationToken.None);

        // Of each: the particulars, the hold, the booking's hash, the person's hash, the row and the account.
        Assert.Equal(6 * due, touched);
        Assert.Equal(people.Skip(due).Select(p => p.ResidentId).Order(), await IdsAsync(city, "SELECT id FROM resident WHERE id_number <> '' ORDER BY id"));
        Assert.Equal(3, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM resident"));
        Assert.Equal(3, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM account"));
        Assert.Equal(3, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM person_hold"));
        Assert.Equal(3, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM booking WHERE person_hash IS NOT NULL"));
        Assert.Equal(0, await Store(city).PurgeAsync(CancellationToken.None));
        Assert.Empty(await city.BrokenPromisesAsync());
    }

    /// <summary>A city's years are not looked through each hour: what lies in a round that was forgotten long ago is seen by no purge.</summary>
    [EngineTheory]
    public async Task A_round_is_looked_through_until_long_after_its_time_and_then_no_more(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [2]);
        var node = await city.AddNode().StartAsync();
        var people = await city.RegisterAsync(2);
        await BookAsync(city, node, people);
        city.Clock.Now = Later;
        await Store(city).PurgeAsync(CancellationToken.None);
        await PlantAsync(city);
        Assert.Equal(2, await Store(city).PurgeAsync(CancellationToken.None));

        city.Clock.Now = DeskCity.Opening.AddDays(100);
        Assert.Equal(0, await Store(city).PurgeAsync(CancellationToken.None));
        await PlantAsync(city);

        Assert.Equal(0, await Store(city).PurgeAsync(CancellationToken.None));
    }

    private static Task PlantAsync(DeskCity city) =>
        city.Database.WriteAsync(t => t.ExecuteAsync("UPDATE booking SET person_hash = 'x'"), CancellationToken.None);

    [EngineTheory(ServersOnly = true)]
    public async Task Whoever_comes_again_after_a_long_time_is_not_forgotten_while_they_book(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [1]);
        var node = city.AddNode();
        var person = (await city.RegisterAsync(1))[0];
        await NameAsync(city);
        city.Clock.Now = Later;
        await node.Rounds.PlanAsync(DayOf(Later), CancellationToken.None);
        var desk = new BookingStore(new RoundQueries(city.Database, Policies(city)), node.Keys, DeskNode.Outbox(CalendarOf(city)));
        var request = new BookingRequest(person.AccountId, person.ResidentId, city.Codes[0], "r");

        await using var booking = await city.Database.Engine.BeginWriteAsync(CancellationToken.None);
        var batch = await desk.LoadAsync(booking, [request], DayOf(Later), Later);
        var answer = batch.Decide(request, () => BookingNumber.FromPayload(BookingNumber.PayloadMin).Value);
        await desk.SaveAsync(booking, batch);
        var purge = Store(city).PurgeAsync(CancellationToken.None);
        // Without the lock it would be over long before, having seen no booking.
        await Assert.ThrowsAsync<TimeoutException>(() => purge.WaitAsync(TimeSpan.FromMilliseconds(500)));
        await booking.CommitAsync();
        await purge;

        Assert.Equal(Refusal.None, answer.Refusal);
        Assert.Equal("i", await city.Database.ScalarAsync<string>("SELECT id_number FROM resident"));
    }

    [EngineTheory(ServersOnly = true)]
    public async Task Whoever_registers_again_while_what_is_left_of_them_is_destroyed_is_registered(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [1]);
        var account = (await city.RegisterAsync(1))[0].AccountId;
        var policy = (await new RoundQueries(city.Database, Policies(city)).FindAsync(DeskCity.Day, CancellationToken.None))!.Policy;
        using var personal = new PersonalData(Options.Create(DeskCity.Secrets()));
        var store = new ResidentStore(city.Database, personal, CalendarOf(city));
        var person = CounterHost.PersonOf(1);
        var before = (await store.AddAsync(account, person, null, policy, CancellationToken.None)).Id;

        await using var purge = await city.Database.Engine.BeginWriteAsync(CancellationToken.None);
        await purge.ExecuteAsync("DELETE FROM resident WHERE id = @before", new { before });
        var again = store.AddAsync(account, person, null, policy, CancellationToken.None);
        await Assert.ThrowsAsync<TimeoutException>(() => again.WaitAsync(TimeSpan.FromMilliseconds(500)));
        await purge.CommitAsync();
        var (refusal, id) = await again;

        Assert.Equal(Refusal.None, refusal);
        Assert.Equal(1, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM resident WHERE id = @id AND id_number <> ''", new { id }));
    }

    /// <summary>How long the trace of a removed person stays tells nothing of what that person books through another account.</summary>
    [EngineTheory]
    public async Task A_removed_persons_trace_goes_as_early_whether_or_not_somebody_else_has_booked_for_them(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [1]);
        var node = await city.AddNode().StartAsync();
        var person = await city.RegisterOneAsync(2);
        var (owner, stranger, control) = (person[0], person[1], (await city.RegisterAsync(1))[0]);
        await NameAsync(city);
        await city.Database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                $"UPDATE resident SET {ErasureStore.NoParticulars}, removed_at = @now WHERE id {transaction.Engine.AnyOf("removed")}",
                new { now = city.Clock.Now, removed = new[] { stranger.ResidentId, control.ResidentId } }),
            CancellationToken.None);
        var times = (await new RetentionQueries(city.Database, Policies(city)).GetAsync(CancellationToken.None))!;
        city.Clock.Now = city.Clock.Now.AddDays(times.CooldownDays).AddSeconds(1);
        await node.Rounds.PlanAsync(DayOf(city.Clock.Now), CancellationToken.None);
        await BookAsync(city, node, [owner]);

        await Store(city).PurgeAsync(CancellationToken.None);

        Assert.Equal(1, await city.Database.ScalarAsync<long>("SELECT COUNT(*) FROM person_hold"));
        Assert.Equal([owner.ResidentId], await IdsAsync(city, "SELECT id FROM resident ORDER BY id"));
    }

    private static DateOnly DayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.DateTime);

    private static CityCalendar CalendarOf(DeskCity city) => new(Options.Create(new SiteSettings()), city.Clock);

    private static PolicyQueries Policies(DeskCity city) => new(city.Database, CalendarOf(city));

    private static PurgeStore Store(DeskCity city) => new(
        city.Database, new RetentionQueries(city.Database, Policies(city)), city.Keys, Options.Create(new PublicLogSettings()), CalendarOf(city));

    private static Task NameAsync(DeskCity city) => city.Database.WriteAsync(
        transaction => transaction.ExecuteAsync("UPDATE resident SET name = 'n', id_number = 'i', mobile = 'm'"), CancellationToken.None);

    private static async Task BookAsync(DeskCity city, DeskNode node, IReadOnlyList<Registered> people)
    {
        var answers = await Task.WhenAll(people.Select((p, i) => node.BookAsync(p, city.Codes[i % city.Codes.Count])));
        Assert.All(answers, a => Assert.Equal(Refusal.None, a.Refusal));
    }

    private static Task<List<long>> IdsAsync(DeskCity city, string sql) => city.Database.QueryAsync<long>(sql);
}
