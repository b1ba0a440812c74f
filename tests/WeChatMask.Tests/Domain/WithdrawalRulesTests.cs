using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class WithdrawalRulesTests
{
    private static readonly TakingPharmacy[] Two = [new(1, 3), new(2, 4)];

    [Fact]
    public void The_first_is_filled_first_and_a_family_stays_together()
    {
        // Two of one account, three of another, one alone.
        var places = WithdrawalRules.Assign([new(10, 7), new(11, 7), new(20, 8), new(21, 8), new(22, 8), new(30, 9)], Two)!;

        Assert.Equal([1, 1, 2, 2, 2, 1], new long[] { 10, 11, 20, 21, 22, 30 }.Select(id => places[id]));
    }

    [Fact]
    public void A_family_for_which_nobody_has_room_is_parted_before_anybody_is_refused()
    {
        var places = WithdrawalRules.Assign([.. Enumerable.Range(1, 7).Select(i => new LeavingBooking(i, 1))], Two)!;

        Assert.Equal((3, 4), (places.Values.Count(p => p == 1), places.Values.Count(p => p == 2)));
        Assert.Null(WithdrawalRules.Assign([.. Enumerable.Range(1, 8).Select(i => new LeavingBooking(i, i))], Two));
    }

    [Theory]
    [InlineData(160, 0, 80)]
    [InlineData(161, 30, 50)]
    [InlineData(160, 90, 0)]
    public void A_pharmacy_takes_half_of_its_plan_beside_its_own(int planned, int movedIn, int room) => Assert.Equal(room, WithdrawalRules.RoomOf(planned, movedIn));
}
