using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>Registers a person: checks the particulars, asks the registry where the policy wants it, and writes.</summary>
public sealed class Registration(ResidentStore store, ResidentQueries residents, RegistryClient registry, WaitingLine line, PolicyQueries policies, CityCalendar calendar)
{
    /// <summary>Registers, or says why not. A person who is not eligible leaves no trace; without an answer the policy decides.</summary>
    public async Task<RegistrationOutcome> RegisterAsync(
        long accountId, string? name, DocumentType document, string? idNumber, string? mobile, bool consent, CancellationToken cancellationToken)
    {
        if (IdentityNumber.TryParse(document, idNumber, calendar.Today, out _) is not { } identity) return new RegistrationOutcome(Refusal.InvalidIdNumber);
        if (MobileNumber.TryParse(mobile) is not { } phone) return new RegistrationOutcome(Refusal.InvalidMobile);
        if (PersonName.TryParse(name) is not { } personName) return new RegistrationOutcome(Refusal.InvalidName);
        if (!consent) return new RegistrationOutcome(Refusal.ConsentRequired);
        if (await policies.TodayAsync(cancellationToken) is not { } policy) return new RegistrationOutcome(Refusal.NotOpen);

        if (!policy.Takes(document)) return new RegistrationOutcome(Refusal.InvalidIdNumber) { Policy = policy };

        RegistryAnswer? answer = null;
        if (policy.Eligibility == EligibilityCheck.Registry)
        {
            answer = await registry.LookUpAsync(document, identity.Value, personName.Value, cancellationToken);
            if (answer is { Eligible: false } no) return new RegistrationOutcome(EligibilityRules.Told(no.Reason)) { Policy = policy };
            if (answer is null && EligibilityRules.Rules(policy).Outage == RegistryOutage.Refuse) return new RegistrationOutcome(Refusal.RegistryUnavailable) { Policy = policy };
        }

        var person = new Person(personName, identity, phone);
        using var work = line.Begin();
        var done = await store.AddAsync(accountId, person, answer, policy, cancellationToken);
        return done with { Policy = policy, View = done.IsFresh ? residents.Fresh(done.Id, person, answer, policy) : null };
    }
}
