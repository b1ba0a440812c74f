using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class OfflineRulesTests
{
    private static readonly DateTimeOffset Opens = new(2020, 2, 11, 9, 0, 0, TimeSpan.FromHours(8));
    private static readonly DateTimeOffset Closes = Opens.AddHours(9);

    private static readonly CounterFacts Good = new(false, true, true, true, BookingStatus.Booked, Opens, Closes);
    private static readonly OfflineClaim Claim = new(5, 5, Opens.AddHours(1));

    public static TheoryData<CounterFacts, OfflineClaim, OfflineConflict> Cases => new()
    {
        { Good, Claim, OfflineConflict.None },
        { Good with { Status = BookingStatus.Lapsed }, Claim, OfflineConflict.None },
        { Good, Claim with { At = Opens }, OfflineConflict.None },
        { Good, Claim with { At = Closes.AddMilliseconds(-1) }, OfflineConflict.None },
        { Good, Claim with { At = Closes }, OfflineConflict.OutsideHours },
        { Good, Claim with { At = Opens.AddMilliseconds(-1) }, OfflineConflict.OutsideHours },
        { Good, Claim with { Units = 6 }, OfflineConflict.InvalidUnits },
        { Good, Claim with { Units = 0 }, OfflineConflict.InvalidUnits },
        { Good with { Status = BookingStatus.Redeemed }, Claim with { Units = 0 }, OfflineConflict.AlreadyRedeemed },
        { Good with { Status = BookingStatus.Cancelled }, Claim with { At = Closes }, OfflineConflict.Cancelled },
        { Good with { IdentityHolds = false, Status = BookingStatus.Cancelled }, Claim, OfflineConflict.IdentityMismatch },
        { Good with { OwnPharmacy = false, IdentityHolds = false }, Claim, OfflineConflict.OtherPharmacy },
        { Good with { Known = false, OwnPharmacy = false }, Claim, OfflineConflict.Unknown },
        { Good with { Forged = true, Known = false }, Claim, OfflineConflict.Forged },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_counts_if_it_was_right_at_its_own_time(CounterFacts facts, OfflineClaim claim, OfflineConflict conflict) =>
        Assert.Equal(conflict, OfflineRules.Judge(facts, claim, Closes.AddHours(2)));

    [Fact]
    public void A_claim_is_bounded_on_both_sides()
    {
        Assert.Equal(OfflineConflict.None, OfflineRules.Judge(Good, Claim, Claim.At - OfflineRules.ClockDrift));
        Assert.Equal(OfflineConflict.InFuture, OfflineRules.Judge(Good, Claim, Claim.At - OfflineRules.ClockDrift - TimeSpan.FromSeconds(1)));
        Assert.Equal(OfflineConflict.None, OfflineRules.Judge(Good, Claim, Claim.At + OfflineRules.LongestSilence));
        Assert.Equal(OfflineConflict.TooLate, OfflineRules.Judge(Good, Claim, Claim.At + OfflineRules.LongestSilence + TimeSpan.FromSeconds(1)));
    }

    // planned, carried in, rolled in, rolled out, taken of each window
    [Theory]
    [InlineData(true, "10,3,0,0,5", "10,2,0,0,5")]
    [InlineData(true, "10,3,0,0,12", "10,2,0,0,12")]
    [InlineData(false, "10,3,0,0,13", "11,2,0,0,13")]
    [InlineData(true, "10,1,0,4,7;10,0,4,0,2", "10,0,0,3,7;10,0,3,0,2")]
    [InlineData(true, "10,1,0,0,11;10,0,0,0,2", "11,0,0,0,11;9,0,0,0,2")]
    [InlineData(true, "5,0,0,2,3;5,1,2,0,7", "5,0,0,2,3;5,0,2,0,7")]
    [InlineData(true, "5,1,0,0,6;6,0,0,1,5;5,0,1,0,5", "6,0,0,0,6;5,0,0,0,5;5,0,0,0,5")]
    [InlineData(false, "5,1,0,0,6;5,0,0,0,5", "6,0,0,0,6;5,0,0,0,5")]
    public void Taking_a_carried_place_back_takes_a_free_one_and_never_one_that_is_held(bool free, string before, string after)
    {
        var windows = Read(before);
        var left = QuotaLedger.LeftOf(windows);

        Assert.Equal(free, QuotaLedger.TakeBack(windows));

        Assert.Equal(after, Write(windows));
        Assert.Equal(free ? left - 1 : left, QuotaLedger.LeftOf(windows));
        Assert.All(windows, w => Assert.True(w.Left >= 0));
    }

    private static List<WindowPlaces> Read(string text) =>
    [
        .. text.Split(';').Select(w => w.Split(',').Select(int.Parse).ToArray()).Select((f, i) => new WindowPlaces
        {
            Window = i + 1, Planned = f[0], CarriedIn = f[1], RolledIn = f[2], RolledOut = f[3], Taken = f[4],
        }),
    ];

    private static string Write(IEnumerable<WindowPlaces> windows) =>
        string.Join(';', windows.Select(w => $"{w.Planned},{w.CarriedIn},{w.RolledIn},{w.RolledOut},{w.Taken}"));
}
