namespace WeChatMask.Domain;

/// <summary>A city's rules from one round on: limits, price, windows, pickup hours, cooldown. Dated data, never code.</summary>
/// <remarks>
/// A round takes the newest policy whose <see cref="From"/> is not after the round's date, and every booking keeps the
/// version it was made under. Only <see cref="CooldownDays"/> is read from the present round for earlier bookings too.
/// </remarks>
/// <param name="From">First round date (booking day) the rules hold for.</param>
/// <param name="Goods">What is handed out.</param>
/// <param name="UnitsPerBooking">The most units one booking gets.</param>
/// <param name="UnitPriceFen">Price of one unit in fen (1/100 yuan).</param>
/// <param name="CooldownDays">Booked on day D, a person may book again from D + this many days.</param>
/// <param name="LapseKeepsCooldown">Whether a booking that was not collected still counts for the cooldown.</param>
/// <param name="CancellationLiftsCooldown">Whether a cancelled booking no longer counts for the cooldown.</param>
/// <param name="ResidentsPerAccount">Different persons one account may look after within a cooldown.</param>
/// <param name="ProxyCap">Bookers one proxy may collect for on one pickup day, city-wide.</param>
/// <param name="Windows">The booking windows of an evening, in order, not overlapping.</param>
/// <param name="Quotas">Planned places per window, by a pharmacy's quota group; <c>*</c> is the default.</param>
/// <param name="Pickup">Pickup hours on the day after the round.</param>
/// <param name="CancelUntil">Time of the pickup day until which a booking may be cancelled.</param>
/// <param name="Eligibility">Who says that a person may book.</param>
/// <param name="ResidentNotice">When the one SMS of a booking is sent.</param>
/// <param name="Identification">What the counter asks for first.</param>
/// <param name="Complaints">Published complaint numbers.</param>
/// <param name="RetentionDays">Days after pickup that names, identity numbers and phones are kept.</param>
/// <param name="Registry">How the registry's word is used; the usual rules when it is left out.</param>
/// <param name="OtherDocuments">Whether people may register and collect by passport, travel permit or old permanent residence card, too.</param>
/// <param name="StockMarginPercent">How far a pharmacy's own word on its stock may be from the plan, in percent of it, before a supervisor must agree.</param>
/// <param name="HandOverSms">Whether each hand-over, and each that is taken back, is told by SMS too.</param>
public sealed record Policy(
    DateOnly From,
    Goods Goods,
    int UnitsPerBooking,
    int UnitPriceFen,
    int CooldownDays,
    bool LapseKeepsCooldown,
    bool CancellationLiftsCooldown,
    int ResidentsPerAccount,
    int ProxyCap,
    IReadOnlyList<WindowHours> Windows,
    IReadOnlyDictionary<string, IReadOnlyList<int>> Quotas,
    PickupHours Pickup,
    TimeOnly CancelUntil,
    EligibilityCheck Eligibility,
    ResidentNotice ResidentNotice,
    CounterIdentification Identification,
    IReadOnlyList<string> Complaints,
    int RetentionDays,
    RegistryRules? Registry = null,
    int StockMarginPercent = Policy.UsualStockMargin,
    bool OtherDocuments = false,
    bool HandOverSms = false)
{
    /// <summary>Key of <see cref="Quotas"/> that serves every group without an entry of its own.</summary>
    public const string DefaultGroup = "*";

    public const int UsualStockMargin = 20;

    /// <summary>Whether a document may be shown.</summary>
    public bool Takes(DocumentType document) => document == DocumentType.IdentityCard || OtherDocuments;

    /// <summary>Planned places of a pharmacy of the group, one figure a window.</summary>
    public IReadOnlyList<int> PlacesFor(string group) =>
        Quotas.TryGetValue(group, out var own) ? own : Quotas[DefaultGroup];

    /// <summary>Whether a round by these rules has places at all; a holiday's has none but what comes in from earlier rounds.</summary>
    public bool PlansPlaces() => Quotas.Values.Any(q => q.Any(p => p > 0));

    /// <summary>Names of the members that contradict each other or are out of range; empty when the policy can be used.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        void Check(bool good, string member)
        {
            if (!good) faults.Add(member);
        }

        Check(Goods.Name.Length > 0 && Goods.Unit.Length > 0, nameof(Goods));
        Check(UnitsPerBooking is > 0 and <= 1000, nameof(UnitsPerBooking));
        Check(UnitPriceFen is >= 0 and <= 100_000_00, nameof(UnitPriceFen));
        Check(CooldownDays is >= 1 and <= 366, nameof(CooldownDays));
        Check(ResidentsPerAccount is >= 1 and <= 100, nameof(ResidentsPerAccount));
        Check(ProxyCap is >= 0 and <= 1000, nameof(ProxyCap));
        Check(Windows.Count > 0 && Windows.All(w => w.Opens < w.Closes), nameof(Windows));
        Check(Windows.Zip(Windows.Skip(1)).All(pair => pair.First.Closes <= pair.Second.Opens), nameof(Windows));
        Check(Quotas.ContainsKey(DefaultGroup), nameof(Quotas));
        Check(Quotas.Values.All(q => q.Count == Windows.Count && q.All(p => p is >= 0 and <= 1_000_000)), nameof(Quotas));
        Check(Pickup.Opens < Pickup.Closes && Pickup.SlotMinutes is >= 0 and <= 1440, nameof(Pickup));
        Check(CancelUntil <= Pickup.Closes, nameof(CancelUntil));
        Check(RetentionDays is >= 1 and <= 3660, nameof(RetentionDays));
        Check(Registry is null or { KeepDays: >= 1 and <= 366 }, nameof(Registry));
        Check(StockMarginPercent is >= 0 and <= 1000, nameof(StockMarginPercent));
        return faults;
    }
}

/// <summary>What is scarce: a mask today, something else tomorrow.</summary>
public sealed record Goods(string Name, string Unit, string? PictureUrl = null);

/// <summary>City times between which one window takes bookings; the end is not part of it.</summary>
public sealed record WindowHours(TimeOnly Opens, TimeOnly Closes);

/// <summary>Hours of the pickup day, cut into slots of <see cref="SlotMinutes"/>; 0 means any time.</summary>
public sealed record PickupHours(TimeOnly Opens, TimeOnly Closes, int SlotMinutes);

/// <summary>Who says that a person may book.</summary>
public enum EligibilityCheck
{
    /// <summary>A valid identity number is enough.</summary>
    IdentityNumber,

    /// <summary>The city's population registry is asked.</summary>
    Registry,
}

/// <summary>When the one SMS of a booking is sent.</summary>
public enum ResidentNotice
{
    /// <summary>When the lists are published, with the pickup slot.</summary>
    AtPublishing,

    /// <summary>When the booking is made.</summary>
    AtBooking,
}

/// <summary>What the counter asks for first.</summary>
public enum CounterIdentification
{
    /// <summary>Booking number and the last four characters of the identity card, or the QR code.</summary>
    NumberAndLastFour,

    /// <summary>The QR code.</summary>
    Voucher,
}
