using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class BookingRulesTests
{
    private static readonly DateOnly Round = new(2020, 2, 10);

    private static readonly BookingFacts Fine = new(Refusal.None, true, true, Refusal.None, null, PharmacyStatus.Open, 1);

    [Fact]
    public void A_known_eligible_person_gets_the_last_place() =>
        Assert.Equal(Refusal.None, BookingRules.Decide(Fine, Round, 2).Refusal);

    [Fact]
    public void Reasons_come_in_the_contracts_order()
    {
        // Everything is wrong; each step mends the first reason and meets the next.
        var facts = new BookingFacts(Refusal.Closed, false, false, Refusal.NotEligible, Round, PharmacyStatus.Paused, 0);
        var met = new List<Refusal>();
        Refusal Decide() => BookingRules.Decide(facts, Round, 2).Refusal;

        met.Add(Decide());
        facts = facts with { ResidentKnown = true };
        met.Add(Decide());
        facts = facts with { PharmacyKnown = true };
        met.Add(Decide());
        facts = facts with { Admission = Refusal.None };
        met.Add(Decide());
        facts = facts with { Eligibility = Refusal.None };
        met.Add(Decide());
        facts = facts with { LastBookedOn = Round.AddDays(-1) };
        met.Add(Decide());
        facts = facts with { LastBookedOn = null };
        met.Add(Decide());
        facts = facts with { PharmacyStatus = PharmacyStatus.Open };
        met.Add(Decide());
        facts = facts with { Left = 1 };
        met.Add(Decide());

        Assert.Equal(
            [
                Refusal.UnknownResident, Refusal.UnknownPharmacy, Refusal.Closed, Refusal.NotEligible, Refusal.Cooldown,
                Refusal.PharmacyPaused, Refusal.SoldOut, Refusal.None,
            ],
            met.Distinct().Where(r => r != Refusal.AlreadyBooked));
        Assert.Equal(Refusal.AlreadyBooked, met[4]);
    }

    [Theory]
    [InlineData(0, 2, Refusal.AlreadyBooked, null)]
    [InlineData(1, 2, Refusal.Cooldown, "2020-02-11")]
    [InlineData(2, 2, Refusal.None, null)]
    [InlineData(8, 9, Refusal.Cooldown, "2020-02-11")]
    [InlineData(9, 9, Refusal.None, null)]
    [InlineData(3, 9, Refusal.Cooldown, "2020-02-16")] // a cooldown made longer touches who booked under the shorter one
    public void Who_booked_on_day_D_may_book_again_from_D_plus_the_cooldown(int daysAgo, int cooldown, Refusal expected, string? from)
    {
        var decision = BookingRules.Decide(Fine with { LastBookedOn = Round.AddDays(-daysAgo) }, Round, cooldown);

        Assert.Equal(expected, decision.Refusal);
        Assert.Equal(from, decision.BookableFrom?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("2020-02-11", 2, "2020-02-12")] // nothing changes before that day
    [InlineData("2020-02-12", 5, "2020-02-15")]
    [InlineData("2020-02-13", 5, "2020-02-12")]
    [InlineData("2020-02-11", 1, "2020-02-12")] // shorter, but the person has waited that long only then
    public void The_day_is_counted_by_the_rules_that_hold_then(string changes, int cooldown, string expected)
    {
        var now = StockRulesTests.Rules(Round.AddDays(-9), 2);
        var timeline = new PolicyTimeline([now, now with { From = DateOnly.Parse(changes, System.Globalization.CultureInfo.InvariantCulture), CooldownDays = cooldown }]);
        var decision = BookingRules.Decide(Fine with { LastBookedOn = Round }, Round.AddDays(1), 2, timeline);

        Assert.Equal((Refusal.Cooldown, DateOnly.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)), (decision.Refusal, decision.BookableFrom));
    }

    [Fact]
    public void A_day_without_places_is_no_day_to_book()
    {
        var now = StockRulesTests.Rules(Round.AddDays(-9), 2);
        var holiday = now with { From = Round.AddDays(2), Quotas = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["*"] = [0] } };
        var timeline = new PolicyTimeline([now, holiday, now with { From = Round.AddDays(3) }]);

        Assert.Equal(Round.AddDays(3), BookingRules.BookableFrom(Round, Round, 2, timeline));
        Assert.Equal(new DateTimeOffset(2020, 2, 13, 19, 0, 0, TimeSpan.FromHours(8)), timeline.OpensAfter(Round.AddDays(1), (d, t) => new DateTimeOffset(t.On(d), TimeSpan.FromHours(8))));
    }

    [Theory]
    [InlineData(BookingStatus.Booked, -1, Refusal.None)]
    [InlineData(BookingStatus.Booked, 0, Refusal.TooLate)]
    [InlineData(BookingStatus.Redeemed, -1, Refusal.TooLate)]
    [InlineData(BookingStatus.Cancelled, -1, Refusal.TooLate)]
    [InlineData(BookingStatus.Lapsed, -1, Refusal.TooLate)]
    public void A_booking_can_be_given_back_until_the_set_time(BookingStatus status, int seconds, Refusal expected)
    {
        var until = new DateTimeOffset(2020, 2, 11, 9, 0, 0, TimeSpan.FromHours(8));

        Assert.Equal(expected, BookingRules.Cancellation(status, until, until.AddSeconds(seconds)));
    }

    [Fact]
    public void A_kept_round_has_its_own_rules_until_a_version_that_reaches_it_is_added()
    {
        var stored = StockRulesTests.Rules(Round, 9);
        var timeline = new PolicyTimeline([stored], (Round, stored with { CooldownDays = 2 }));

        Assert.Equal((2, 9), (timeline.For(Round)!.CooldownDays, timeline.For(Round.AddDays(1))!.CooldownDays));
        Assert.Equal(2, timeline.With(stored with { From = Round.AddDays(1), CooldownDays = 4 }).For(Round)!.CooldownDays);
        Assert.Equal(4, timeline.With(stored with { CooldownDays = 4 }).For(Round)!.CooldownDays);
    }
}
