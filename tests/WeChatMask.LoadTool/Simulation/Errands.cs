using System.Globalization;

namespace WeChatMask.LoadTool.Simulation;

/// <summary>How somebody collects, or does not.</summary>
internal enum Habit
{
    Plain,
    StaysAway,
    TooLate,
    TooEarly,
    WrongShopFirst,
    ForgedFirst,
    WrongNumberFirst,
    WrongCardFirst,
    ByNumber,
    ChecksFirst,
    ShowsAgain,
    ShowsTwiceAtOnce,
    SendsAgain,
    IsTakenBack,
    SendsRunner,
}

/// <summary>What people do at the counters. Each errand is one person's way, one step after the other, so that every verdict is known beforehand.</summary>
internal sealed class Errands(SimulatedCity city, Func<DateOnly, RoundLedger> rounds, Counters counters)
{
    private static readonly (double Share, Habit Habit)[] Shares =
    [
        (0.12, Habit.StaysAway), (0.02, Habit.TooLate), (0.02, Habit.TooEarly), (0.06, Habit.WrongShopFirst), (0.02, Habit.ForgedFirst),
        (0.01, Habit.WrongNumberFirst), (0.02, Habit.WrongCardFirst), (0.10, Habit.ByNumber), (0.06, Habit.ChecksFirst), (0.04, Habit.ShowsAgain),
        (0.03, Habit.ShowsTwiceAtOnce), (0.02, Habit.SendsAgain), (0.005, Habit.IsTakenBack), (0.12, Habit.SendsRunner),
    ];

    private int runners;

    /// <summary>Draws a habit.</summary>
    public static Habit Draw(Random dice)
    {
        var at = dice.NextDouble();
        foreach (var (share, habit) in Shares)
        {
            if ((at -= share) < 0) return habit;
        }

        return Habit.Plain;
    }

    /// <summary>Shows a booking's voucher where it belongs and expects a verdict that hands nothing over.</summary>
    public async Task ShowAsync(SimulatedBooking booking, string verdict) =>
        await counters.ShowAsync(booking.Shop, ByVoucher(await VoucherAsync(booking)), verdict, booking);

    /// <summary>Shows it at the pharmacy that it has left.</summary>
    public async Task ShowWhereItWasAsync(SimulatedBooking booking) =>
        await counters.ShowAsync(booking.Former!.Value.Shop, ByVoucher(await VoucherAsync(booking)), "other_pharmacy");

    /// <summary>One person with one booking.</summary>
    public async Task CollectAsync(SimulatedBooking booking, Habit habit)
    {
        var byNumber = habit is Habit.ByNumber or Habit.WrongCardFirst or Habit.WrongNumberFirst;
        var shown = byNumber ? ByNumber(booking.Number, booking.Person.LastFour) : ByVoucher(await VoucherAsync(booking));
        await GoWrongFirstAsync(booking, habit, shown);
        if (habit == Habit.ShowsTwiceAtOnce)
        {
            await counters.ShowTwiceAtOnceAsync(booking, shown, shown with { RequestId = counters.NewRequest() });
            Redeemed(booking);
            return;
        }

        await counters.ShowAsync(booking.Shop, shown, "redeemed", booking);
        Redeemed(booking);
        switch (habit)
        {
            case Habit.ShowsAgain:
                await counters.ShowAsync(booking.Shop, shown with { RequestId = counters.NewRequest() }, "already_redeemed", booking);
                break;
            case Habit.SendsAgain:
                // The answer to the clerk's phone was lost: the same request is the same hand-over.
                await counters.ShowAsync(booking.Shop, shown, "redeemed", booking);
                break;
            case Habit.IsTakenBack:
                await counters.VoidAsync(booking);
                await counters.ShowAsync(booking.Shop, shown with { RequestId = counters.NewRequest() }, "redeemed", booking);
                break;
        }
    }

    /// <summary>One of a family goes for all; their own booking does not count for the cap.</summary>
    public async Task CollectForFamilyAsync(IReadOnlyList<SimulatedBooking> bookings, int cap)
    {
        var head = bookings[0].Person;
        await CollectAllAsync(bookings, new ShownProxy(head.Name, head.IdNumber), b => b.Person == head, cap);
    }

    /// <summary>A neighbour goes for more people than the rule allows; the last ones come themselves.</summary>
    public Task CollectForNeighboursAsync(IReadOnlyList<SimulatedBooking> bookings, int cap)
    {
        var runner = Interlocked.Increment(ref runners);
        return CollectAllAsync(bookings, new ShownProxy("王代", Population.RunnerIdNumber(100_000 + runner)), _ => false, cap);
    }

    private async Task CollectAllAsync(IReadOnlyList<SimulatedBooking> bookings, ShownProxy proxy, Func<SimulatedBooking, bool> isOwn, int cap)
    {
        var used = 0;
        foreach (var booking in bookings)
        {
            var shown = ByVoucher(await VoucherAsync(booking)) with { Proxy = proxy };
            if (!isOwn(booking) && used == cap)
            {
                await counters.ShowAsync(booking.Shop, shown, "proxy_limit", booking);
                shown = shown with { Proxy = null, RequestId = counters.NewRequest() };
            }
            else if (!isOwn(booking))
            {
                used++;
            }

            await counters.ShowAsync(booking.Shop, shown, "redeemed", booking);
            Redeemed(booking);
        }
    }

    private async Task GoWrongFirstAsync(SimulatedBooking booking, Habit habit, Shown shown)
    {
        var shown2 = shown with { RequestId = counters.NewRequest() };
        switch (habit)
        {
            case Habit.WrongShopFirst when city.Rules.Shops.Count > 1:
                await counters.ShowAsync(Other(booking.Shop), shown2, "other_pharmacy");
                break;
            case Habit.ForgedFirst:
                await counters.ShowAsync(booking.Shop, shown2 with { Voucher = Forged(shown.Voucher!) }, "forged");
                break;
            case Habit.WrongCardFirst:
                await counters.ShowAsync(booking.Shop, shown2 with { IdNumberLast4 = booking.Person.LastFour == "1234" ? "4321" : "1234" }, "identity_mismatch");
                break;
            case Habit.WrongNumberFirst:
                await counters.ShowAsync(booking.Shop, shown2 with { Number = WithOtherDigit(booking.Number) }, "unknown");
                break;
            case Habit.ChecksFirst:
                await counters.ShowAsync(booking.Shop, shown2, "valid", booking, checksOnly: true);
                break;
        }
    }

    private void Redeemed(SimulatedBooking booking)
    {
        booking.Fate = Fate.Redeemed;
        rounds(booking.Date).Of(booking.Shop.Code)!.CountRedeemed(1);
    }

    private async Task<string> VoucherAsync(SimulatedBooking booking)
    {
        var reply = await city.CallAsync(booking.Household.Phone, HttpMethod.Get, $"/api/bookings/{booking.Number}");
        var expected = (200, booking.Fate.ToString().ToLowerInvariant(), booking.Serial.ToString(CultureInfo.InvariantCulture));
        city.Differences.Compare<(int, string?, string?)>(
            "a booking as its owner sees it", booking.Number, expected, (reply.Status, reply.Text("status"), reply.Text("serial")));
        return reply.Text("voucher") ?? "";
    }

    private Shop Other(Shop shop) => city.Rules.Shops[(shop.Index + 1) % city.Rules.Shops.Count];

    private Shown ByVoucher(string voucher) => new(voucher, null, null, null, counters.NewRequest());

    private Shown ByNumber(string number, string lastFour) => new(null, number, lastFour, null, counters.NewRequest());

    /// <summary>One letter of the signature changed.</summary>
    private static string Forged(string voucher)
    {
        var at = voucher.LastIndexOf('.') + 5;
        return string.Concat(voucher.AsSpan(0, at), voucher[at] == 'A' ? "B" : "A", voucher.AsSpan(at + 1));
    }

    private static string WithOtherDigit(string number) => string.Concat(number.AsSpan(0, 4), number[4] == '5' ? "6" : "5", number.AsSpan(5));
}
