using System.Collections.Concurrent;
using WeChatMask.Data;
using Xunit;

namespace WeChatMask.Tests.Data;

public sealed class BatchWriterTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Who_stands_behind_a_slow_failure_is_given_back_at_once()
    {
        var (batches, givenBack) = await FailFirstBatchAsync(slow: TimeSpan.Zero);
        Assert.Equal([["first"]], batches);
        Assert.Equal(["second", "third"], givenBack);
    }

    [Fact]
    public async Task Who_stands_behind_a_quick_failure_is_written()
    {
        var (batches, givenBack) = await FailFirstBatchAsync(slow: Long);
        Assert.Equal([["first"], ["second", "third"]], batches);
        Assert.Empty(givenBack);
    }

    [Fact]
    public async Task Everything_that_was_brought_is_written_before_a_stop()
    {
        var written = new List<string>();
        using var writer = new BatchWriter<string>("test", capacity: 10, batchSize: 2, Write, _ => Assert.Fail("It was given back."));
        foreach (var item in (string[])["a", "b", "c", "d", "e"]) Assert.True(writer.TryAdd(item));
        writer.Start();
        await writer.StopAsync(CancellationToken.None);
        Assert.Equal(["a", "b", "c", "d", "e"], written);
        Assert.False(writer.TryAdd("late"));

        Task Write(IReadOnlyList<string> batch)
        {
            Assert.InRange(batch.Count, 1, 2);
            written.AddRange(batch);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_stop_that_cannot_wait_gives_back_what_is_not_written()
    {
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        var givenBack = new ConcurrentQueue<string>();
        using var writer = new BatchWriter<string>("test", capacity: 10, batchSize: 1, WriteAsync, givenBack.Enqueue);
        writer.TryAdd("first");
        writer.TryAdd("second");
        writer.Start();
        await begun.Task;
        var stop = writer.StopAsync(new CancellationToken(canceled: true));
        end.SetResult();
        await stop;
        Assert.Equal(["second"], givenBack);

        Task WriteAsync(IReadOnlyList<string> batch)
        {
            begun.TrySetResult();
            return end.Task;
        }
    }

    [Fact]
    public void A_full_queue_takes_no_more()
    {
        using var writer = new BatchWriter<string>("test", capacity: 1, batchSize: 1, _ => Task.CompletedTask, _ => { });
        Assert.True(writer.TryAdd("a"));
        Assert.False(writer.TryAdd("b"));
    }

    /// <summary>Two come while the first is being written, which then fails; everything ends.</summary>
    private static async Task<(List<string[]> Batches, List<string> GivenBack)> FailFirstBatchAsync(TimeSpan slow)
    {
        var batches = new List<string[]>();
        var givenBack = new List<string>();
        var begun = new TaskCompletionSource();
        var waiting = new TaskCompletionSource();
        BatchWriter<string>? made = null;
        using var writer = made = new BatchWriter<string>("test", capacity: 10, batchSize: 5, WriteAsync, givenBack.Add, slow);
        writer.TryAdd("first");
        writer.Start();
        await begun.Task;
        writer.TryAdd("second");
        writer.TryAdd("third");
        waiting.SetResult();
        await writer.StopAsync(CancellationToken.None);
        return (batches, givenBack);

        async Task WriteAsync(IReadOnlyList<string> batch)
        {
            batches.Add([.. batch]);
            begun.TrySetResult();
            await waiting.Task;
            if (batches.Count == 1) made!.GiveBackIfSlow();
        }
    }
}
