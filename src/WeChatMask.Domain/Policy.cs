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
/// <param name="Quotas">Planned places per window, by a pharmacy's code or its quota group; <c>*</c> is the default.</param>
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
    DayTime CancelUntil,
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
    /// <summary>Key of <see cref="Quotas"/> that serves every pharmacy without an entry of its own or of its group's.</summary>
    public const string DefaultGroup = "*";

    public const int UsualStockMargin = 20;

    /// <summary>Whether a document may be shown.</summary>
    public bool Takes(DocumentType document) => document == DocumentType.IdentityCard || OtherDocuments;

    /// <summary>Planned places of a pharmacy, one figure a window: its own, else its group's, else the usual ones.</summary>
    public IReadOnlyList<int> PlacesFor(string code, string group) =>
        Quotas.GetValueOrDefault(code) ?? Quotas.GetValueOrDefault(group) ?? Quotas[DefaultGroup];

    /// <summary>The members that contradict each other or are out of range; empty when the policy can be used.</summary>
    public IReadOnlyList<PolicyFault> Faults() => PolicyRules.Judge(this);

    /// <summary>Places for somebody that there is not.</summary>
    /// <param name="names">The city's pharmacies by code, and their groups.</param>
    public IReadOnlyList<PolicyFault> UnknownPharmacies(IReadOnlySet<string> names) =>
        [.. Quotas.Keys.Where(k => k != DefaultGroup && !names.Contains(k)).Select(k => new PolicyFault(PolicyRules.PlacesOf(k), PolicyProblem.UnknownPharmacy, k))];
}

/// <summary>What is scarce: a mask today, something else tomorrow.</summary>
public sealed record Goods(string Name, string Unit, string? PictureUrl = null);

/// <summary>City times between which one window takes bookings; the end is not part of it.</summary>
public sealed record WindowHours(DayTime Opens, DayTime Closes);

/// <summary>Hours of the pickup day, cut into slots of <see cref="SlotMinutes"/>; 0 means any time.</summary>
public sealed record PickupHours(DayTime Opens, DayTime Closes, int SlotMinutes);

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
