namespace WeChatMask.Domain.PublicLog;

/// <summary>A round that is replayed. Before its line there may be postings to it.</summary>
internal sealed class ReplayRound
{
    private readonly Dictionary<string, ReplayPharmacy> pharmacies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, (long Opens, long Closes)> windows = [];
    private readonly Action<FindingCode> say;

    public ReplayRound(Action<FindingCode> say) => this.say = say;

    /// <summary>The round's line; what was posted to the day before stays.</summary>
    public ReplayRound(Action<FindingCode> say, in EntryFields round, ReplayRound? before, DrawRules? rules)
    {
        this.say = say;
        IsPlanned = true;
        Pickup = round.Day(1);
        IsDraw = round[2] is "draw";
        Units = round.Number(3);
        Policy = round.Hash(4);
        Key = round.Hash(5);
        if (IsDraw && rules is not null) Draw = new ReplayDraw(this, round.Day(0), rules, say);
        if (before is null) return;
        foreach (var (code, pharmacy) in before.pharmacies) Pharmacy(code).Posted = pharmacy.Posted;
    }

    public bool IsPlanned { get; }

    public DateOnly Pickup { get; }

    public bool IsDraw { get; }

    /// <summary>Null for first come, and for a draw whose rules are not at hand.</summary>
    public ReplayDraw? Draw { get; }

    public long Units { get; }

    public Hash Policy { get; }

    public Hash Key { get; }

    /// <summary>Said once, when it was planned.</summary>
    public bool HadOtherPolicy { get; set; }

    public bool HasBegun { get; private set; }

    public bool IsClosed { get; set; }

    /// <summary>Ended for good before its lists were out.</summary>
    public bool IsAnnulled { get; private set; }

    public bool IsPublished { get; private set; }

    public bool IsEnded { get; private set; }

    /// <summary>What it gave on has been looked at.</summary>
    public bool IsSettled { get; private set; }

    public IReadOnlyDictionary<string, ReplayPharmacy> Pharmacies => pharmacies;

    public IEnumerable<KeyValuePair<string, ReplayPharmacy>> WithQuota => pharmacies.Where(p => p.Value.HasQuota);

    public IReadOnlyDictionary<long, (long Opens, long Closes)> Windows => windows;

    public long? Closes => windows.Count == 0 ? null : windows.Values.Max(w => w.Closes);

    private long? Opens => windows.Count == 0 ? null : windows.Values.Min(w => w.Opens);

    /// <summary>Of a code, whether the log has named it or not.</summary>
    public ReplayPharmacy Pharmacy(ReadOnlySpan<char> code)
    {
        if (Find(code) is { } known) return known;
        var pharmacy = new ReplayPharmacy();
        pharmacies.Add(code.ToString(), pharmacy);
        return pharmacy;
    }

    public void Begin(Hash? newestPolicy)
    {
        HasBegun = true;
        if (newestPolicy != Policy && !HadOtherPolicy) say(FindingCode.F05);
        foreach (var pharmacy in pharmacies.Values)
            if (pharmacy.Carried != pharmacy.Posted) say(FindingCode.F11);
    }

    /// <summary>Looks once whether what it gave to later rounds is what it had to give.</summary>
    public void Settle()
    {
        IsSettled = true;
        foreach (var (_, pharmacy) in WithQuota)
        {
            var figures = pharmacy.Figures;
            if (pharmacy.Sent != (pharmacy.Left, figures.Lapsed, figures.CancelledLate)) say(FindingCode.N08);
        }
    }

    public void SetWindow(in EntryFields window)
    {
        var (opens, closes) = (window.Number(2), window.Number(3));
        if (HasBegun) say(FindingCode.F04);
        if (opens >= closes) say(FindingCode.F06);
        windows[window.Number(1)] = (opens, closes);
    }

    public void SetQuota(in EntryFields quota)
    {
        var (window, planned, carried) = (quota.Number(2), quota.Number(3), quota.Number(4));
        if (!windows.ContainsKey(window) || planned + carried < 0)
        {
            say(FindingCode.F06);
            return;
        }

        if (HasBegun || quota.Number(5) >= Opens) say(FindingCode.N03);
        var pharmacy = Pharmacy(quota[1]);
        pharmacy.SetQuota(window, planned, carried);
        if (pharmacy.IsOversold) say(FindingCode.F10);
    }

    public void Book(in EntryFields book)
    {
        if (IsDraw)
        {
            say(FindingCode.F12);
            return;
        }

        var (window, serial, at) = (book.Number(2), book.Number(3), book.Number(4));
        if (Find(book[1]) is not { } pharmacy || !pharmacy.HasQuotaIn(window))
        {
            say(FindingCode.F06);
            return;
        }

        var (opens, closes) = windows[window];
        if (IsClosed) say(FindingCode.F07);
        if (at < opens || at >= closes) say(FindingCode.F08);
        if (serial != pharmacy.Serials + 1) say(FindingCode.F09);
        if (pharmacy.Find(serial) is not null) return;
        pharmacy.Take(serial, window);
        if (pharmacy.IsOversold) say(FindingCode.F10);
    }

    /// <summary>What becomes of one booking.</summary>
    public void Change(in EntryFields change)
    {
        if (Find(change[1])?.Find(change.Number(2)) is not { } booking) say(FindingCode.F06);
        else if (!TryChange(booking, change)) say(FindingCode.F13);
    }

    public void Close(in EntryFields close)
    {
        var isAnnulled = close[1] is "annulled";
        if (IsClosed && (!isAnnulled || IsPublished))
        {
            say(FindingCode.F13);
            return;
        }

        IsClosed = true;
        IsAnnulled |= isAnnulled;
        if (isAnnulled) SetBooked(ReplayStatus.CancelledLate);
        if (close[1] is "time" && !(close.Number(2) >= Closes)) say(FindingCode.F14);
        if (close[1] is "full" && WithQuota.Any(p => p.Value.Left != 0)) say(FindingCode.F14);
        if (IsDraw && Draw is not { IsSealed: true } && !isAnnulled) say(FindingCode.F12);
    }

    public void List(in EntryFields list)
    {
        var (pharmacy, rows) = (Pharmacy(list[1]), list.Number(2));
        if (!IsClosed || IsPublished || pharmacy.IsListed || !pharmacy.HasQuota) say(FindingCode.F16);
        if (rows != pharmacy.Serials) say(FindingCode.F17);
        else if (rows == 0 && list.Hash(3) != MerkleTree.EmptyRoot) say(FindingCode.F17);
        pharmacy.IsListed = true;
    }

    public void Publish()
    {
        if (!IsClosed || IsPublished) say(FindingCode.F16);
        if (pharmacies.Values.Any(p => p.IsListed != p.HasQuota)) say(FindingCode.F16);
        if (IsDraw && Draw is not { IsComplete: true }) say(FindingCode.F24);
        IsPublished = true;
    }

    public void End()
    {
        if (!IsPublished || IsEnded) say(FindingCode.F16);
        IsEnded = true;
        SetBooked(ReplayStatus.Lapsed);
    }

    public void Shred(in EntryFields shred)
    {
        if (shred.Hash(1) != Key) say(FindingCode.F18);
        if (!IsEnded) say(FindingCode.F18);
    }

    private ReplayPharmacy? Find(ReadOnlySpan<char> code) =>
        pharmacies.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(code, out var pharmacy) ? pharmacy : null;

    /// <summary>False where the booking is in no state for it.</summary>
    private bool TryChange(ReplayBooking booking, in EntryFields change) => change.Kind switch
    {
        EntryKind.Cancel => TryCancel(booking, change[4] is "late"),
        EntryKind.Give => TryGive(booking, change.Number(3)),
        EntryKind.Void => TryVoid(booking),
        EntryKind.Move => TryMove(booking, change.Day(3)),
        EntryKind.Lapse => TryLapse(booking),
        _ => TryTransfer(booking, Pharmacy(change[3]), change.Number(4)),
    };

    private bool TryCancel(ReplayBooking booking, bool isLate)
    {
        if (booking.Status != ReplayStatus.Booked) return false;
        if (isLate != IsClosed) say(FindingCode.F14);
        booking.Status = isLate ? ReplayStatus.CancelledLate : ReplayStatus.Cancelled;
        if (!isLate) booking.Places.Taken--;
        return true;
    }

    private bool TryGive(ReplayBooking booking, long units)
    {
        if (!IsPublished) say(FindingCode.F15);
        if (units < 1 || units > Units) say(FindingCode.F25);
        if (booking.Status == ReplayStatus.Lapsed) say(FindingCode.N04);
        else if (!IsWaiting(booking)) return false;
        booking.Status = ReplayStatus.Given;
        return true;
    }

    private bool TryVoid(ReplayBooking booking)
    {
        if (booking.Status != ReplayStatus.Given) return false;
        booking.Status = IsEnded ? ReplayStatus.Lapsed : ReplayStatus.Booked;
        say(FindingCode.N05);
        return true;
    }

    /// <summary>The first time it goes to a day after the pickup; what was moved may be moved anywhere.</summary>
    private bool TryMove(ReplayBooking booking, DateOnly day)
    {
        if (!IsWaiting(booking) || (booking.Status == ReplayStatus.Booked && day <= Pickup)) return false;
        (booking.Status, booking.HasMoved) = (ReplayStatus.Moved, true);
        return true;
    }

    private bool TryLapse(ReplayBooking booking)
    {
        if (booking.Status != ReplayStatus.Moved || !IsEnded) return false;
        booking.Status = ReplayStatus.Lapsed;
        return true;
    }

    private bool TryTransfer(ReplayBooking booking, ReplayPharmacy to, long serial)
    {
        if (!IsWaiting(booking) || serial != to.Serials + 1) return false;
        booking.Status = ReplayStatus.Transferred;
        booking.Places.Taken--;
        to.Take(serial, booking.Window);
        say(FindingCode.N06);
        if (to.IsOversold) say(FindingCode.F10);
        return true;
    }

    private static bool IsWaiting(ReplayBooking booking) => booking.Status is ReplayStatus.Booked or ReplayStatus.Moved;

    private void SetBooked(ReplayStatus status)
    {
        foreach (var pharmacy in pharmacies.Values) pharmacy.SetBooked(status);
    }
}
