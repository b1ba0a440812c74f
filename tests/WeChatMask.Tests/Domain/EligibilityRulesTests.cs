using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Tests.Domain;

public sealed class EligibilityRulesTests
{
    private static readonly DateTimeOffset Now = new(2020, 2, 10, 19, 0, 0, TimeSpan.FromHours(8));

    [Theory]
    [InlineData(EligibilityCheck.IdentityNumber, RegistryOutage.Refuse, true, 100, Refusal.None, false)]
    [InlineData(EligibilityCheck.IdentityNumber, RegistryOutage.Refuse, false, 0, Refusal.NotEligible, false)]
    [InlineData(EligibilityCheck.Registry, RegistryOutage.Refuse, true, 8, Refusal.None, false)]
    [InlineData(EligibilityCheck.Registry, RegistryOutage.Refuse, true, 9, Refusal.RegistryUnavailable, false)]
    [InlineData(EligibilityCheck.Registry, RegistryOutage.Provisional, true, 8, Refusal.None, false)]
    [InlineData(EligibilityCheck.Registry, RegistryOutage.Provisional, true, 9, Refusal.None, true)]
    [InlineData(EligibilityCheck.Registry, RegistryOutage.Provisional, false, 100, Refusal.NotEligible, false)]
    public void An_answer_is_worth_what_its_age_and_the_policy_say(
        EligibilityCheck check, RegistryOutage outage, bool eligible, int daysOld, Refusal refusal, bool provisional) =>
        Assert.Equal(new Eligibility(refusal, provisional), EligibilityRules.Of(Rules(check, new RegistryRules(9, outage)), eligible, null, Now.AddDays(-daysOld), Now));

    [Theory]
    [InlineData(30, 29)]
    [InlineData(2, 1)]
    public void Answers_are_renewed_a_day_before_they_end(int keepDays, int daysOld) =>
        Assert.Equal(Now.AddDays(-daysOld), EligibilityRules.AskAgainBefore(Rules(EligibilityCheck.Registry, new RegistryRules(keepDays)), Now));

    [Fact]
    public void Answers_kept_for_one_day_are_renewed_at_half_of_it() =>
        Assert.Equal(Now.AddHours(-12), EligibilityRules.AskAgainBefore(Rules(EligibilityCheck.Registry, new RegistryRules(1)), Now));

    [Fact]
    public void Rules_for_the_registry_may_be_left_out_and_are_checked_when_they_are_not()
    {
        Assert.Empty(Rules(EligibilityCheck.Registry, null).Faults());
        Assert.Equal("registry.keepDays", Assert.Single(Rules(EligibilityCheck.Registry, new RegistryRules(0)).Faults()).Member);
        Assert.Equal(new RegistryRules(), EligibilityRules.Rules(PolicyDocument.Parse(PolicyDocument.Write(Rules(EligibilityCheck.Registry, null)))));
    }

    private static Policy Rules(EligibilityCheck check, RegistryRules? registry) => new(
        new DateOnly(2020, 2, 1), new Goods("x", "y"), 5, 160, 2, true, true, 3, 3, [new WindowHours(new TimeOnly(19, 0), new TimeOnly(22, 0))],
        new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["*"] = [10] }, new PickupHours(new TimeOnly(9, 0), new TimeOnly(18, 0), 30), new TimeOnly(9, 0),
        check, ResidentNotice.AtBooking, CounterIdentification.Voucher, [], 30, registry);
}
