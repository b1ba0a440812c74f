using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Operations;
using WeChatMask.Rounds;

namespace WeChatMask.Tests.Operations;

/// <summary>The last two hours, put together from what nodes wrote.</summary>
public sealed class LiveHistoryTests
{
    private static readonly DateTimeOffset Now = new DateTimeOffset(2020, 2, 10, 11, 0, 30, TimeSpan.Zero).AddMilliseconds(400);
    private static readonly DateTimeOffset Second = Now.AddMilliseconds(-400);

    [Fact]
    public void What_nodes_did_in_the_same_second_is_one_point_and_the_present_second_is_not_told_yet()
    {
        var history = new LiveHistory();
        var from = history.ReadFrom(Now);
        history.Take(from, [Row(0, "a", 9), Row(-1, "a", 3, "{\"sold_out\":2}"), Row(-1, "b", 4), Row(-59, "b", 1), Row(-60, "b", 1), Row(-61, "b", 100)]);

        var series = history.Seconds(Now);
        Assert.Equal((Second.AddSeconds(-1), 60, 60), (series.Ends, series.Booked.Count, series.Refused.Count));
        Assert.Equal((7, 2, 1), (series.Booked[^1], series.Refused[^1], series.Booked[0]));
        Assert.Equal(9, series.Booked.Sum());
        var minutes = history.Minutes(Now);
        Assert.Equal((Second.AddSeconds(-30), 120), (minutes.Ends, minutes.Booked.Count));
        Assert.Equal([102, 16], minutes.Booked.TakeLast(2));
        Assert.Equal([("sold_out", 2, 2)], history.Refusals(Now));
        Assert.Equal([("a", 12, 2), ("b", 5, 0)], history.Nodes(Now).Select(n => (n.Name, n.Booked, n.Refused)));
    }

    [Fact]
    public void A_row_that_is_written_anew_or_late_counts_as_it_is_now_and_once()
    {
        var history = new LiveHistory();
        Look(0, [Row(-100, "a", 1), Row(-1, "a", 3)]);
        Look(1, [Row(-100, "a", 1), Row(-1, "a", 5), Row(-2, "b", 1)]);
        Assert.Equal(7, history.Minutes(Now.AddSeconds(1)).Booked.Sum());

        // An hour on, what is older than it is read again in full.
        Look(3600, [Row(-1, "a", 5)]);
        Assert.Equal(5, history.Minutes(Now.AddSeconds(3600)).Booked.Sum());
        Look(7300, []);
        Assert.Equal(0, history.Minutes(Now.AddSeconds(7300)).Booked.Sum());

        void Look(int after, DeskSecond[] rows)
        {
            var from = history.ReadFrom(Now.AddSeconds(after));
            history.Take(from, rows.Where(r => r.At >= from));
        }
    }

    [Fact]
    public void A_node_that_has_fallen_silent_is_not_there()
    {
        var history = new LiveHistory();
        history.Take(history.ReadFrom(Now), [Row(-20, "gone", 1), Row(-10, "there", 1)]);

        Assert.Equal("there", Assert.Single(history.Nodes(Now)).Name);
    }

    [Theory]
    [InlineData(5, 0, 5)]
    [InlineData(228, 0, 30)]
    [InlineData(228, 228, 30)]
    [InlineData(228, 220, 30)]
    [InlineData(228, 3, 30)]
    public void Of_many_pharmacies_those_that_are_full_come_first_then_those_with_the_largest_part_left(int count, int full, int shown)
    {
        var all = Enumerable.Range(0, count).Select(i => Figures(i, i < full ? 0 : 1 + (i % 50))).ToList();

        var some = LiveFigures.Shown(all);

        Assert.Equal(shown, some.Count);
        var first = some.TakeWhile(p => p.Left == 0).ToList();
        Assert.Equal(Math.Min(full, Math.Max(15, 30 - (count - full))), first.Count);
        var others = some.Skip(first.Count).Select(p => p.Left).ToList();
        Assert.Equal(others.OrderDescending(), others);
        if (others.Count > 0) Assert.Equal(all.Max(p => p.Left), others[0]);
    }

    private static PharmacyFigures Figures(int i, int left) => new($"P{i:000}", $"P{i:000}", "", "", 0, 0, "", PharmacyStatus.Open, 50, left, 50 - left, 0, 0, null);

    private static DeskSecond Row(int back, string node, int booked, string refusals = "{}") => new() { At = Second.AddSeconds(back), Node = node, Booked = booked, Refusals = refusals };
}
