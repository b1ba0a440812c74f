using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class RoundTests
{
    private static readonly TimeSpan China = TimeSpan.FromHours(8);

    private static readonly RoundTimes Chuzhou = Times(
        [new(new(17, 30), new(18, 0)), new(new(18, 0), new(18, 30)), new(new(19, 0), new(19, 30))]);

    [Theory]
    [InlineData("17:29:59.999", Refusal.NotOpen)]
    [InlineData("17:30:00", Refusal.None)]
    [InlineData("17:59:59.999", Refusal.None)]
    [InlineData("18:00:00", Refusal.None)]
    [InlineData("18:30:00", Refusal.NotOpen)] // between windows
    [InlineData("19:29:59.999", Refusal.None)]
    [InlineData("19:30:00", Refusal.Closed)]
    [InlineData("23:59:59", Refusal.Closed)]
    public void Whether_booking_is_open_follows_the_windows(string time, Refusal expected) =>
        Assert.Equal(expected, Chuzhou.Admission(At(time), closed: false));

    [Fact]
    public void A_round_that_was_closed_early_stays_closed_in_its_window() =>
        Assert.Equal(Refusal.Closed, Chuzhou.Admission(At("17:45:00"), closed: true));

    [Theory]
    [InlineData("12:00:00", 1)]
    [InlineData("17:45:00", 1)]
    [InlineData("18:45:00", 3)]
    [InlineData("19:30:00", null)]
    public void The_board_shows_the_present_window_else_the_next(string time, int? expected) =>
        Assert.Equal(expected, Chuzhou.PresentOrNext(At(time))?.Index);

    [Theory]
    [InlineData(RoundPhase.Announced, false, "10:00:00", RoundPhase.Announced)]
    [InlineData(RoundPhase.Announced, false, "17:30:00", RoundPhase.Open)] // no job has run yet
    [InlineData(RoundPhase.Open, false, "18:40:00", RoundPhase.Open)]
    [InlineData(RoundPhase.Open, true, "17:40:00", RoundPhase.Closed)]
    [InlineData(RoundPhase.Open, false, "19:30:00", RoundPhase.Closed)]
    [InlineData(RoundPhase.Published, true, "20:00:00", RoundPhase.Published)]
    [InlineData(RoundPhase.Published, true, "33:00:00", RoundPhase.Handout)]
    [InlineData(RoundPhase.Ended, true, "34:00:00", RoundPhase.Ended)]
    public void The_shown_phase_follows_the_clock_where_only_the_clock_decides(RoundPhase stored, bool closed, string time, RoundPhase expected) =>
        Assert.Equal(expected, Chuzhou.PhaseAt(At(time), stored, closed));

    [Fact]
    public void Eighteen_half_hour_slots_fill_a_pickup_day()
    {
        var slots = PickupSlots.Of(Chuzhou, 30);

        Assert.Equal(18, slots.Count);
        Assert.Equal(Chuzhou.PickupOpensAt, slots[0].StartsAt);
        Assert.Equal(Chuzhou.PickupClosesAt, slots[^1].EndsAt);
        Assert.Empty(PickupSlots.Of(Chuzhou, 0));
        Assert.Equal(Chuzhou.PickupClosesAt, PickupSlots.Of(Chuzhou, 50)[^1].EndsAt);
    }

    [Theory]
    [InlineData(160, 18)]
    [InlineData(1, 18)]
    [InlineData(17, 18)]
    [InlineData(18, 18)]
    [InlineData(19, 18)]
    [InlineData(1000, 7)]
    public void Slots_differ_by_at_most_one_and_follow_serial_order(int count, int slots)
    {
        var indexes = Enumerable.Range(0, count).Select(i => PickupSlots.IndexFor(i, count, slots)).ToList();

        Assert.Equal(indexes.Order(), indexes);
        Assert.All(indexes, i => Assert.InRange(i, 0, slots - 1));
        var sizes = Enumerable.Range(0, slots).Select(s => indexes.Count(i => i == s)).ToList();
        Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
        Assert.Equal(sizes.OrderDescending(), sizes);
    }

    [Fact]
    public void Untaken_places_roll_on_and_are_never_counted_twice()
    {
        var windows = Windows((10, 4), (10, 0), (10, 0));

        Assert.True(QuotaLedger.RollUpTo(windows, 2));
        Assert.False(QuotaLedger.RollUpTo(windows, 2));

        Assert.Equal((6, 0, 0), (windows[0].RolledOut, windows[0].RolledIn, windows[0].Left));
        Assert.Equal((6, 16), (windows[1].RolledIn, windows[1].Left));
        Assert.Equal(26, QuotaLedger.LeftOf(windows));

        Assert.True(QuotaLedger.RollUpTo(windows, 3));
        Assert.Equal((16, 26), (windows[2].RolledIn, windows[2].Left));
        Assert.Equal(26, QuotaLedger.LeftOf(windows));
    }

    [Fact]
    public void A_place_freed_in_a_window_that_is_over_moves_on_to_the_present_one()
    {
        var windows = Windows((10, 10), (10, 0));
        QuotaLedger.RollUpTo(windows, 2);

        windows[0].Taken--;
        QuotaLedger.RollUpTo(windows, 2);

        Assert.Equal((1, 11), (windows[0].RolledOut, windows[1].Left));
    }

    [Theory]
    [InlineData(7, "3,2,2")]
    [InlineData(3, "1,1,1")]
    [InlineData(1, "1,0,0")]
    [InlineData(0, "0,0,0")]
    public void What_comes_back_is_spread_evenly_the_remainder_to_the_earliest(int places, string expected)
    {
        var windows = Windows((10, 0), (10, 0), (10, 0));

        QuotaLedger.SpreadCarried(windows, places);

        Assert.Equal(expected, string.Join(',', windows.Select(w => w.CarriedIn)));
    }

    [Fact]
    public void What_comes_back_goes_only_to_windows_in_which_the_pharmacy_has_places()
    {
        var windows = Windows((50, 0), (0, 0), (0, 0));

        QuotaLedger.SpreadCarried(windows, 7);

        Assert.Equal("7,0,0", string.Join(',', windows.Select(w => w.CarriedIn)));
    }

    [Fact]
    public void What_nobody_collected_goes_to_the_next_round() =>
        Assert.Equal((163, 23), (new Balance(160, 3, 10, 100, 40, 8, 5).Places, new Balance(160, 3, 10, 100, 40, 8, 5).CarriedOut));

    [Fact]
    public void The_citys_books_are_the_sum_of_its_pharmacies() =>
        Assert.Equal(new Balance(2, 3, 4, 5, 6, 7, 8), Balance.Sum([new Balance(1, 1, 1, 1, 1, 1, 1), new Balance(1, 2, 3, 4, 5, 6, 7)]));

    private static List<WindowPlaces> Windows(params (int Planned, int Taken)[] windows) =>
    [
        .. windows.Select((w, i) => new WindowPlaces
        {
            Window = i + 1, Planned = w.Planned, CarriedIn = 0, RolledIn = 0, RolledOut = 0, Taken = w.Taken,
        }),
    ];

    private static DateTimeOffset At(string time)
    {
        var parts = time.Split(':');
        var hours = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
        var rest = TimeSpan.Parse($"00:{parts[1]}:{parts[2]}", System.Globalization.CultureInfo.InvariantCulture);
        return new DateTimeOffset(2020, 2, 2, 0, 0, 0, China).AddHours(hours) + rest;
    }

    private static RoundTimes Times(IReadOnlyList<WindowHours> windows) => RoundTimes.Of(
        new Policy(
            new DateOnly(2020, 2, 1), new Goods("x", "y"), 5, 160, 2, true, true, 3, 3, windows,
            new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["*"] = [.. windows.Select(_ => 10)] },
            new PickupHours(new(9, 0), new(18, 0), 30), new(9, 0), EligibilityCheck.IdentityNumber, ResidentNotice.AtPublishing,
            CounterIdentification.NumberAndLastFour, ["12315"], 30),
        new DateOnly(2020, 2, 2),
        (day, time) => new DateTimeOffset(time.On(day), China));
}
