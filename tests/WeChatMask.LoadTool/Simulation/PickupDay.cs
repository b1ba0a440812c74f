using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>The day after a round: late second thoughts, people at the counters, and the end of the pickup hours.</summary>
internal sealed class PickupDay(SimulatedCity city, RoundLedger round, Evening evening, Errands errands, Reconciliation books, int day)
{
    private const int ToGroup = 40;
    private const int RunnersBundle = 5;
    private const int ToShowInVain = 5;
    private const int ToComeAtLast = 3;
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan After = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Midday = TimeSpan.FromHours(3);
    private static readonly TimeSpan Longer = TimeSpan.FromMinutes(30);

    /// <summary>Whether a supervisor annuls the round when half of its people have collected.</summary>
    public bool IsAnnulled { get; init; }

    /// <summary>Whether then the pharmacy with most to hand over is withdrawn; it is back for the evening.</summary>
    public bool IsWithdrawn { get; init; }

    /// <summary>Whether the goods of the pharmacy with most to hand over come at midday, so that it hands over for longer.</summary>
    public bool IsLate { get; init; }

    /// <summary>Whether ten people complain.</summary>
    public bool IsComplainedOf { get; init; }

    /// <summary>Lives through it, up to the close of pickup and the carry-over.</summary>
    /// <param name="next">The round that gets what is left.</param>
    /// <param name="earlier">The round before, whose vouchers some people still have.</param>
    public async Task RunAsync(RoundLedger next, RoundLedger? earlier)
    {
        var first = round.PickupOpensAt < round.CancelUntil ? round.PickupOpensAt : round.CancelUntil;
        var last = round.PickupOpensAt > round.CancelUntil ? round.PickupOpensAt : round.CancelUntil;
        await city.SetClockAsync(first - Before);
        await evening.CancelAsync(b => evening.When(b) == CancelTime.Morning, "morning");
        await city.ForEachAsync(Live(b => HabitOf(b) == Habit.TooEarly), b => errands.ShowAsync(b, "not_yet"));
        await city.AssertBeforeAsync(first);

        await city.SetClockAsync(last + After);
        await evening.CancelAsync(b => evening.When(b) == CancelTime.TooLate, "after its time", isTooLate: true);
        await city.ForEachAsync(Some(Fate.Cancelled, 7), b => errands.ShowAsync(b, "cancelled"));
        if (earlier is not null)
        {
            var old = earlier.Shops.SelectMany(s => s.Bookings).Where(b => b.Serial % 23 == 0 && b.Fate != Fate.Cancelled);
            await city.ForEachAsync(old, b => errands.ShowAsync(b, b.Fate == Fate.Lapsed ? "lapsed" : "already_redeemed"));
        }

        // Where nothing is on the shelf, nobody is served in the morning, and some come when it is over elsewhere.
        var late = IsLate ? round.Shops.MaxBy(s => s.Booked) : null;
        List<SimulatedBooking> atLast = late is null ? [] : [.. Live(b => b.Shop == late.Shop && b.Serial % ToComeAtLast == 0)];
        var ways = Ways(atLast);
        await city.ForEachAsync(ways.Where((w, i) => i % 2 == 0 && !w.Shops.Contains(late?.Shop)), way => way.Go());
        await books.CompareBooksAsync(round);
        await city.AssertBeforeAsync(round.PickupOpensAt + Midday);
        await city.SetClockAsync(round.PickupOpensAt + Midday);
        if (IsWithdrawn) await WithdrawAsync();
        if (late is not null) await DeliverLateAsync(late);
        if (IsComplainedOf) await new Complaints(city).TenAsync(round.Shops.SelectMany(s => s.Bookings));
        if (IsAnnulled) await AnnulAsync();
        else await city.ForEachAsync(ways.Where((w, i) => i % 2 == 1 || w.Shops.Contains(late?.Shop)), way => way.Go());
        await city.AssertBeforeAsync(round.PickupClosesAt);

        await city.SetClockAsync(round.PickupClosesAt);
        if (late is not null) await HandOverForLongerAsync(late, atLast);
        round.End(next);
        await books.CompareBooksAsync(round);
        await books.CompareBooksAsync(next);
        await books.CompareListsAsync(round);
        await city.ForEachAsync(Some(Fate.Lapsed, 9), b => errands.ShowAsync(b, "lapsed"));
    }

    /// <summary>Half of the goods come, then the rest; the pharmacy may hand over until later, of which each of its people is told.</summary>
    private async Task DeliverLateAsync(ShopLedger late)
    {
        var clerk = new Phone("late");
        await clerk.LogInStaffAsync(city.Http, $"clerk-{late.Shop.Code.ToLowerInvariant()}", "clerk-demo");
        var planned = late.Windows.Sum(w => w.Places) * round.Rules.Units;
        var date = round.PickupDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        foreach (var (units, moreComing, delivered) in new[] { (planned / 2, true, planned / 2), (planned - (planned / 2), false, planned) })
        {
            foreach (var expected in (int[])[201, 200])
            {
                var reply = await city.CallAsync(clerk, HttpMethod.Post, "/api/pharmacy/deliveries", new { date, units, moreComing, requestId = $"late-{moreComing}" });
                city.Differences.Compare<(int, string?, string?, string?)>(
                    "late delivery", late.Shop.Code, (expected, $"{delivered}", $"{planned}", "0"), (reply.Status, reply.Text("delivered"), reply.Text("planned"), reply.Text("places")));
            }
        }

        var told = late.Bookings.Where(b => b.Fate == Fate.Booked).ToList();
        await new Lever(city).PressAsync("extend", round.Date, told.Count, late.Shop.Code, round.PickupClosesAt + Longer);
        await city.LetASecondPassAsync();
        await city.LetASecondPassAsync();
    }

    /// <summary>It is over everywhere else, and the round stands until it is over there too.</summary>
    private async Task HandOverForLongerAsync(ShopLedger late, List<SimulatedBooking> atLast)
    {
        await city.ForEachAsync(Live(b => b.Shop != late.Shop && b.Serial % ToShowInVain == 0), b => errands.ShowAsync(b, "lapsed"));
        await city.ForEachAsync(atLast.Where(b => b.Fate == Fate.Booked), b => errands.CollectAsync(b, Habit.Plain));
        foreach (var _ in atLast.Where(b => b.Fate == Fate.Redeemed)) city.Figures.Count("collected late");
        await books.CompareBooksAsync(round);
        await city.AssertBeforeAsync(round.PickupClosesAt + Longer);
        await city.SetClockAsync(round.PickupClosesAt + Longer);
    }

    /// <summary>From here on nobody collects; whoever comes is told, and the books say so at once.</summary>
    private async Task AnnulAsync()
    {
        await new Lever(city).PressAsync("annul", round.Date, round.Shops.Sum(s => s.Booked));
        round.Annul();
        await city.LetASecondPassAsync();
        await city.LetASecondPassAsync();
        await city.ForEachAsync(round.Shops.SelectMany(s => s.Bookings).Where(b => b.IsAnnulled && b.Serial % ToShowInVain == 0), b => errands.ShowAsync(b, "cancelled"));
        await books.CompareBooksAsync(round);
        await books.CompareListsAsync(round);
    }

    /// <summary>Each open booking of one pharmacy stands at another, behind its last serial, as many at each as was shown before; the voucher that somebody has still is good there.</summary>
    private async Task WithdrawAsync()
    {
        var shop = round.Shops.MaxBy(s => s.Booked)!;
        var leaving = shop.Bookings.Where(b => b.Fate == Fate.Booked).ToList();
        var preview = await new Lever(city).PressAsync("withdraw", round.Date, leaving.Count, shop.Shop.Code);
        await city.LetASecondPassAsync();
        await city.LetASecondPassAsync();
        await city.LetASecondPassAsync();
        var last = round.Shops.ToDictionary(s => s.Shop.Code, s => s.Listed.Count, StringComparer.Ordinal);
        var gone = new List<(SimulatedBooking Booking, string Code, int Serial)>();
        foreach (var booking in leaving)
        {
            var reply = await city.CallAsync(booking.Household.Phone, HttpMethod.Get, $"/api/bookings/{booking.Number}");
            gone.Add((booking, reply.Text("pharmacyCode") ?? "", int.Parse(reply.Text("serial") ?? "0", CultureInfo.InvariantCulture)));
        }

        var expected = preview.Body.GetProperty("takers").EnumerateArray().Select(t => $"{t.GetProperty("code").GetString()}:{t.GetProperty("bookings").GetInt32()}").Order(StringComparer.Ordinal);
        city.Differences.Compare(
            "where the bookings went", shop.Shop.Code, string.Join(' ', expected),
            string.Join(' ', gone.GroupBy(g => g.Code, StringComparer.Ordinal).Select(g => $"{g.Key}:{g.Count()}").Order(StringComparer.Ordinal)));
        // In the order of their serials, and behind the last there.
        foreach (var (booking, code, serial) in gone.OrderBy(g => g.Booking.Serial))
        {
            city.Differences.Compare("serial behind the last", $"{code} {booking.Number}", ++last[code], serial);
            round.Move(booking, code, serial);
        }

        await city.ForEachAsync(leaving.Where(b => b.Serial % ToShowInVain == 0), errands.ShowWhereItWasAsync);
        await books.CompareBooksAsync(round);
        await books.CompareListsAsync(round);
        await new Lever(city).ReopenAsync(shop.Shop.Code);
    }

    /// <summary>Every errand of the day, in no particular order. A booking belongs to one of them.</summary>
    private List<Way> Ways(List<SimulatedBooking> without)
    {
        var coming = Live(b => HabitOf(b) is not (Habit.StaysAway or Habit.TooLate)).Except(without).ToList();
        var ways = new List<Way>();
        // Members of a family who have bookings: one goes for all.
        var families = coming.GroupBy(b => b.Household).Where(g => g.Count() > 1).ToList();
        ways.AddRange(families.Select(f => new Way([.. f], () => errands.CollectForFamilyAsync([.. f], round.Rules.ProxyCap))));
        var single = coming.Except(families.SelectMany(f => f)).ToList();
        var runners = single.Where(b => HabitOf(b) == Habit.SendsRunner).ToList();
        ways.AddRange(runners.Chunk(RunnersBundle).Select(bundle => new Way(bundle, () => errands.CollectForNeighboursAsync(bundle, round.Rules.ProxyCap))));
        ways.AddRange(single.Except(runners).Select(b => new Way([b], () => errands.CollectAsync(b, HabitOf(b)))));
        return [.. Population.Shuffled(ways, city.Population.Dice(0, day, ToGroup))];
    }

    private IEnumerable<SimulatedBooking> Live(Func<SimulatedBooking, bool> who) =>
        round.Shops.SelectMany(s => s.Bookings).Where(b => b.Fate == Fate.Booked && who(b)).ToList();

    private List<SimulatedBooking> Some(Fate fate, int oneIn) =>
        [.. round.Shops.SelectMany(s => s.Bookings).Where(b => b.Fate == fate && b.Serial % oneIn == 0)];

    private Habit HabitOf(SimulatedBooking booking) => Errands.Draw(city.Population.Dice(booking.Person.Id, day, ToGroup + booking.Serial));

    /// <summary>One person's errand, and the pharmacies that it leads to.</summary>
    private sealed record Way(IReadOnlyList<SimulatedBooking> Bookings, Func<Task> Go)
    {
        public IEnumerable<Shop?> Shops => Bookings.Select(b => b.Shop);
    }
}
