namespace WeChatMask.LoadTool.Simulation;

/// <summary>What became of a booking, as the simulation knows from its own answers and the rules.</summary>
internal enum Fate
{
    Booked,
    Redeemed,
    Lapsed,
    Cancelled,
}

/// <summary>A booking that was answered 201.</summary>
internal sealed class SimulatedBooking
{
    public required Person Person { get; init; }

    public required Household Household { get; init; }

    /// <summary>Where it is collected: where it was made, or where it went when that one was withdrawn.</summary>
    public required Shop Shop { get; set; }

    public required DateOnly Date { get; init; }

    public required int Window { get; init; }

    public required int Serial { get; set; }

    /// <summary>The pharmacy it was made at and its serial there, once it has gone to another.</summary>
    public (Shop Shop, int Serial)? Former { get; set; }

    public required string Number { get; init; }

    public required string RequestId { get; init; }

    public Fate Fate { get; set; }

    /// <summary>Ended with its whole round.</summary>
    public bool IsAnnulled { get; set; }

    /// <summary>How many messages its person has of it besides the first: what a supervisor did to it.</summary>
    public int ToldMore { get; set; }
}

/// <summary>One window of a pharmacy's part in a round.</summary>
internal sealed class WindowLedger(int index, int planned)
{
    public int Index { get; } = index;

    public int Planned { get; } = planned;

    public int CarriedIn { get; set; }

    public int RolledIn { get; set; }

    public int RolledOut { get; set; }

    /// <summary>Places that came with another pharmacy's bookings, less those that went with this one's.</summary>
    public int Moved { get; set; }

    public int Taken { get; set; }

    public int Places => Planned + CarriedIn + Moved;

    public int Left => Places + RolledIn - RolledOut - Taken;
}

/// <summary>The simulation's own books of one pharmacy in one round.</summary>
internal sealed class ShopLedger(Shop shop, int[] planned)
{
    private int redeemed;

    public Shop Shop { get; } = shop;

    public IReadOnlyList<WindowLedger> Windows { get; } = [.. planned.Select((p, i) => new WindowLedger(i + 1, p))];

    /// <summary>Every booking that was made, in serial order, those given back too.</summary>
    public List<SimulatedBooking> Bookings { get; } = [];

    /// <summary>Bookings that were made here and have gone to others.</summary>
    public List<SimulatedBooking> Gone { get; } = [];

    /// <summary>What the published list holds: each serial that was ever given here.</summary>
    public IReadOnlyList<(int Serial, SimulatedBooking Booking)> Listed =>
        [.. Bookings.Select(b => (b.Serial, b)).Concat(Gone.Select(b => (b.Former!.Value.Serial, b))).OrderBy(e => e.Item1)];

    public int CancelledLate { get; set; }

    public int Lapsed { get; set; }

    public int Redeemed => redeemed;

    public int Left => Windows.Sum(w => w.Left);

    public int Planned => Windows.Sum(w => w.Planned);

    public int CarriedIn => Windows.Sum(w => w.CarriedIn);

    public int Taken => Windows.Sum(w => w.Taken);

    public int Booked => Taken - Redeemed - Lapsed - CancelledLate;

    public int CarriedOut => Left + Lapsed + CancelledLate;

    /// <summary>Counts a hand-over, or one taken back; errands run at the same time.</summary>
    public void CountRedeemed(int by) => Interlocked.Add(ref redeemed, by);

    /// <summary>Moves what windows before <paramref name="window"/> have left into the next one, and so on.</summary>
    public void RollTo(int window)
    {
        for (var i = 0; i < Windows.Count - 1 && Windows[i].Index < window; i++)
        {
            var left = Windows[i].Left;
            Windows[i].RolledOut += left;
            Windows[i + 1].RolledIn += left;
        }
    }

    /// <summary>Spreads places of the round before evenly over the windows the pharmacy has places in, the remainder to the earliest.</summary>
    public void CarryIn(int places)
    {
        WindowLedger[] takers = [.. Windows.Where(w => w.Planned > 0)];
        if (takers.Length == 0) takers = [.. Windows];
        for (var i = 0; i < takers.Length; i++) takers[i].CarriedIn += (places / takers.Length) + (i < places % takers.Length ? 1 : 0);
    }
}

/// <summary>The simulation's own books of a round: what it must be, from what was answered.</summary>
internal sealed class RoundLedger(CityRules city, DateOnly date)
{
    private readonly Dictionary<string, ShopLedger> shops =
        city.ShopsOf(date).ToDictionary(s => s.Code, s => new ShopLedger(s, city.Of(date).PlacesOf(s)), StringComparer.Ordinal);

    public DateOnly Date { get; } = date;

    public DateOnly PickupDate => Date.AddDays(1);

    public DayRules Rules { get; } = city.Of(date);

    public IReadOnlyCollection<ShopLedger> Shops => shops.Values;

    /// <summary>The window that is open, or 0.</summary>
    public int OpenWindow { get; private set; }

    /// <summary>No booking is taken any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Pickup is over and the places have gone on.</summary>
    public bool IsEnded { get; private set; }

    public int Left => shops.Values.Sum(s => s.Left);

    public DateTimeOffset OpensAt(int window) => city.At(Date, Rules.Windows[window - 1].Opens);

    public DateTimeOffset ClosesAt(int window) => city.At(Date, Rules.Windows[window - 1].Closes);

    public DateTimeOffset PickupOpensAt => city.At(PickupDate, Rules.PickupOpens);

    public DateTimeOffset PickupClosesAt => city.At(PickupDate, Rules.PickupCloses);

    public DateTimeOffset CancelUntil => city.At(PickupDate, Rules.CancelUntil);

    /// <summary>The part of a pharmacy, or none when it does not take part.</summary>
    public ShopLedger? Of(string code) => shops.GetValueOrDefault(code);

    /// <summary>A window opens: what was left before is in it.</summary>
    public void Open(int window)
    {
        OpenWindow = window;
        foreach (var shop in shops.Values) shop.RollTo(window);
    }

    /// <summary>The last window is over, or every place is taken.</summary>
    public void Close()
    {
        OpenWindow = 0;
        IsClosed = true;
    }

    /// <summary>After the last close what is left is shown in the last window.</summary>
    public void RollToLast()
    {
        foreach (var shop in shops.Values) shop.RollTo(Rules.Windows.Count);
    }

    /// <summary>Gives a booking back: before the close its place is free at once, after it the place joins the carry-over.</summary>
    public void Cancel(SimulatedBooking booking)
    {
        booking.Fate = Fate.Cancelled;
        if (Rules.CancellationLiftsCooldown) booking.Person.Holds.Remove(Date);
        var shop = shops[booking.Shop.Code];
        if (IsClosed)
        {
            shop.CancelledLate++;
            return;
        }

        shop.Windows[booking.Window - 1].Taken--;
        shop.RollTo(OpenWindow);
    }

    /// <summary>The round is void: whoever has not collected counts as one who gave back after the close, and may book again whatever the rules say of that.</summary>
    public void Annul()
    {
        foreach (var shop in shops.Values)
        {
            foreach (var booking in shop.Bookings.Where(b => b.Fate == Fate.Booked))
            {
                booking.Fate = Fate.Cancelled;
                booking.IsAnnulled = true;
                booking.ToldMore++;
                booking.Person.Holds.Remove(Date);
                shop.CancelledLate++;
            }
        }
    }

    /// <summary>A booking goes to another pharmacy with its place.</summary>
    public void Move(SimulatedBooking booking, string code, int serial)
    {
        var (from, to) = (shops[booking.Shop.Code], shops[code]);
        booking.Former = (booking.Shop, booking.Serial);
        booking.ToldMore++;
        (booking.Shop, booking.Serial) = (to.Shop, serial);
        from.Bookings.Remove(booking);
        from.Gone.Add(booking);
        to.Bookings.Add(booking);
        foreach (var (shop, by) in new[] { (from, -1), (to, 1) })
        {
            shop.Windows[booking.Window - 1].Moved += by;
            shop.Windows[booking.Window - 1].Taken += by;
        }
    }

    /// <summary>Pickup is over: what was not collected lapses and every unused place goes to the same pharmacy's next round.</summary>
    public void End(RoundLedger next)
    {
        IsEnded = true;
        foreach (var shop in shops.Values)
        {
            foreach (var booking in shop.Bookings.Where(b => b.Fate == Fate.Booked))
            {
                booking.Fate = Fate.Lapsed;
                if (!Rules.LapseKeepsCooldown) booking.Person.Holds.Remove(Date);
                shop.Lapsed++;
            }

            next.shops[shop.Shop.Code].CarryIn(shop.CarriedOut);
        }
    }
}
