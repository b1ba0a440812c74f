using System.Collections.Concurrent;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>One round's booking: those who come too early, each window's rush, second thoughts, those who come too late.</summary>
internal sealed class Evening(SimulatedCity city, RoundLedger round, Reconciliation books, int day)
{
    private const int ToBook = 10;
    private const int ToCancel = 11;
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);
    private readonly ConcurrentQueue<Visitor> waiting = new();

    /// <summary>Lives through the evening, up to the published lists.</summary>
    /// <param name="people">Those who try.</param>
    public async Task RunAsync(IReadOnlyList<Person> people)
    {
        Visitor[] visitors = [.. people.Select(p => new Visitor(p, city.Population.Dice(p.Id, day, ToBook), round.Rules.Windows.Count))];
        await city.AssertBeforeAsync(round.OpensAt(1) - Early);
        await city.SetClockAsync(round.OpensAt(1) - Early);
        await TryOnceAsync(visitors.Where(v => v.ComesEarly));
        await city.AssertBeforeAsync(round.OpensAt(1));
        for (var window = 1; window <= round.Rules.Windows.Count; window++)
        {
            await city.SetClockAsync(round.OpensAt(window));
            if (!round.IsClosed) round.Open(window);
            await books.CompareBoardAsync(round, window);
            // Who came in vain tries again; who comes for the first time comes between them.
            Visitor[] now = Population.Shuffled([.. waiting, .. visitors.Where(v => v.Window == window)], new Random(day + window));
            waiting.Clear();
            await RushAsync(now);
            await city.AssertBeforeAsync(round.ClosesAt(window));
            await books.CompareBooksAsync(round);
        }

        await city.SetClockAsync(round.ClosesAt(round.Rules.Windows.Count) + Early);
        round.Close();
        round.RollToLast();
        await TryOnceAsync([.. waiting, .. visitors.Where(v => v.Window > round.Rules.Windows.Count)]);
        await books.CompareBooksAsync(round);
        await books.CompareBoardAsync(round, round.Rules.Windows.Count);
        await books.CompareListsAsync(round);
        await CancelAsync(b => When(b) == CancelTime.Evening, "closed evening");
        await books.CompareBooksAsync(round);
    }

    /// <summary>Gives back what its owners give back at this time, and says what must be answered.</summary>
    public async Task CancelAsync(Func<SimulatedBooking, bool> who, string moment, bool isTooLate = false)
    {
        SimulatedBooking[] some = [.. round.Shops.SelectMany(s => s.Bookings).Where(b => b.Fate == Fate.Booked && who(b))];
        await city.ForEachAsync(some, async b =>
        {
            var reply = await city.CallAsync(b.Household.Phone, HttpMethod.Delete, $"/api/bookings/{b.Number}");
            city.Figures.Count(reply.Status == 204 ? "cancelled" : reply.Code ?? "");
            city.Differences.Compare<(int, string?)>("cancellation", $"{b.Number}, {moment}", isTooLate ? (409, "too_late") : (204, null), (reply.Status, reply.Code));
        });
        if (isTooLate) return;
        foreach (var booking in some) round.Cancel(booking);
    }

    /// <summary>When the owner of a booking gives it back.</summary>
    public CancelTime When(SimulatedBooking booking) => city.Population.Dice(booking.Person.Id, day, ToCancel + booking.Serial).NextDouble() switch
    {
        < 0.03 => CancelTime.AtOnce,
        < 0.05 => CancelTime.Evening,
        < 0.065 => CancelTime.Morning,
        < 0.075 => CancelTime.TooLate,
        _ => CancelTime.Never,
    };

    /// <summary>One attempt each, which must be in vain.</summary>
    private async Task TryOnceAsync(IEnumerable<Visitor> visitors)
    {
        var wave = new BookingWave(city, round);
        await city.ForEachAsync(visitors, v => wave.TryAsync(v.Person.Home, v.Person, v.Person.Wishes[0], v.Person.Home.NewRequest()));
        await wave.SettleAsync();
    }

    private async Task RushAsync(Visitor[] visitors)
    {
        var rush = new BookingWave(city, round);
        var booked = new ConcurrentQueue<(Visitor Visitor, SimulatedBooking Booking)>();
        await city.ForEachAsync(visitors, async v =>
        {
            if (await BookAsync(rush, v) is { } booking) booked.Enqueue((v, booking));
        });
        await rush.SettleAsync();

        var again = new BookingWave(city, round);
        await city.ForEachAsync(booked, b => AgainAsync(again, b.Visitor, b.Booking));
        await again.SettleAsync();
        if (round.IsClosed) return;

        var taken = booked.Select(b => b.Booking).ToHashSet();
        await CancelAsync(b => taken.Contains(b) && When(b) == CancelTime.AtOnce, "open window");
        // Some of those who gave theirs back go to their second choice; who was refused before takes a place that has come free.
        var rebook = new BookingWave(city, round);
        await city.ForEachAsync(
            booked.Where(b => b.Booking.Fate == Fate.Cancelled && b.Visitor.BooksElsewhere),
            b => rebook.TryAsync(b.Booking.Household, b.Visitor.Person, b.Visitor.Person.Wishes[^1], b.Booking.Household.NewRequest()));
        await rebook.SettleAsync();
    }

    private async Task<SimulatedBooking?> BookAsync(BookingWave wave, Visitor v)
    {
        var household = v.UsesRelative && v.Person.Relative is { } relative ? relative : v.Person.Home;
        if (v.MistypesShop) await wave.TryUnknownShopAsync(household, v.Person);
        if (v.SendsTwoPhones && v.Person.Relative is { } other && v.Person.Holds.Count == 0)
            return await wave.TryTwiceAtOnceAsync(v.Person, v.Person.Home, other, v.Person.Wishes[0]);
        // A refusal is not remembered: the same request may be made again, elsewhere too.
        var request = household.NewRequest();
        foreach (var shop in v.Person.Wishes.Take(v.Tries))
        {
            var (booking, code) = await wave.TryAsync(household, v.Person, shop, request);
            if (booking is not null) return booking;
            if (code != "sold_out") return null;
            if (!v.KeepsRequest) request = household.NewRequest();
        }

        if (v.Waits) waiting.Enqueue(v);
        return null;
    }

    private static async Task AgainAsync(BookingWave wave, Visitor v, SimulatedBooking booking)
    {
        if (v.SendsAgain) await wave.RepeatAsync(booking);
        if (v.WantsMore) await wave.TryAsync(booking.Household, v.Person, v.Person.Wishes[^1], booking.Household.NewRequest());
        if (v.AsksRelative && v.Person.Relative is { } relative && relative != booking.Household)
            await wave.TryAsync(relative, v.Person, v.Person.Wishes[0], relative.NewRequest());
    }
}

/// <summary>When somebody gives a booking back.</summary>
internal enum CancelTime
{
    Never,
    AtOnce,
    Evening,
    Morning,
    TooLate,
}

/// <summary>How a person goes about it on one evening.</summary>
internal sealed class Visitor
{
    /// <summary>Draws the evening's habits.</summary>
    public Visitor(Person person, Random dice, int windows)
    {
        Person = person;
        ComesEarly = dice.NextDouble() < 0.06;
        var when = dice.NextDouble();
        Window = ComesEarly || when < 0.5 ? 1 : when < 0.96 ? dice.Next(1, windows + 1) : windows + 1;
        Tries = dice.Next(1, 5);
        Waits = dice.NextDouble() < 0.5;
        KeepsRequest = dice.NextDouble() < 0.5;
        UsesRelative = dice.NextDouble() < 0.3;
        SendsTwoPhones = dice.NextDouble() < 0.2;
        MistypesShop = dice.NextDouble() < 0.003;
        SendsAgain = dice.NextDouble() < 0.05;
        WantsMore = dice.NextDouble() < 0.06;
        AsksRelative = dice.NextDouble() < 0.5;
        BooksElsewhere = dice.NextDouble() < 0.6;
    }

    public Person Person { get; }

    /// <summary>Tries before the opening, and then in the first window.</summary>
    public bool ComesEarly { get; }

    /// <summary>The window they come in, or one more than there are: too late.</summary>
    public int Window { get; }

    /// <summary>Pharmacies they try one after the other.</summary>
    public int Tries { get; }

    /// <summary>Whether they come again in the next window.</summary>
    public bool Waits { get; }

    public bool KeepsRequest { get; }

    public bool UsesRelative { get; }

    public bool SendsTwoPhones { get; }

    public bool MistypesShop { get; }

    /// <summary>Sends the request that succeeded once more.</summary>
    public bool SendsAgain { get; }

    /// <summary>Wants a second booking.</summary>
    public bool WantsMore { get; }

    /// <summary>Tries through the relative's phone as well.</summary>
    public bool AsksRelative { get; }

    public bool BooksElsewhere { get; }
}
