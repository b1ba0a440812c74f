using System.Diagnostics;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>How much is simulated.</summary>
/// <param name="From">The first round.</param>
/// <param name="Days">How many rounds.</param>
/// <param name="People">How many people there are.</param>
/// <param name="Seed">What all habits are drawn from.</param>
/// <param name="Lanes">How many calls are under way at once.</param>
/// <param name="Annulled">The round, counted from 1, that a supervisor annuls while it is handed out; none for 0.</param>
/// <param name="Withdrawn">The round, counted from 1, of which a supervisor withdraws a pharmacy while it is handed out; none for 0.</param>
/// <param name="Late">The round, counted from 1, of which the goods of a pharmacy come at midday, and it hands over for longer; none for 0.</param>
/// <param name="Complained">The round, counted from 1, of which ten people complain while it is handed out; none for 0.</param>
internal sealed record SimulationPlan(
    DateOnly From, int Days, int People, int Seed, int Lanes = 24, int Annulled = 0, int Withdrawn = 0, int Late = 0, int Complained = 0);

/// <summary>
/// Some days of a city with people of random habits, driven through the outside surface. The simulation keeps its own
/// books from the answers and the city's rules alone, and holds the product's answers and figures against them.
/// </summary>
internal sealed class CitySimulation
{
    private const int ToComeAgain = 1;
    private static readonly TimeSpan BeforeOpening = TimeSpan.FromMinutes(28);
    private readonly SimulationPlan plan;
    private readonly SimulatedCity city;
    private readonly Dictionary<DateOnly, RoundLedger> rounds = [];
    private readonly Reconciliation books;
    private readonly Joining joining;
    private readonly Errands errands;
    private readonly List<DayFigures> figures = [];

    /// <summary>Draws the people.</summary>
    /// <param name="http">A client of a sandbox of this city that stands before the first round and has seen nobody yet; it leaves cookies alone.</param>
    /// <param name="rules">The city.</param>
    /// <param name="plan">How much.</param>
    public CitySimulation(HttpClient http, CityRules rules, SimulationPlan plan)
    {
        this.plan = plan;
        city = new SimulatedCity(http, rules, Population.Draw(rules, plan.From, plan.Days, plan.People, plan.Seed), plan.Lanes);
        books = new Reconciliation(city);
        joining = new Joining(city);
        errands = new Errands(city, RoundOf, new Counters(city));
    }

    /// <summary>What was not as expected.</summary>
    public Differences Differences => city.Differences;

    /// <summary>What happened, by round.</summary>
    public IReadOnlyList<DayFigures> Figures => figures;

    /// <summary>How many bookings were answered 201.</summary>
    public int Bookings => city.Bookings.Count;

    /// <summary>How many people have booked at least twice.</summary>
    public int Returned => city.Bookings.Where(b => b.Fate != Fate.Cancelled).GroupBy(b => b.Person).Count(p => p.Count() > 1);

    /// <summary>When the sandbox's clock must stand at the beginning.</summary>
    public static DateTimeOffset StartOf(CityRules rules, DateOnly from) => rules.At(from, new TimeOnly(8, 0));

    /// <summary>Lives through the days, to the end of the last one's pickup, and checks what can only be checked then.</summary>
    /// <param name="tell">Called when a round has ended.</param>
    public async Task RunAsync(Action<DayFigures>? tell = null)
    {
        PickupDay? handout = null;
        RoundLedger? before = null;
        var watch = Stopwatch.StartNew();
        for (var day = 0; day <= plan.Days; day++)
        {
            var round = RoundOf(plan.From.AddDays(day));
            if (handout is not null && before is not null)
            {
                await handout.RunAsync(round, rounds.GetValueOrDefault(before.Date.AddDays(-1)));
                city.Figures.Seconds = watch.Elapsed.TotalSeconds;
                tell?.Invoke(city.Figures);
            }

            if (day == plan.Days) break;
            watch.Restart();
            var evening = await BookAsync(round, day);
            handout = new PickupDay(city, round, evening, errands, books, day)
            {
                IsAnnulled = day + 1 == plan.Annulled, IsWithdrawn = day + 1 == plan.Withdrawn, IsLate = day + 1 == plan.Late, IsComplainedOf = day + 1 == plan.Complained,
            };
            books.HandedOut = before = round;
        }

        books.CheckCooldowns();
        await books.CompareMessagesAsync();
    }

    private async Task<Evening> BookAsync(RoundLedger round, int day)
    {
        var people = city.Population.Households.SelectMany(h => h.Members)
            .Where(p => p.IsActive(round.Date, round.Rules, city.Population.Dice(p.Id, day, ToComeAgain))).ToList();
        city.Figures = new DayFigures(round.Date) { Tried = people.Count, Books = round };
        figures.Add(city.Figures);
        await city.SetClockAsync(round.OpensAt(1) - BeforeOpening);
        await joining.JoinAsync(people, round.Date);
        var evening = new Evening(city, round, books, day);
        await evening.RunAsync(people);
        return evening;
    }

    private RoundLedger RoundOf(DateOnly date) =>
        rounds.TryGetValue(date, out var known) ? known : rounds[date] = new RoundLedger(city.Rules, date);
}
