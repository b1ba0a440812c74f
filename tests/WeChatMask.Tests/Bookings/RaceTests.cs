using System.Collections.Concurrent;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Bookings;

/// <summary>Whatever runs at once: the places are given, each once. The desk, its stores and SQLite are the real ones.</summary>
public sealed class RaceTests
{
    private const int Tasks = 64;
    private const int Places = 160;
    private static readonly int[] NodeCounts = [1, 2, 3];

    [EngineTheory]
    public async Task A_rush_gives_exactly_the_places(DatabaseKind engine)
    {
        foreach (var nodes in NodeCounts) await RushForPlacesAsync(engine, nodes);
    }

    private static async Task RushForPlacesAsync(DatabaseKind engine, int nodes)
    {
        await using var city = await DeskCity.CreateAsync(engine, 5, [Places]);
        var people = await city.RegisterAsync(2000);
        // Each node has its own gate for writers, so that two of them meet only in the database.
        var desks = await StartAsync(city, nodes);

        var answers = await RushAsync(people, (i, person) => BookSomewhereAsync(desks[i % nodes], city, person, i));

        Assert.Equal(5 * Places, answers.Count(a => a.Refusal == Refusal.None));
        Assert.Equal(people.Count - (5 * Places), answers.Count(a => a.Refusal == Refusal.SoldOut));
        var serials = await city.SerialsAsync();
        Assert.All(city.Codes, code => Assert.Equal(Enumerable.Range(1, Places), serials[code]));
        Assert.Empty(await city.BrokenPromisesAsync());
        // What people were told is what is stored.
        var told = answers.Where(a => a.Booking is not null).Select(a => (a.Booking!.PharmacyCode, a.Booking.Serial)).ToHashSet();
        Assert.Equal(5 * Places, told.Count);
    }

    [EngineTheory]
    public async Task Twenty_thousand_who_try_on_two_of_three_nodes_at_once_get_exactly_four_thousand_places(DatabaseKind engine)
    {
        const int residents = 20_000;
        const int pharmacies = 5;
        const int places = 800;
        await using var city = await DeskCity.CreateAsync(engine, pharmacies, [places]);
        var people = await city.RegisterAsync(residents);
        var desks = await StartAsync(city, 3);

        // One request, sent to two nodes in the same moment, as an impatient thumb behind two proxies would.
        var answers = await RushAsync(people, async (i, person) =>
        {
            var pharmacy = city.Codes[i % pharmacies];
            var both = await Task.WhenAll(desks[i % 3].BookAsync(person, pharmacy, "once"), desks[(i + 1) % 3].BookAsync(person, pharmacy, "once"));
            return both.FirstOrDefault(a => a.Booking is not null) ?? both[0];
        }, lanes: 2_000);

        Assert.Equal(pharmacies * places, answers.Count(a => a.Refusal == Refusal.None));
        Assert.Equal(residents - (pharmacies * places), answers.Count(a => a.Refusal == Refusal.SoldOut));
        var serials = await city.SerialsAsync();
        Assert.All(city.Codes, code => Assert.Equal(Enumerable.Range(1, places), serials[code]));
        Assert.Empty(await city.BrokenPromisesAsync());
    }

    [EngineTheory]
    public async Task A_person_through_twenty_accounts_gets_one_booking(DatabaseKind engine)
    {
        foreach (var nodes in NodeCounts) await BookOnePersonAsync(engine, nodes);
    }

    private static async Task BookOnePersonAsync(DatabaseKind engine, int nodes)
    {
        await using var city = await DeskCity.CreateAsync(engine, 5, [Places]);
        var same = await city.RegisterOneAsync(20);
        var desks = await StartAsync(city, nodes);

        var answers = await RushAsync(same, (i, person) => desks[i % nodes].BookAsync(person, city.Codes[i % 5]));

        Assert.Single(answers, a => a.Refusal == Refusal.None);
        Assert.Equal(19, answers.Count(a => a.Refusal == Refusal.AlreadyBooked));
        Assert.Empty(await city.BrokenPromisesAsync());
    }

    [EngineTheory]
    public async Task One_request_sent_fifty_times_at_once_makes_one_booking(DatabaseKind engine)
    {
        foreach (var nodes in NodeCounts) await SendOneRequestAsync(engine, nodes);
    }

    private static async Task SendOneRequestAsync(DatabaseKind engine, int nodes)
    {
        await using var city = await DeskCity.CreateAsync(engine, 5, [Places]);
        var person = (await city.RegisterAsync(1))[0];
        var desks = await StartAsync(city, nodes);

        var answers = await RushAsync(Enumerable.Repeat(person, 50).ToList(), (i, p) => desks[i % nodes].BookAsync(p, city.Codes[i % 5], "the-same"));

        Assert.All(answers, a => Assert.Equal(Refusal.None, a.Refusal));
        Assert.Single(answers, a => !a.Repeated);
        Assert.Single(answers.Select(a => a.Booking!.Number).Distinct(StringComparer.Ordinal));
        Assert.Single((await city.SerialsAsync()).SelectMany(s => s));
    }

    [EngineTheory]
    public async Task Booking_and_giving_back_at_once_never_take_more_than_the_places(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [20]);
        var people = await city.RegisterAsync(400);
        var node = (await StartAsync(city, 1))[0];

        var answers = await RushAsync(people, async (i, person) =>
        {
            var answer = await node.BookAsync(person, city.Codes[0]);
            // Every second one gives the place back, so that it is given again, with the next serial.
            if (answer.Booking is { } booking && i % 2 == 0)
                Assert.Equal(Refusal.None, await node.Cancellations.CancelAsync(person.AccountId, booking.Number, CancellationToken.None));
            return answer;
        });

        Assert.Empty(await city.BrokenPromisesAsync());
        var made = answers.Count(a => a.Refusal == Refusal.None);
        Assert.Equal(Enumerable.Range(1, made), (await city.SerialsAsync())[city.Codes[0]]);
        var taken = await city.Database.ScalarAsync<int>("SELECT taken FROM quota");
        Assert.Equal(await city.Database.ScalarAsync<int>("SELECT COUNT(*) FROM booking WHERE status = @booked", new { booked = BookingStatus.Booked }), taken);
        Assert.InRange(taken, 0, 20);
        Assert.InRange(made, 21, people.Count);
    }

    [EngineTheory]
    public async Task A_full_queue_answers_busy_at_once_and_keeps_what_it_took(DatabaseKind engine)
    {
        const int queue = 10;
        const int batch = 4;
        await using var city = await DeskCity.CreateAsync(engine, 1, [Places]);
        var people = await city.RegisterAsync(60);
        var node = await city.AddNode(s => (s.DeskQueue, s.DeskBatch) = (queue, batch)).StartAsync();

        List<Task<BookingAnswer>> waiting;
        await using (await city.Database.Engine.BeginWriteAsync(CancellationToken.None))
        {
            // The desk can write nothing now: beside the queue it may hold one batch in its hands.
            var all = people.Select(p => node.BookAsync(p, city.Codes[0])).ToList();
            waiting = [.. all.Where(t => !t.IsCompleted)];
            Assert.InRange(waiting.Count, queue, queue + batch);
            foreach (var refused in all.Except(waiting)) Assert.Equal(Refusal.Busy, (await refused).Refusal);
        }

        Assert.All(await Task.WhenAll(waiting), a => Assert.Equal(Refusal.None, a.Refusal));
        Assert.Equal(Enumerable.Range(1, waiting.Count), (await city.SerialsAsync())[city.Codes[0]]);
    }

    private static async Task<IReadOnlyList<DeskNode>> StartAsync(DeskCity city, int nodes) =>
        await Task.WhenAll(Enumerable.Range(0, nodes).Select(_ => city.AddNode().StartAsync()));

    private static async Task<BookingAnswer> BookSomewhereAsync(DeskNode node, DeskCity city, Registered person, int start)
    {
        BookingAnswer answer = new(Refusal.SoldOut);
        for (var i = 0; i < city.Codes.Count && answer.Refusal == Refusal.SoldOut; i++)
            answer = await node.BookAsync(person, city.Codes[(start + i) % city.Codes.Count]);
        return answer;
    }

    private static async Task<IReadOnlyList<BookingAnswer>> RushAsync(
        IReadOnlyList<Registered> people, Func<int, Registered, Task<BookingAnswer>> attempt, int lanes = Tasks)
    {
        var answers = new ConcurrentBag<BookingAnswer>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, people.Count),
            new ParallelOptions { MaxDegreeOfParallelism = lanes },
            async (i, _) => answers.Add(await attempt(i, people[i])));
        return [.. answers];
    }
}
