using System.Globalization;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>A policy as it is typed: every field is text, so that what cannot be read can be shown again.</summary>
public sealed class PolicyForm
{
    /// <summary>First round the rules hold for.</summary>
    public string? From { get; set; }

    public string? GoodsName { get; set; }

    public string? GoodsUnit { get; set; }

    /// <summary>Its picture, which is kept and not edited here.</summary>
    public string? GoodsPicture { get; set; }

    public string? UnitsPerBooking { get; set; }

    /// <summary>Price of a unit in yuan.</summary>
    public string? UnitPrice { get; set; }

    public string? CooldownDays { get; set; }

    public string? ResidentsPerAccount { get; set; }

    public string? ProxyCap { get; set; }

    /// <summary>Windows, one a line.</summary>
    public string? Windows { get; set; }

    /// <summary>Places by group, one group a line.</summary>
    public string? Quotas { get; set; }

    public string? PickupOpens { get; set; }

    public string? PickupCloses { get; set; }

    /// <summary>Minutes of a slot; 0 for none.</summary>
    public string? SlotMinutes { get; set; }

    /// <summary>Until when one may cancel.</summary>
    public string? CancelUntil { get; set; }

    public string? RetentionDays { get; set; }

    public string? StockMarginPercent { get; set; }

    public string? Complaints { get; set; }

    /// <summary>Whether hand-overs are told by SMS too.</summary>
    public bool HandOverSms { get; set; }

    public bool LapseKeepsCooldown { get; set; }

    public bool CancellationLiftsCooldown { get; set; }

    public bool OtherDocuments { get; set; }

    public EligibilityCheck Eligibility { get; set; }

    public ResidentNotice ResidentNotice { get; set; }

    public CounterIdentification Identification { get; set; }

    /// <summary>Days that the registry's answer is good for.</summary>
    public string? RegistryKeepDays { get; set; }

    public RegistryOutage RegistryOutage { get; set; }

    public static PolicyForm Of(Policy p, DateOnly from) => new()
    {
        From = CityFormatter.Date(from),
        GoodsName = p.Goods.Name,
        GoodsUnit = p.Goods.Unit,
        GoodsPicture = p.Goods.PictureUrl,
        UnitsPerBooking = Number(p.UnitsPerBooking),
        UnitPrice = CityFormatter.Amount(Money.Yuan(p.UnitPriceFen)),
        CooldownDays = Number(p.CooldownDays),
        ResidentsPerAccount = Number(p.ResidentsPerAccount),
        ProxyCap = Number(p.ProxyCap),
        Windows = string.Join('\n', p.Windows.Select(w => CityFormatter.Hours(w.Opens, w.Closes))),
        Quotas = string.Join('\n', p.Quotas.OrderBy(q => q.Key, StringComparer.Ordinal).Select(q => $"{q.Key}={string.Join(',', q.Value.Select(Number))}")),
        PickupOpens = CityFormatter.Time(p.Pickup.Opens),
        PickupCloses = CityFormatter.Time(p.Pickup.Closes),
        SlotMinutes = Number(p.Pickup.SlotMinutes),
        CancelUntil = CityFormatter.Time(p.CancelUntil),
        RetentionDays = Number(p.RetentionDays),
        StockMarginPercent = Number(p.StockMarginPercent),
        HandOverSms = p.HandOverSms,
        Complaints = string.Join(',', p.Complaints),
        LapseKeepsCooldown = p.LapseKeepsCooldown,
        CancellationLiftsCooldown = p.CancellationLiftsCooldown,
        OtherDocuments = p.OtherDocuments,
        Eligibility = p.Eligibility,
        ResidentNotice = p.ResidentNotice,
        Identification = p.Identification,
        RegistryKeepDays = Number(EligibilityRules.Rules(p).KeepDays),
        RegistryOutage = EligibilityRules.Rules(p).Outage,
    };

    /// <summary>The policy that is meant, or what cannot be read or contradicts itself, by the policy's members.</summary>
    public Policy? Read(out IReadOnlyList<PolicyFault> faults)
    {
        var wrong = new List<PolicyFault>();
        T Need<T>(string field, T? value, PolicyProblem problem = PolicyProblem.Number)
            where T : struct
        {
            if (value is null) wrong.Add(new PolicyFault(field, problem));
            return value ?? default;
        }

        var policy = new Policy(
            Need(nameof(From), RouteDay.Read(From?.Trim()), PolicyProblem.Date),
            new Goods(GoodsName?.Trim() ?? "", GoodsUnit?.Trim() ?? "", string.IsNullOrWhiteSpace(GoodsPicture) ? null : GoodsPicture),
            Need(nameof(UnitsPerBooking), Whole(UnitsPerBooking)),
            Need(nameof(UnitPrice), Fen(UnitPrice), PolicyProblem.Money),
            Need(nameof(CooldownDays), Whole(CooldownDays)),
            LapseKeepsCooldown,
            CancellationLiftsCooldown,
            Need(nameof(ResidentsPerAccount), Whole(ResidentsPerAccount)),
            Need(nameof(ProxyCap), Whole(ProxyCap)),
            [.. Lines(Windows).Select((l, i) => Window(l, i, wrong))],
            ReadQuotas(wrong),
            new PickupHours(Need(nameof(PickupOpens), Time(PickupOpens), PolicyProblem.Time), Need(nameof(PickupCloses), Time(PickupCloses), PolicyProblem.Time), Need(nameof(SlotMinutes), Whole(SlotMinutes))),
            Need(nameof(CancelUntil), Time(CancelUntil), PolicyProblem.Time),
            Eligibility,
            ResidentNotice,
            Identification,
            [.. (Complaints ?? "").Split([',', '\uFF0C', '\u3001'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            Need(nameof(RetentionDays), Whole(RetentionDays)),
            new RegistryRules(Need(nameof(RegistryKeepDays), Whole(RegistryKeepDays)), RegistryOutage),
            Need(nameof(StockMarginPercent), Whole(StockMarginPercent)),
            OtherDocuments,
            HandOverSms);
        faults = wrong.Count == 0 ? policy.Faults() : wrong;
        return faults.Count == 0 ? policy : null;
    }

    private Dictionary<string, IReadOnlyList<int>> ReadQuotas(List<PolicyFault> wrong)
    {
        var quotas = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal);
        foreach (var parts in Lines(Quotas).Select(l => l.Split('=', 2, StringSplitOptions.TrimEntries)))
        {
            var places = parts.Length < 2 ? [] : parts[1].Split([',', '\uFF0C'], StringSplitOptions.TrimEntries).Select(Whole).ToList();
            if (places.Count == 0 || places.Contains(null) || !quotas.TryAdd(parts[0], [.. places.Select(p => p ?? 0)])) wrong.Add(new PolicyFault(nameof(Quotas), PolicyProblem.PlacesLine, string.Join('=', parts)));
        }

        return quotas;
    }

    private static WindowHours Window(string line, int index, List<PolicyFault> wrong)
    {
        var parts = line.Split(['-', '\u2013', '\u2014', '\uFF0D', '~', '\uFF5E'], StringSplitOptions.TrimEntries);
        if (parts.Length == 2 && Time(parts[0]) is { } opens && Time(parts[1]) is { } closes) return new WindowHours(opens, closes);
        wrong.Add(new PolicyFault($"windows[{index}]", PolicyProblem.WindowLine, line));
        return new WindowHours(default, default);
    }

    /// <summary>The form's field that a fault belongs to: the rules name members of the policy, in places several of them to one field.</summary>
    public static string FieldOf(PolicyFault fault)
    {
        var parts = fault.Member.Split('.', '[');
        var member = parts.Length == 0 || parts[0].Length == 0 ? "" : char.ToUpperInvariant(parts[0][0]) + parts[0][1..];
        return (member, parts.ElementAtOrDefault(1)) switch
        {
            (nameof(Policy.Goods), "unit") => nameof(GoodsUnit),
            (nameof(Policy.Goods), _) => nameof(GoodsName),
            (nameof(Policy.UnitPriceFen), _) => nameof(UnitPrice),
            (nameof(Policy.Pickup), "opens") => nameof(PickupOpens),
            (nameof(Policy.Pickup), "slotMinutes") => nameof(SlotMinutes),
            (nameof(Policy.Pickup), _) => nameof(PickupCloses),
            (nameof(Policy.Registry), _) => nameof(RegistryKeepDays),
            _ => member,
        };
    }

    /// <summary>The line of a field with several, counted from 1, or null.</summary>
    public static int? LineOf(PolicyFault fault) =>
        fault.Member.StartsWith("windows[", StringComparison.Ordinal) && int.TryParse(fault.Member.Split('[', ']')[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index + 1 : null;

    private static string[] Lines(string? text) => (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // Also as people write it: 9:00, and with a wide colon.
    private static DayTime? Time(string? text) => DayTime.TryParse((text ?? "").Trim().Replace('\uFF1A', ':').PadLeft("HH:mm".Length, '0'));

    private static int? Whole(string? text) => int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Fen(string? text) =>
        decimal.TryParse(text?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var yuan) && yuan is >= 0 and <= 100_000 && yuan * 100 == decimal.Truncate(yuan * 100)
            ? (int)(yuan * 100)
            : null;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
