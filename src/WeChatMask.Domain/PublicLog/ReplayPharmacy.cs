namespace WeChatMask.Domain.PublicLog;

/// <summary>What became of a booking, as the log tells it.</summary>
public enum ReplayStatus
{
    Booked,

    /// <summary>Booked, for a later pickup day.</summary>
    Moved,
    Given,
    Lapsed,
    Cancelled,
    CancelledLate,

    /// <summary>Went to another pharmacy, where it has another serial.</summary>
    Transferred,
}

/// <summary>The places of a pharmacy in one window.</summary>
internal sealed class ReplayPlaces
{
    public bool HasQuota { get; set; }
    public long Planned { get; set; }
    public long Carried { get; set; }

    /// <summary>Bookings that hold a place: not those that were cancelled early or went elsewhere.</summary>
    public long Taken { get; set; }
}

internal sealed class ReplayBooking(long window, ReplayPlaces places)
{
    public long Window { get; } = window;
    public ReplayPlaces Places { get; } = places;
    public ReplayStatus Status { get; set; }

    /// <summary>Stays, whatever becomes of it.</summary>
    public bool HasMoved { get; set; }
}

/// <summary>A pharmacy in a round that is replayed. Sums are wide, since a log that lies may hold any figures.</summary>
internal sealed class ReplayPharmacy
{
    private readonly SortedList<long, ReplayPlaces> windows = [];
    private readonly Dictionary<long, ReplayBooking> bookings = [];

    public IReadOnlyDictionary<long, ReplayPlaces> Windows => windows;

    public IReadOnlyDictionary<long, ReplayBooking> Bookings => bookings;

    /// <summary>What postings of earlier rounds bring in.</summary>
    public Int128 Posted { get; set; }

    /// <summary>What this round gives to later ones.</summary>
    public (Int128 Left, Int128 Lapsed, Int128 Cancelled) Sent { get; set; }

    public bool HasQuota { get; private set; }

    public bool IsListed { get; set; }

    public int Serials => bookings.Count;

    public Int128 Places => Sum(static w => (Int128)w.Planned + w.Carried);

    public Int128 Carried => Sum(static w => w.Carried);

    public Int128 Left => Places - Sum(static w => w.Taken);

    /// <summary>Places of a window may roll on to later windows, and never back.</summary>
    public bool IsOversold
    {
        get
        {
            Int128 taken = 0, places = 0;
            for (var i = 0; i < windows.Count; i++)
            {
                var window = windows.GetValueAtIndex(i);
                taken += window.Taken;
                places += (Int128)window.Planned + window.Carried;
                if (taken > places) return true;
            }

            return false;
        }
    }

    public PharmacyFigures Figures
    {
        get
        {
            Span<int> count = stackalloc int[(int)ReplayStatus.Transferred + 1];
            foreach (var booking in bookings.Values) count[(int)booking.Status]++;
            return new PharmacyFigures(
                long.CreateSaturating(Places),
                long.CreateSaturating(Left),
                count[(int)ReplayStatus.Booked] + count[(int)ReplayStatus.Moved],
                count[(int)ReplayStatus.Given],
                count[(int)ReplayStatus.Lapsed],
                count[(int)ReplayStatus.Cancelled],
                count[(int)ReplayStatus.CancelledLate],
                bookings.Count)
            {
                Moved = bookings.Values.Count(b => b.HasMoved),
            };
        }
    }

    public bool HasQuotaIn(long window) => windows.TryGetValue(window, out var places) && places.HasQuota;

    public void SetQuota(long window, long planned, long carried)
    {
        var places = PlacesOf(window);
        (places.HasQuota, places.Planned, places.Carried) = (true, planned, carried);
        HasQuota = true;
    }

    public ReplayBooking? Find(long serial) => bookings.GetValueOrDefault(serial);

    /// <summary>Gives a serial; one that stands there already is put aside with its place.</summary>
    public void Take(long serial, long window)
    {
        if (Find(serial) is { Status: not (ReplayStatus.Cancelled or ReplayStatus.Transferred) } before) before.Places.Taken--;
        var places = PlacesOf(window);
        places.Taken++;
        bookings[serial] = new ReplayBooking(window, places);
    }

    /// <summary>Changes every booking that is neither collected nor cancelled nor moved.</summary>
    public void SetBooked(ReplayStatus status)
    {
        foreach (var booking in bookings.Values)
            if (booking.Status == ReplayStatus.Booked) booking.Status = status;
    }

    private ReplayPlaces PlacesOf(long window)
    {
        if (!windows.TryGetValue(window, out var places)) windows.Add(window, places = new ReplayPlaces());
        return places;
    }

    private Int128 Sum(Func<ReplayPlaces, Int128> figure)
    {
        Int128 sum = 0;
        for (var i = 0; i < windows.Count; i++) sum += figure(windows.GetValueAtIndex(i));
        return sum;
    }
}
