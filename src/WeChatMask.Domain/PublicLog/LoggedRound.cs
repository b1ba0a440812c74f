namespace WeChatMask.Domain.PublicLog;

/// <summary>What a log says of a round, to hold rows against it.</summary>
public sealed class LoggedRound
{
    private readonly ReplayRound round;

    internal LoggedRound(DateOnly day, ReplayRound round)
    {
        Day = day;
        this.round = round;
    }

    public DateOnly Day { get; }

    public DateOnly Pickup => round.Pickup;

    /// <summary>Of one booking.</summary>
    public long Units => round.Units;

    public Hash Policy => round.Policy;

    public Hash Key => round.Key;

    public bool IsClosed => round.IsClosed;

    /// <summary>Ended for good before its lists were out.</summary>
    public bool IsAnnulled => round.IsAnnulled;

    public bool IsPublished => round.IsPublished;

    public bool IsEnded => round.IsEnded;

    /// <summary>In seconds since 1970.</summary>
    public IReadOnlyDictionary<long, (long Opens, long Closes)> Windows => round.Windows;

    /// <summary>Those that the log has named, whether they have places or not.</summary>
    public IEnumerable<LoggedPharmacy> Pharmacies => round.Pharmacies.Select(p => new LoggedPharmacy(p.Key, p.Value));

    public LoggedPharmacy? Pharmacy(string code) => round.Pharmacies.TryGetValue(code, out var pharmacy) ? new LoggedPharmacy(code, pharmacy) : null;
}

/// <summary>A pharmacy in a round, as the log tells it.</summary>
public sealed class LoggedPharmacy
{
    private readonly ReplayPharmacy pharmacy;

    internal LoggedPharmacy(string code, ReplayPharmacy pharmacy)
    {
        Code = code;
        this.pharmacy = pharmacy;
    }

    public string Code { get; }

    /// <summary>How many serials were given.</summary>
    public int Serials => pharmacy.Serials;

    /// <summary>Null where the log has not given that serial.</summary>
    public ReplayStatus? Status(long serial) => pharmacy.Find(serial)?.Status;

    /// <summary>Each serial that was given, and what became of it.</summary>
    public IEnumerable<(long Serial, ReplayStatus Status)> Bookings => pharmacy.Bookings.Select(b => (b.Key, b.Value.Status));

    /// <summary>Places by window.</summary>
    public IEnumerable<(long Window, long Planned, long Carried)> Places =>
        pharmacy.Windows.Where(w => w.Value.HasQuota).Select(w => (w.Key, w.Value.Planned, w.Value.Carried));

    public bool HasPlacesIn(long window) => pharmacy.HasQuotaIn(window);
}
