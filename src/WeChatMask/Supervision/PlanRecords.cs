using WeChatMask.Domain;

namespace WeChatMask.Supervision;

/// <summary>A day as it can be planned. Windows are the hours of its rules; places those of all pharmacies.</summary>
public sealed record PlanDay(DateOnly Date, PlanDayState State, IReadOnlyList<WindowHours> Windows, IReadOnlyList<PlannedPharmacy> Pharmacies)
{
    /// <summary>Why there is to be no round on it.</summary>
    public string? NoRound { get; init; }

    /// <summary>When its round opens or has opened, or would.</summary>
    public DateTimeOffset? OpensAt { get; init; }

    public bool IsOpenToChange => State is PlanDayState.Free or PlanDayState.Announced;

    public int Total => Pharmacies.Sum(p => p.Total);

    public DateOnly PickupDate => Date.AddDays(1);
}

/// <summary>What a plan's rows would do to a day, told before it is confirmed; or why they cannot be used.</summary>
public sealed record PlanEffect(Refusal Refusal, PlanDay Day)
{
    public IReadOnlyList<PlanFault> Faults { get; init; } = [];

    /// <summary>What is to be written, by pharmacy.</summary>
    public IReadOnlyList<PlanChange> Lines { get; init; } = [];

    /// <summary>Every difference that people will know of.</summary>
    public IReadOnlyList<PlanChange> Changes => [.. Lines.Where(l => l.IsSeen)];

    public int TotalAfter => Day.Total + Changes.Sum(c => c.After.Sum() - c.Pharmacy.Total);

    /// <summary>Stands for what was shown.</summary>
    public string Fingerprint { get; init; } = "";
}

/// <summary>What came of changing a plan. Repeated: the same request has done it before, or nothing was left to change.</summary>
public sealed record PlanAnswer(Refusal Refusal, PlanEffect? Effect = null, bool Repeated = false);

/// <summary>A change of a day's plan that the public was told.</summary>
public sealed class PlanNotice
{
    public DateOnly RoundDate { get; init; }
    public string Reason { get; init; } = "";
    public string Detail { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What a <see cref="PlanNotice"/> keeps: totals of the day, and the pharmacies that changed.</summary>
public sealed record PlanNoticeDetail(int Before, int After, IReadOnlyList<PlanNoticeLine> Pharmacies);

/// <summary>One pharmacy's places by window, before and after.</summary>
public sealed record PlanNoticeLine(string Code, string Name, IReadOnlyList<int> Before, IReadOnlyList<int> After);
