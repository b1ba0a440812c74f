using WeChatMask.Web;

namespace WeChatMask.Tests.Web;

/// <summary>Log-ins are read for many at once.</summary>
public sealed class SessionReadsTests
{
    [Theory]
    [InlineData(0, 1)]
    // A quick failure costs those behind it nothing: they are read for themselves.
    [InlineData(3600, 2)]
    public async Task Who_waits_behind_a_read_that_was_slow_to_fail_is_told_at_once(int slowSeconds, int expectedReads)
    {
        var fails = new TaskCompletionSource<List<SessionRow>>();
        var begun = new TaskCompletionSource();
        var count = 0;
        var reads = new SessionReads(
            _ =>
            {
                count++;
                begun.TrySetResult();
                return fails.Task;
            },
            () => Task.FromResult(1L),
            TimeSpan.FromSeconds(slowSeconds));
        var first = reads.FindAsync("a");
        await begun.Task;
        var second = reads.FindAsync("b");

        fails.SetException(new TimeoutException());

        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAsync<TimeoutException>(() => second);
        Assert.Equal(expectedReads, count);
    }

    [Fact]
    public async Task What_was_read_is_kept_until_somebody_ends_a_log_in_and_no_look_is_older_than_its_question()
    {
        var (number, count) = (1L, 0);
        var standing = new HashSet<string>(["a", "b"], StringComparer.Ordinal);
        var reads = new SessionReads(
            hashes =>
            {
                count++;
                return Task.FromResult<List<SessionRow>>([.. hashes.Distinct(StringComparer.Ordinal).Where(standing.Contains).Select(h => new SessionRow { IdHash = h })]);
            },
            () => Task.FromResult(number));
        for (var i = 0; i < 3; i++) Assert.Equal("a", (await reads.FindAsync("a"))!.IdHash);
        Assert.Equal(1, count);
        // Who is not there is asked for each time: the log-in may come.
        Assert.Null(await reads.FindAsync("c"));
        Assert.Null(await reads.FindAsync("c"));
        Assert.Equal(3, count);

        standing.Remove("a");
        number++;

        Assert.Null(await reads.FindAsync("a"));
        Assert.NotNull(await reads.FindAsync("b"));
    }

    [Fact]
    public void No_more_log_ins_are_kept_than_said_and_those_in_use_stay()
    {
        var kept = new KeptSessions(most: 10);
        kept.Add(new SessionRow { IdHash = "used" });
        for (var i = 0; i < 1000; i++)
        {
            kept.Add(new SessionRow { IdHash = $"{i}" });
            Assert.NotNull(kept.Find("used"));
            Assert.InRange(kept.Count, 1, 20);
        }

        Assert.NotNull(kept.Find("999"));
        Assert.Null(kept.Find("1"));
        kept.Clear();
        Assert.Null(kept.Find("used"));
    }
}
