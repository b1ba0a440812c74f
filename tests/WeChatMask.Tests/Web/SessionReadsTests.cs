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
            TimeSpan.FromSeconds(slowSeconds));
        var first = reads.FindAsync("a");
        await begun.Task;
        var second = reads.FindAsync("b");

        fails.SetException(new TimeoutException());

        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Assert.ThrowsAsync<TimeoutException>(() => second);
        Assert.Equal(expectedReads, count);
    }
}
