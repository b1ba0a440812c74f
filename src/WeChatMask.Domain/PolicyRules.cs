namespace WeChatMask.Domain;

/// <summary>What a policy must hold to, member by member.</summary>
internal static class PolicyRules
{
    private const int LongestGoods = 30;
    private const int LongestUnit = 8;
    private const int LongestPicture = 500;
    private const int LongestNumber = 40;
    private const int MostNumbers = 20;
    private const int MostPlaces = 1_000_000;

    public static IReadOnlyList<PolicyFault> Judge(Policy policy)
    {
        var faults = new List<PolicyFault>();
        void Range(string member, int value, int least, int most)
        {
            if (value < least || value > most) faults.Add(new PolicyFault(member, PolicyProblem.Range, least, most));
        }

        void Hours(string member, DayTime opens, DayTime closes)
        {
            if (opens >= closes) faults.Add(new PolicyFault($"{member}.closes", PolicyProblem.EndsFirst, opens));
        }

        Text(faults, "goods.name", policy.Goods.Name, LongestGoods);
        Text(faults, "goods.unit", policy.Goods.Unit, LongestUnit);
        if (policy.Goods.PictureUrl is { } picture) Text(faults, "goods.pictureUrl", picture, LongestPicture);
        Range("unitsPerBooking", policy.UnitsPerBooking, 1, 1000);
        Range("unitPriceFen", policy.UnitPriceFen, 0, 100_000_00);
        Range("cooldownDays", policy.CooldownDays, 1, 366);
        Range("residentsPerAccount", policy.ResidentsPerAccount, 1, 100);
        Range("proxyCap", policy.ProxyCap, 0, 1000);
        if (policy.Windows.Count == 0) faults.Add(new PolicyFault("windows", PolicyProblem.Missing));
        for (var i = 0; i < policy.Windows.Count; i++)
        {
            var window = policy.Windows[i];
            Hours($"windows[{i}]", window.Opens, window.Closes);
            if (i > 0 && window.Opens < policy.Windows[i - 1].Closes) faults.Add(new PolicyFault($"windows[{i}].opens", PolicyProblem.Overlaps, policy.Windows[i - 1].Closes));
        }

        Places(faults, policy);
        Hours("pickup", policy.Pickup.Opens, policy.Pickup.Closes);
        Range("pickup.slotMinutes", policy.Pickup.SlotMinutes, 0, 1440);
        if (policy.CancelUntil > policy.Pickup.Closes) faults.Add(new PolicyFault("cancelUntil", PolicyProblem.AfterPickup, policy.Pickup.Closes));
        Range("retentionDays", policy.RetentionDays, 1, 3660);
        if (policy.Registry is { } registry) Range("registry.keepDays", registry.KeepDays, 1, 366);
        Range("stockMarginPercent", policy.StockMarginPercent, 0, 1000);
        if (policy.Complaints.Count > MostNumbers) faults.Add(new PolicyFault("complaints", PolicyProblem.Range, 0, MostNumbers));
        for (var i = 0; i < policy.Complaints.Count; i++) Text(faults, $"complaints[{i}]", policy.Complaints[i], LongestNumber);
        return faults;
    }

    public static string PlacesOf(string name) => $"quotas['{name}']";

    private static void Places(List<PolicyFault> faults, Policy policy)
    {
        if (!policy.Quotas.ContainsKey(Policy.DefaultGroup)) faults.Add(new PolicyFault("quotas", PolicyProblem.NoDefault));
        foreach (var (name, places) in policy.Quotas)
        {
            if (PlainText.FirstControl(name) is { } control) faults.Add(new PolicyFault("quotas", PolicyProblem.Control, control.Name, control.Position));
            if (places.Count != policy.Windows.Count) faults.Add(new PolicyFault(PlacesOf(name), PolicyProblem.PlacesCount, policy.Windows.Count, places.Count));
            for (var i = 0; i < places.Count; i++)
            {
                if (places[i] is < 0 or > MostPlaces) faults.Add(new PolicyFault($"{PlacesOf(name)}[{i}]", PolicyProblem.Range, 0, MostPlaces));
            }
        }
    }

    private static void Text(List<PolicyFault> faults, string member, string text, int longest)
    {
        if (string.IsNullOrWhiteSpace(text)) faults.Add(new PolicyFault(member, PolicyProblem.Missing));
        else if (PlainText.FirstControl(text) is { } control) faults.Add(new PolicyFault(member, PolicyProblem.Control, control.Name, control.Position));
        else if (text.Length > longest) faults.Add(new PolicyFault(member, PolicyProblem.TooLong, longest));
    }
}
