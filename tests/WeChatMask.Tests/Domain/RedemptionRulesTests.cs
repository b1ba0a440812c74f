using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class RedemptionRulesTests
{
    private static readonly DateTimeOffset Opens = new(2020, 2, 11, 9, 0, 0, TimeSpan.FromHours(8));

    private static readonly CounterFacts Fine = new(false, true, true, true, BookingStatus.Booked, Opens, Opens.AddHours(9));

    [Fact]
    public void Verdicts_come_in_the_contracts_order()
    {
        Assert.Equal(Verdict.Forged, Judge(new(true, false, false, false, BookingStatus.Cancelled, Opens, Opens.AddHours(9)), proxyFull: true));
        Assert.Equal(Verdict.Unknown, Judge(Fine with { Known = false, OwnPharmacy = false }));
        Assert.Equal(Verdict.OtherPharmacy, Judge(Fine with { OwnPharmacy = false, IdentityHolds = false }));
        Assert.Equal(Verdict.IdentityMismatch, Judge(Fine with { IdentityHolds = false, Status = BookingStatus.Cancelled }));
        Assert.Equal(Verdict.Cancelled, Judge(Fine with { Status = BookingStatus.Cancelled }, hours: 20));
        Assert.Equal(Verdict.AlreadyRedeemed, Judge(Fine with { Status = BookingStatus.Redeemed }, hours: 20));
        Assert.Equal(Verdict.Lapsed, Judge(Fine with { Status = BookingStatus.Lapsed }, proxyFull: true));
        Assert.Equal(Verdict.NotYet, Judge(Fine, hours: -1, proxyFull: true));
        Assert.Equal(Verdict.ProxyLimit, Judge(Fine, proxyFull: true));
        Assert.Equal(Verdict.Valid, Judge(Fine));
    }

    [Theory]
    [InlineData(-1, Verdict.NotYet)]
    [InlineData(0, Verdict.Valid)]
    [InlineData(9 * 3600 - 1, Verdict.Valid)]
    [InlineData(9 * 3600, Verdict.Lapsed)] // whether or not the job has run
    public void Only_pickup_hours_count_not_the_slot(int seconds, Verdict expected) =>
        Assert.Equal(expected, RedemptionRules.Judge(Fine, proxyFull: false, Opens.AddSeconds(seconds)));

    [Theory]
    [InlineData(Verdict.Forged, false)]
    [InlineData(Verdict.Unknown, false)]
    [InlineData(Verdict.OtherPharmacy, false)]
    [InlineData(Verdict.IdentityMismatch, false)]
    [InlineData(Verdict.AlreadyRedeemed, true)]
    [InlineData(Verdict.Valid, true)]
    [InlineData(Verdict.ProxyLimit, true)]
    public void Nothing_of_a_booking_is_shown_before_identity_holds(Verdict verdict, bool shown) =>
        Assert.Equal(shown, RedemptionRules.MayShowBooking(verdict));

    private static Verdict Judge(CounterFacts facts, int hours = 1, bool proxyFull = false) => RedemptionRules.Judge(facts, proxyFull, Opens.AddHours(hours));
}
