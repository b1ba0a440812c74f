using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class StockRulesTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 2)]
    [InlineData(7, 1)]
    [InlineData(4, 0)]
    [InlineData(-1, -1)]
    [InlineData(-5, -1)]
    [InlineData(-6, -2)]
    public void A_difference_in_units_never_promises_a_place_that_is_not_whole(int units, int places) => Assert.Equal(places, StockRules.PlacesOf(units, 5));

    [Theory]
    [InlineData(20, "")]
    [InlineData(19, "4")]
    [InlineData(10, "3,4")]
    [InlineData(4, "1,2,3,4")]
    [InlineData(0, "1,2,3,4")]
    public void The_latest_serials_move_when_the_shelf_is_short(int shelf, string moving) =>
        Assert.Equal(moving, string.Join(',', StockRules.Moving([new(1, 5), new(2, 5), new(3, 5), new(4, 5)], shelf).Select(c => c.Id)));

    [Fact]
    public void Nobody_later_is_served_before_somebody_earlier() =>
        Assert.Equal([2, 3], StockRules.Moving([new(1, 5), new(2, 10), new(3, 5)], 12).Select(c => c.Id));

    [Fact]
    public void A_shelf_opens_with_what_the_day_before_left()
    {
        var shelf = new ShelfDay(Opening: 3, Delivered: 10, HandedOver: 9, Lost: 1);
        Assert.Equal((3, true), (shelf.Closing, shelf.Holds));
        Assert.False(new ShelfDay(3, 10, 13, 1).Holds);
    }

    [Theory]
    [InlineData("10,10,10", 7, "3,2,2")]
    [InlineData("10,10,10", -7, "-3,-2,-2")]
    [InlineData("2,10,10", -20, "-2,-9,-9")]
    [InlineData("50,0,0", -7, "-7,0,0")]
    [InlineData("10,10,10", -30, "-10,-10,-10")]
    public void What_is_taken_away_is_spread_as_evenly_as_what_is_given(string planned, int places, string expected)
    {
        var windows = planned.Split(',').Select((p, i) => new WindowPlaces
        {
            Window = i + 1, Planned = int.Parse(p, System.Globalization.CultureInfo.InvariantCulture), CarriedIn = 0, RolledIn = 0, RolledOut = 0, Taken = 0,
        }).ToList();

        QuotaLedger.SpreadCarried(windows, 5);
        QuotaLedger.SpreadCarried(windows, places);

        Assert.Equal(expected, string.Join(',', windows.Select(w => w.CarriedIn)));
        Assert.All(windows, w => Assert.True(w.Places >= 0));
    }

    [Fact]
    public void Each_day_is_asked_by_its_own_rules()
    {
        var old = Rules(new DateOnly(2020, 2, 1), 9);
        var shorter = Rules(new DateOnly(2020, 2, 12), 5);
        var longer = Rules(new DateOnly(2020, 2, 12), 20);
        var booked = new DateOnly(2020, 2, 5);

        Assert.Equal(new DateOnly(2020, 2, 14), new PolicyTimeline([old]).BookableFrom(booked, booked));
        Assert.Equal(new DateOnly(2020, 2, 12), new PolicyTimeline([old, shorter]).BookableFrom(booked, booked));
        Assert.Equal(new DateOnly(2020, 2, 25), new PolicyTimeline([longer, old]).BookableFrom(booked, booked));
        Assert.Equal(new DateOnly(2020, 2, 20), new PolicyTimeline([old]).BookableFrom(booked, new DateOnly(2020, 2, 20)));
        Assert.Null(new PolicyTimeline([]).BookableFrom(booked, booked));
    }

    internal static Policy Rules(DateOnly from, int cooldown) => new(
        from, new Goods("x", "y"), 5, 160, cooldown, true, true, 3, 3, [new WindowHours(new(19, 0), new(22, 0))],
        new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["*"] = [10] },
        new PickupHours(new(9, 0), new(18, 0), 30), new(9, 0), EligibilityCheck.IdentityNumber, ResidentNotice.AtPublishing,
        CounterIdentification.NumberAndLastFour, ["12315"], 30);
}
