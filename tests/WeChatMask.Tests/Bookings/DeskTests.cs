using System.Globalization;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Bookings;

/// <summary>What the desk answers, and what it remembers.</summary>
public sealed class DeskTests
{
    /// <summary>The contract's order of refusals, each with what makes its reason hold.</summary>
    private static readonly (Refusal Refusal, Func<Case, Task> Arrange)[] Order =
    [
        (Refusal.UnknownResident, c => c.AskAs(c.Person with { ResidentId = 0 })),
        (Refusal.UnknownPharmacy, c => c.AskFor("P999")),
        (Refusal.NotOpen, c => c.PutClockTo(DeskCity.Opening.AddMilliseconds(-1))),
        (Refusal.NotEligible, c => c.RunAsync("UPDATE resident SET eligible = 0")),
        (Refusal.AlreadyBooked, c => c.RunAsync($"INSERT INTO person_hold (person_hash, booked_on, booking_id) VALUES ('{c.Person.PersonHash}', '2020-02-10', 1)")),
        (Refusal.Cooldown, c => c.RunAsync($"INSERT INTO person_hold (person_hash, booked_on, booking_id) VALUES ('{c.Person.PersonHash}', '2020-02-09', 1)")),
        (Refusal.PharmacyPaused, c => c.RunAsync("UPDATE pharmacy SET status = 1")),
        (Refusal.SoldOut, c => c.RunAsync("UPDATE quota SET taken = planned")),
    ];

    public static TheoryData<Refusal> Refusals => new(Order.Select(o => o.Refusal));

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Of_several_reasons_the_first_of_the_contract_is_told(Refusal first)
    {
        await using var city = await DeskCity.CreateAsync(1, [1]);
        var node = await city.AddNode().StartAsync();
        var asked = new Case(city, (await city.RegisterAsync(1))[0]);
        // Every later reason holds as well.
        foreach (var (_, arrange) in Order.SkipWhile(o => o.Refusal != first)) await arrange(asked);

        var answer = await node.BookAsync(asked.Asking, asked.Pharmacy);

        Assert.Equal(first, answer.Refusal);
        Assert.Null(answer.Booking);
        Assert.Equal(first == Refusal.Cooldown ? new DateOnly(2020, 2, 11) : null, answer.BookableFrom);
        Assert.Equal(0, await city.Database.ScalarAsync<int>("SELECT COUNT(*) FROM booking"));
    }

    [EngineTheory]
    public async Task A_known_request_is_answered_before_every_refusal(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [1]);
        var node = await city.AddNode().StartAsync();
        var person = (await city.RegisterAsync(1))[0];
        var made = await node.BookAsync(person, city.Codes[0], "r");
        await RunAsync(city, "UPDATE resident SET eligible = 0");
        await RunAsync(city, "UPDATE pharmacy SET status = 1");
        city.Clock.Now = DeskCity.Opening.AddDays(30);

        var again = await node.BookAsync(person with { ResidentId = 0 }, "P999", "r");

        Assert.True(again.Repeated);
        Assert.Equal(made.Booking!.Number, again.Booking!.Number);
        Assert.Equal(made.Booking.Serial, again.Booking.Serial);
    }

    [EngineTheory]
    public async Task A_refusal_is_not_remembered(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [1]);
        var node = await city.AddNode().StartAsync();
        var person = (await city.RegisterAsync(1))[0];
        city.Clock.Now = DeskCity.Opening.AddMilliseconds(-1);
        Assert.Equal(Refusal.NotOpen, (await node.BookAsync(person, city.Codes[0], "r")).Refusal);
        city.Clock.Now = DeskCity.Opening;

        var made = await node.BookAsync(person, city.Codes[0], "r");
        var again = await node.BookAsync(person, city.Codes[0], "r");

        Assert.Equal((Refusal.None, false), (made.Refusal, made.Repeated));
        Assert.True(again.Repeated);
        Assert.Equal(made.Booking!.Number, again.Booking!.Number);
    }

    [EngineTheory]
    public async Task A_request_id_belongs_to_its_account(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [2]);
        var node = await city.AddNode().StartAsync();
        var people = await city.RegisterAsync(2);

        var first = await node.BookAsync(people[0], city.Codes[0], "r");
        var second = await node.BookAsync(people[1], city.Codes[0], "r");

        Assert.Equal([1, 2], new[] { first.Booking!.Serial, second.Booking!.Serial });
    }

    [EngineTheory]
    public async Task A_pharmacys_code_that_no_database_can_hold_is_unknown_and_hurts_nobody_beside_it(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [2]);
        // Brought before the desk opens, so that they are one batch.
        var node = city.AddNode();
        var people = await city.RegisterAsync(3);
        var odd = node.BookAsync(people[0], city.Codes[0] + "\0");
        var first = node.BookAsync(people[1], city.Codes[0]);
        var second = node.BookAsync(people[2], city.Codes[0]);

        await node.StartAsync();

        Assert.Equal(Refusal.UnknownPharmacy, (await odd).Refusal);
        var made = await Task.WhenAll(first, second);
        Assert.Equal([1, 2], made.Select(a => a.Booking!.Serial));
    }

    [EngineTheory]
    public async Task Somebody_elses_or_a_removed_resident_is_unknown(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [2]);
        var node = await city.AddNode().StartAsync();
        var people = await city.RegisterAsync(2);

        Assert.Equal(Refusal.UnknownResident, (await node.BookAsync(people[0] with { ResidentId = people[1].ResidentId }, city.Codes[0])).Refusal);
        await RunAsync(city, "UPDATE resident SET removed_at = 1");
        Assert.Equal(Refusal.UnknownResident, (await node.BookAsync(people[0], city.Codes[0])).Refusal);
    }

    [EngineTheory]
    public async Task The_cooldown_names_the_first_free_day_and_is_over_then(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [5]);
        var node = await city.AddNode().StartAsync();
        var person = await city.RegisterOneAsync(2);
        for (var day = 1; day <= 2; day++) await node.Rounds.PlanAsync(DeskCity.Day.AddDays(day), CancellationToken.None);
        await node.BookAsync(person[0], city.Codes[0]);

        city.Clock.Now = DeskCity.Opening.AddDays(1);
        var tomorrow = await node.BookAsync(person[0], city.Codes[0]);
        var elsewhere = await node.BookAsync(person[1], city.Codes[0]);
        city.Clock.Now = DeskCity.Opening.AddDays(2);
        var after = await node.BookAsync(person[1], city.Codes[0]);

        Assert.Equal((Refusal.Cooldown, DeskCity.Day.AddDays(2)), (tomorrow.Refusal, tomorrow.BookableFrom));
        // The limit counts the person; the day is told to the account that booked.
        Assert.Equal((Refusal.Cooldown, null, true), (elsewhere.Refusal, elsewhere.BookableFrom, elsewhere.Elsewhere));
        Assert.Equal((Refusal.None, 1), (after.Refusal, after.Booking!.Serial));
    }

    [Theory]
    [InlineData("18:59:59", Refusal.NotOpen)]
    [InlineData("19:00:00", Refusal.None)]
    [InlineData("19:59:59", Refusal.None)]
    [InlineData("20:00:00", Refusal.NotOpen)]
    [InlineData("21:00:00", Refusal.None)]
    [InlineData("22:00:00", Refusal.Closed)]
    [InlineData("23:59:59", Refusal.Closed)]
    public async Task The_clock_opens_and_shuts_the_windows_without_any_job(string time, Refusal expected)
    {
        await using var city = await DeskCity.CreateAsync(1, [5, 5], "19:00-20:00", "21:00-22:00");
        var node = await city.AddNode().StartAsync();
        city.Clock.Now = DateTimeOffset.Parse($"2020-02-10T{time}+08:00", CultureInfo.InvariantCulture);

        var answer = await node.BookAsync((await city.RegisterAsync(1))[0], city.Codes[0]);

        Assert.Equal(expected, answer.Refusal);
        Assert.Empty(await city.BrokenPromisesAsync());
    }

    [Fact]
    public async Task One_attempt_that_cannot_be_written_does_not_spoil_its_batch()
    {
        await using var city = await DeskCity.CreateAsync(1, [50]);
        var node = await city.AddNode().StartAsync();
        var people = await city.RegisterAsync(30);
        await RunAsync(
            city, "CREATE TRIGGER poison BEFORE INSERT ON booking WHEN NEW.request_id = 'poison' BEGIN SELECT RAISE(ABORT, 'poison'); END");

        IReadOnlyList<Task<BookingAnswer>> all;
        await using (await city.Database.Engine.BeginWriteAsync(CancellationToken.None))
        {
            // While nothing can be written the attempts gather to one batch.
            all = [.. people.Select((p, i) => node.BookAsync(p, city.Codes[0], i == 17 ? "poison" : "fine"))];
        }

        var answers = await Task.WhenAll(all);

        Assert.Equal(Refusal.Busy, answers[17].Refusal);
        Assert.All(answers.Where((_, i) => i != 17), a => Assert.Equal(Refusal.None, a.Refusal));
        // In order of arrival and without the gap that the lost attempt would have left.
        Assert.Equal(Enumerable.Range(1, 29), answers.Where((_, i) => i != 17).Select(a => a.Booking!.Serial));
        Assert.Empty(await city.BrokenPromisesAsync());
    }

    [EngineTheory]
    public async Task A_stop_that_cannot_wait_answers_everybody_and_ends_the_desk(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 1, [50]);
        var node = await city.AddNode(s => s.DeskBatch = 2).StartAsync();
        var people = await city.RegisterAsync(5);

        // The node's own gate is held, so that the desk waits where a stop reaches it.
        await using var held = await node.Database.Engine.BeginWriteAsync(CancellationToken.None);
        var all = people.Select(p => node.BookAsync(p, city.Codes[0])).ToList();
        await node.Desk.StopAsync(new CancellationToken(canceled: true));

        Assert.All(await Task.WhenAll(all), a => Assert.Equal(Refusal.Busy, a.Refusal));
    }

    private static Task<int> RunAsync(DeskCity city, string statement) =>
        city.Database.WriteAsync(t => t.ExecuteAsync(statement), CancellationToken.None);

    /// <summary>An attempt in the making.</summary>
    private sealed class Case(DeskCity city, Registered person)
    {
        public Registered Person { get; } = person;

        public Registered Asking { get; private set; } = person;

        public string Pharmacy { get; private set; } = city.Codes[0];

        public Task AskAs(Registered other)
        {
            Asking = other;
            return Task.CompletedTask;
        }

        public Task AskFor(string code)
        {
            Pharmacy = code;
            return Task.CompletedTask;
        }

        public Task PutClockTo(DateTimeOffset now)
        {
            city.Clock.Now = now;
            return Task.CompletedTask;
        }

        public Task RunAsync(string statement) => DeskTests.RunAsync(city, statement);
    }
}
