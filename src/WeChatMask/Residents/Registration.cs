using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Registers a person: checks the particulars, asks the registry where the policy wants it, and writes.</summary>
public sealed class Registration(ResidentStore store, RegistryClient registry, PolicyQueries policies, CityCalendar calendar)
{
    /// <summary>Registers, or says why not. A person who is not eligible leaves no trace; without an answer the policy decides.</summary>
    public async Task<(Refusal Refusal, long Id)> RegisterAsync(
        long accountId, string? name, DocumentType document, string? idNumber, string? mobile, bool consent, CancellationToken cancellationToken)
    {
        if (IdentityNumber.TryParse(document, idNumber, calendar.Today, out _) is not { } identity) return (Refusal.InvalidIdNumber, 0);
        if (MobileNumber.TryParse(mobile) is not { } phone) return (Refusal.InvalidMobile, 0);
        if (PersonName.TryParse(name) is not { } personName) return (Refusal.InvalidName, 0);
        if (!consent) return (Refusal.ConsentRequired, 0);
        if (await policies.TodayAsync(cancellationToken) is not { } policy) return (Refusal.NotOpen, 0);

        if (!policy.Takes(document)) return (Refusal.InvalidIdNumber, 0);

        RegistryAnswer? answer = null;
        if (policy.Eligibility == EligibilityCheck.Registry)
        {
            answer = await registry.LookUpAsync(document, identity.Value, personName.Value, cancellationToken);
            if (answer is { Eligible: false } no) return (EligibilityRules.Told(no.Reason), 0);
            if (answer is null && EligibilityRules.Rules(policy).Outage == RegistryOutage.Refuse) return (Refusal.RegistryUnavailable, 0);
        }

        return await store.AddAsync(accountId, new Person(personName, identity, phone), answer, policy, cancellationToken);
    }
}
