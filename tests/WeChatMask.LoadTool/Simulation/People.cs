using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>What the registry knows of a person.</summary>
internal enum Standing
{
    Eligible,
    NotEligible,

    /// <summary>Registered under another name than the one given.</summary>
    OtherName,
}

/// <summary>When a person tries.</summary>
internal enum Temper
{
    /// <summary>On one day only.</summary>
    Once,

    /// <summary>Again when the rule allows it.</summary>
    Returns,

    /// <summary>Again the days after a booking, in vain.</summary>
    Impatient,

    /// <summary>Every other day, whatever the rule says.</summary>
    Daily,
}

/// <summary>A made-up person, and what the simulation remembers of them.</summary>
internal sealed class Person(int id, Standing standing, Temper temper, DateOnly firstDay, Shop[] wishes)
{
    private static readonly string[] Names = ["张三丰", "李秀英", "王芳", "赵国强", "陈晓东", "刘玉兰", "欧阳春", "周建平"];

    public int Id { get; } = id;

    public string Name { get; } = Names[id % Names.Length];

    public string IdNumber { get; } = People.IdNumber(id);

    public string LastFour => IdNumber[^4..];

    public string Mobile { get; } = People.Mobile(id);

    public Standing Standing { get; } = standing;

    public Temper Temper { get; } = temper;

    public DateOnly FirstDay { get; } = firstDay;

    /// <summary>Pharmacies in the order of liking; the first is the nearest.</summary>
    public IReadOnlyList<Shop> Wishes { get; } = wishes;

    /// <summary>Days booked on that count for the repeat rule.</summary>
    public List<DateOnly> Holds { get; } = [];

    /// <summary>The account that booked last: only there the free day is told.</summary>
    public Household? BookedBy { get; set; }

    /// <summary>The account that looks after this person.</summary>
    public required Household Home { get; init; }

    /// <summary>A second account that looks after this person too.</summary>
    public Household? Relative { get; set; }

    /// <summary>The first day that is free again under a round's rules.</summary>
    public DateOnly? BookableFrom(DayRules rules) => Holds.Count == 0 ? null : Holds.Max().AddDays(rules.CooldownDays);

    /// <summary>Whether the person tries on a day.</summary>
    public bool IsActive(DateOnly day, DayRules rules, Random dice)
    {
        if (day <= FirstDay) return day == FirstDay;
        var isFree = BookableFrom(rules) is not { } from || day >= from;
        return Temper switch
        {
            Temper.Returns => isFree && dice.NextDouble() < 0.7,
            Temper.Impatient => isFree ? dice.NextDouble() < 0.5 : day <= Holds.Max().AddDays(2),
            Temper.Daily => dice.NextDouble() < 0.5,
            _ => false,
        };
    }
}

/// <summary>An account with the persons it looks after.</summary>
internal sealed class Household(int id)
{
    private int requests;

    public Phone Phone { get; } = new(string.Create(CultureInfo.InvariantCulture, $"simulated-{id}"));

    public List<Person> Members { get; } = [];

    /// <summary>Ids the product gave to those who are registered.</summary>
    public Dictionary<Person, string> ResidentIds { get; } = [];

    public bool IsLoggedIn { get; set; }

    /// <summary>An id for a request that this account has not used.</summary>
    public string NewRequest() => string.Create(CultureInfo.InvariantCulture, $"r{Interlocked.Increment(ref requests)}");
}

/// <summary>Everybody, drawn from a seed: the same seed gives the same people with the same habits.</summary>
internal sealed class Population
{
    private const double Skew = 0.6;
    private const int Unheard = 20;
    private const int Wishes = 4;

    // A stranger who collects for others has a card of their own, that nobody books with.
    private const int FirstRunner = 15_000_000;

    private readonly int seed;

    private Population(int seed) => this.seed = seed;

    public List<Household> Households { get; } = [];

    /// <summary>Draws them.</summary>
    public static Population Draw(CityRules city, DateOnly from, int days, int people, int seed)
    {
        var population = new Population(seed);
        var starts = new Weighted<DateOnly>(Enumerable.Range(0, days).Select(from.AddDays).Select(
            d => (d, (double)city.ShopsOf(d).Sum(s => city.Of(d).PlacesOf(s).Sum()))));
        // Who tries on a day mostly wants a pharmacy that gives something out on it; some have not heard that theirs comes later.
        var liked = Shuffled(city.Shops, new Random(seed)).Select((s, i) => (Shop: s, Weight: Math.Pow(i + 1, -Skew))).ToList();
        var shops = Enumerable.Range(0, days).Select(from.AddDays).ToDictionary(
            d => d, d => new Weighted<Shop>(liked.Select(l => (l.Shop, l.Shop.Joins <= d ? l.Weight : l.Weight / Unheard))));
        for (var id = 0; id < people;)
        {
            var household = new Household(population.Households.Count);
            var size = population.Dice(id, 0, 1).NextDouble() switch { < 0.7 => 1, < 0.88 => 2, _ => 3 };
            for (var i = 0; i < size && id < people; i++, id++) household.Members.Add(NewPerson(id, household, starts, shops, population.Dice(id, 0, 2)));
            population.Households.Add(household);
        }

        population.AddRelatives();
        return population;
    }

    /// <summary>The dice of a person, a day and a purpose: what is drawn does not depend on what runs at the same time.</summary>
    public Random Dice(int person, int day, int purpose) =>
        new((int)(Mixed(Mixed(Mixed((ulong)seed) + (ulong)person) + ((ulong)day << 32) + (ulong)purpose) >> 33));

    /// <summary>A card of somebody who only collects.</summary>
    public static string RunnerIdNumber(int runner) => People.IdNumber(FirstRunner + runner);

    /// <summary>The finalizer of SplitMix64 (Steele, Lea, Flood 2014): dice of neighbouring seeds would otherwise fall alike.</summary>
    private static ulong Mixed(ulong x)
    {
        x = unchecked(x + 0x9E3779B97F4A7C15);
        x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9);
        x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EB);
        return x ^ (x >> 31);
    }

    private static Person NewPerson(int id, Household home, Weighted<DateOnly> starts, Dictionary<DateOnly, Weighted<Shop>> shops, Random dice)
    {
        var standing = dice.NextDouble() switch { < 0.015 => Standing.NotEligible, < 0.022 => Standing.OtherName, _ => Standing.Eligible };
        var temper = dice.NextDouble() switch { < 0.25 => Temper.Once, < 0.8 => Temper.Returns, < 0.92 => Temper.Impatient, _ => Temper.Daily };
        var first = starts.Draw(dice);
        return new Person(id, standing, temper, first, [.. Enumerable.Range(0, Wishes).Select(_ => shops[first].Draw(dice)).Distinct()]) { Home = home };
    }

    /// <summary>Some are looked after from a neighbour's account as well; it must have room for them.</summary>
    private void AddRelatives()
    {
        for (var i = 0; i + 1 < Households.Count; i++)
        {
            var person = Households[i].Members[0];
            var other = Households[i + 1];
            if (person.Standing == Standing.Eligible && other.Members.Count == 1 && Dice(person.Id, 0, 3).NextDouble() < 0.08) person.Relative = other;
        }
    }

    /// <summary>The items in an order that only the dice decide.</summary>
    public static T[] Shuffled<T>(IEnumerable<T> items, Random dice)
    {
        T[] all = [.. items];
        dice.Shuffle(all);
        return all;
    }

    /// <summary>Draws items by their weights.</summary>
    private sealed class Weighted<T>
    {
        private readonly (T Item, double Weight)[] items;
        private readonly double sum;

        public Weighted(IEnumerable<(T Item, double Weight)> weights)
        {
            items = [.. weights];
            sum = items.Sum(i => i.Weight);
        }

        public T Draw(Random dice)
        {
            var at = dice.NextDouble() * sum;
            foreach (var (item, weight) in items)
            {
                if ((at -= weight) < 0) return item;
            }

            return items[^1].Item;
        }
    }
}
