namespace WeChatMask.Domain;

/// <summary>The places of one pharmacy in one window of a round.</summary>
/// <remarks>Mutable on purpose: the desk decides a whole batch on these and writes them back once.</remarks>
public sealed class WindowPlaces
{
    public required int Window { get; init; }
    public required int Planned { get; set; }

    /// <summary>Places that came from earlier rounds; below zero when a delivery lacked more than came back.</summary>
    public required int CarriedIn { get; set; }
    public required int RolledIn { get; set; }
    public required int RolledOut { get; set; }

    /// <summary>Places that came with bookings of a withdrawn pharmacy.</summary>
    public int MovedIn { get; set; }

    /// <summary>Places that went to other pharmacies with their bookings.</summary>
    public int MovedOut { get; set; }

    /// <summary>Bookings that hold a place of this window.</summary>
    public required int Taken { get; set; }

    /// <summary>Places of the window's own: the plan, the carry-over and what moved, without what rolled.</summary>
    public int Places => Planned + CarriedIn + MovedIn - MovedOut;

    public int Left => Places + RolledIn - RolledOut - Taken;
}

/// <summary>Rolling of untaken places from window to window within one evening (Chuzhou's five; Loudi's one never rolls).</summary>
public static class QuotaLedger
{
    /// <summary>Moves what earlier windows left over into the one that has opened, and says whether anything moved. Doing it again changes nothing.</summary>
    public static bool RollUpTo(IReadOnlyList<WindowPlaces> windows, int window)
    {
        var moved = false;
        for (var i = 0; i < windows.Count - 1 && windows[i].Window < window; i++)
        {
            var left = windows[i].Left;
            if (left <= 0) continue;
            windows[i].RolledOut += left;
            windows[i + 1].RolledIn += left;
            moved = true;
        }

        return moved;
    }

    /// <summary>Places left in all windows together; rolling does not change it.</summary>
    public static int LeftOf(IEnumerable<WindowPlaces> windows) => windows.Sum(w => w.Left);

    /// <summary>
    /// Spreads what comes in from earlier rounds evenly over the windows in which the pharmacy has places (over all when it
    /// has none), the remainder to the earliest. What was spread before is laid anew, so that the whole is even; call it
    /// only before the first window opens. Below zero it takes planned places away, evenly too, and not more than there are.
    /// </summary>
    public static void SpreadCarried(IReadOnlyList<WindowPlaces> windows, int places)
    {
        var takers = windows.Where(w => w.Planned > 0).ToList();
        if (takers.Count == 0) takers = [.. windows];
        foreach (var window in windows) window.CarriedIn = 0;
        if (places >= 0) Add(takers, places);
        else TakeAway(takers, -places);
    }

    private static void Add(List<WindowPlaces> takers, int places)
    {
        var (each, rest) = Math.DivRem(places, takers.Count);
        for (var i = 0; i < takers.Count; i++) takers[i].CarriedIn = each + (i < rest ? 1 : 0);
    }

    private static void TakeAway(List<WindowPlaces> takers, int places)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(places, takers.Sum(w => w.Planned));
        // Level by level: a window that has nothing left is passed over, and the others give its share.
        while (places > 0)
        {
            var givers = takers.Where(w => w.Places > 0).ToList();
            var level = Math.Min(givers.Min(w => w.Places), places / givers.Count);
            if (level == 0) (level, givers) = (1, [.. givers.Take(places)]);
            foreach (var window in givers) window.CarriedIn -= level;
            places -= level * givers.Count;
        }
    }

    /// <summary>
    /// Takes one carried place away again: what it stood for was handed over after all. A place that nobody holds goes;
    /// where each is held, nothing can go, one of them counts as planned from now on, to be supplied anew, and the answer is false.
    /// </summary>
    public static bool TakeBack(IReadOnlyList<WindowPlaces> windows)
    {
        var carrier = windows.First(w => w.CarriedIn > 0);
        var at = windows.Count - 1;
        while (at >= 0 && windows[at].Left <= 0) at--;
        if (at < 0)
        {
            carrier.CarriedIn--;
            carrier.Planned++;
            return false;
        }

        // A free place that rolled here goes back to the window that gave it.
        while (windows[at].CarriedIn == 0 && at > 0 && windows[at].RolledIn > 0)
        {
            windows[at].RolledIn--;
            windows[at - 1].RolledOut--;
            at--;
        }

        if (windows[at].CarriedIn == 0)
        {
            // The carried place is held by somebody: it takes the free one's stead in the plan.
            windows[at].Planned--;
            carrier.Planned++;
            carrier.CarriedIn--;
            return true;
        }

        windows[at].CarriedIn--;
        return true;
    }
}
