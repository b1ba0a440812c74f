namespace WeChatMask.Domain;

/// <summary>What a city does while its population registry does not answer.</summary>
public enum RegistryOutage
{
    /// <summary>Nobody registers or books without an answer that is fresh.</summary>
    Refuse,

    /// <summary>People register and book provisionally; each such booking is settled before the lists are published.</summary>
    Provisional,
}

/// <summary>How the registry's word is used, where <see cref="Policy.Eligibility"/> asks it. An answer is good for so many days and asked again ahead of their end.</summary>
public sealed record RegistryRules(int KeepDays = 30, RegistryOutage Outage = RegistryOutage.Refuse);

/// <summary>Whether a person may book as far as the registry goes; provisional where only until it has answered.</summary>
public readonly record struct Eligibility(Refusal Refusal, bool Provisional = false);

/// <summary>What a stored answer of the registry is worth at an instant.</summary>
public static class EligibilityRules
{
    // Half an hour for the lists, half an hour for a pharmacy to read its own before the doors open.
    private static readonly TimeSpan BeforePickup = TimeSpan.FromHours(1);

    /// <summary>What holds where a city says nothing else.</summary>
    public static readonly RegistryRules Usual = new();

    public static RegistryRules Rules(Policy policy) => policy.Registry ?? Usual;

    /// <summary>The registry's reason where the number is another name's.</summary>
    public const string OtherName = "name";

    /// <summary>What a "no" of the registry is told as.</summary>
    public static Refusal Told(string? reason) => reason == OtherName ? Refusal.NameMismatch : Refusal.NotEligible;

    /// <summary>
    /// What a person's stored answer is worth now: a "yes" where none was needed, of 1970 where the registry never answered. A known
    /// "no" stays a no until the registry says otherwise.
    /// </summary>
    public static Eligibility Of(Policy policy, bool eligible, string? reason, DateTimeOffset answeredAt, DateTimeOffset now)
    {
        if (!eligible) return new(Told(reason));
        if (policy.Eligibility != EligibilityCheck.Registry) return default;
        var rules = Rules(policy);
        if (answeredAt.AddDays(rules.KeepDays) > now) return default;
        return rules.Outage == RegistryOutage.Provisional ? new(Refusal.None, Provisional: true) : new(Refusal.RegistryUnavailable);
    }

    /// <summary>Answers older than this are asked for anew, so that the next evening finds them fresh: a day ahead, or half of a shorter keeping time.</summary>
    public static DateTimeOffset AskAgainBefore(Policy policy, DateTimeOffset now)
    {
        var keep = TimeSpan.FromDays(Rules(policy).KeepDays);
        var ahead = TimeSpan.FromTicks(Math.Min(TimeSpan.FromDays(1).Ticks, keep.Ticks / 2));
        return now - (keep - ahead);
    }

    /// <summary>Until when the lists wait for the registry. What it has not answered by then stands: the outage is not the booker's.</summary>
    public static DateTimeOffset SettleUntil(RoundTimes times) => times.PickupOpensAt - BeforePickup;
}
