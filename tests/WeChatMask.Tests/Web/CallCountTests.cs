using WeChatMask.Web;

namespace WeChatMask.Tests.Web;

/// <summary>How often one caller may ask, within any window, and what it costs to know.</summary>
public sealed class CallCountTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_caller_may_ask_so_often_in_any_window_and_others_are_not_held_up()
    {
        var time = new Stopped();
        var counts = new CallCounts(3, Window, time);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => counts.Take("a")));
        Assert.True(counts.Take("b"));
        time.Advance(TimeSpan.FromSeconds(7.9));
        Assert.False(counts.Take("a"));
        // Refusals are not counted, so that the whole window later all of it is there again.
        time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => counts.Take("a")));
    }

    [Fact]
    public void Who_asks_on_and_on_gets_no_more_than_the_limit_in_any_window()
    {
        var time = new Stopped();
        var counts = new CallCounts(60, Window, time);
        var taken = new List<TimeSpan>();
        for (var i = 0; i < 4000; i++)
        {
            if (counts.Take("a")) taken.Add(time.Now);
            time.Advance(TimeSpan.FromMilliseconds(37));
        }

        // In parts of a fifth, so a window is at least four of them.
        foreach (var at in taken) Assert.InRange(taken.Count(t => t >= at && t < at + TimeSpan.FromSeconds(8)), 1, 60);
        Assert.True(taken.Count > 60 * 13);
    }

    [Fact]
    public void Whoever_has_not_asked_lately_is_forgotten_and_there_is_a_bound()
    {
        var time = new Stopped();
        var counts = new CallCounts(60, Window, time, mostCallers: 1600);
        for (var i = 0; i < 100_000; i++) counts.Take($"{i}");
        Assert.InRange(counts.Callers, 800, 1600);
        for (var round = 0; round < 2; round++)
        {
            time.Advance(Window);
            for (var i = 0; i < 400; i++) counts.Take($"now {i}");
        }

        Assert.InRange(counts.Callers, 400, 800);
    }

    private sealed class Stopped : TimeProvider
    {
        public TimeSpan Now { get; private set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => Now += by;

        public override long GetTimestamp() => Now.Ticks;
    }
}
