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

    /// <summary>The policy that is meant, or the fields that cannot be read or contradict each other.</summary>
    public Policy? Read(out IReadOnlyList<string> faults)
    {
        var wrong = new List<string>();
        T Need<T>(string field, T? value)
            where T : struct
        {
            if (value is null) wrong.Add(field);
            return value ?? default;
        }

        var policy = new Policy(
            Need(nameof(From), RouteDay.Read(From?.Trim())),
            new Goods(GoodsName?.Trim() ?? "", GoodsUnit?.Trim() ?? "", string.IsNullOrWhiteSpace(GoodsPicture) ? null : GoodsPicture),
            Need(nameof(UnitsPerBooking), Whole(UnitsPerBooking)),
            Need(nameof(UnitPrice), Fen(UnitPrice)),
            Need(nameof(CooldownDays), Whole(CooldownDays)),
            LapseKeepsCooldown,
            CancellationLiftsCooldown,
            Need(nameof(ResidentsPerAccount), Whole(ResidentsPerAccount)),
            Need(nameof(ProxyCap), Whole(ProxyCap)),
            [.. Lines(Windows).Select(l => Window(l, wrong))],
            ReadQuotas(wrong),
            new PickupHours(Need(nameof(PickupOpens), Time(PickupOpens)), Need(nameof(PickupCloses), Time(PickupCloses)), Need(nameof(SlotMinutes), Whole(SlotMinutes))),
            Need(nameof(CancelUntil), Time(CancelUntil)),
            Eligibility,
            ResidentNotice,
            Identification,
            [.. (Complaints ?? "").Split([',', '\uFF0C', '\u3001'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            Need(nameof(RetentionDays), Whole(RetentionDays)),
            new RegistryRules(Need(nameof(RegistryKeepDays), Whole(RegistryKeepDays)), RegistryOutage),
            Need(nameof(StockMarginPercent), Whole(StockMarginPercent)),
            OtherDocuments,
            HandOverSms);
        if (wrong.Count == 0) wrong.AddRange(policy.Faults().Select(FieldOf));
        faults = [.. wrong.Distinct(StringComparer.Ordinal)];
        return faults.Count == 0 ? policy : null;
    }

    private Dictionary<string, IReadOnlyList<int>> ReadQuotas(List<string> wrong)
    {
        var quotas = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal);
        foreach (var parts in Lines(Quotas).Select(l => l.Split('=', 2, StringSplitOptions.TrimEntries)))
        {
            var places = parts.Length < 2 ? [] : parts[1].Split([',', '\uFF0C'], StringSplitOptions.TrimEntries).Select(Whole).ToList();
            if (places.Count == 0 || places.Contains(null) || !quotas.TryAdd(parts[0], [.. places.Select(p => p ?? 0)])) wrong.Add(nameof(Quotas));
        }

        return quotas;
    }

    private static WindowHours Window(string line, List<string> wrong)
    {
        var parts = line.Split('-', StringSplitOptions.TrimEntries);
        if (parts.Length == 2 && Time(parts[0]) is { } opens && Time(parts[1]) is { } closes) return new WindowHours(opens, closes);
        wrong.Add(nameof(Windows));
        return new WindowHours(default, default);
    }

    // The rules name members of the policy, the form has fields.
    private static string FieldOf(string member) => member switch
    {
        nameof(Policy.Goods) => nameof(GoodsName),
        nameof(Policy.UnitPriceFen) => nameof(UnitPrice),
        nameof(Policy.Pickup) => nameof(PickupOpens),
        nameof(Policy.Registry) => nameof(RegistryKeepDays),
        _ => member,
    };

    private static string[] Lines(string? text) => (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static TimeOnly? Time(string? text) =>
        TimeOnly.TryParseExact(text?.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    private static int? Whole(string? text) => int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Fen(string? text) =>
        decimal.TryParse(text?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var yuan) && yuan is >= 0 and <= 100_000 && yuan * 100 == decimal.Truncate(yuan * 100)
            ? (int)(yuan * 100)
            : null;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
