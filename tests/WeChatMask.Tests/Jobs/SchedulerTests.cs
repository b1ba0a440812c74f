using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Jobs;

/// <summary>When jobs run, and what is kept of a run.</summary>
public sealed class SchedulerTests
{
    // As long as one waits for what must not come.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    private readonly Runs first = new();
    private readonly Runs second = new();
    private readonly Runs third = new();

    [Fact]
    public async Task A_job_runs_at_the_start_and_then_at_its_pace()
    {
        // Before everything: however late this test looks, there are no more runs than there were seconds.
        var start = TimeProvider.System.GetTimestamp();
        await using var node = await StartAsync([new("First", JobNode.EachSecond, typeof(FirstJob)), new("Second", JobNode.Never, typeof(SecondJob))]);
        await second.NextAsync();
        await first.NextAsync();

        for (var i = 0; i < 5; i++) await first.NextAsync();

        // Each of the five belongs to a second of its own.
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(3));
        Assert.Equal(1, second.Count);
    }

    [Fact]
    public async Task A_job_does_not_overlap_itself_and_looks_again_for_what_came_meanwhile()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var door = new Door();
        first.Body = async (number, _) =>
        {
            if (number == 1) await goOn.Task;
            return 0;
        };
        // There are as many workers as jobs, so that the second one's is free.
        await using var node = await StartAsync(
            [new("First", JobNode.EachSecond, typeof(FirstJob)), new("Second", JobNode.Never, typeof(SecondJob))],
            s => s.Replace(ServiceDescriptor.Singleton<JobBarrier>(door)));
        await first.NextAsync();

        await door.Refused.Task.WaitAsync(Eventually.GiveUp);
        Assert.Equal(1, first.Count);
        goOn.SetResult();

        await first.NextAsync();
    }

    [Fact]
    public async Task What_a_job_did_lets_those_that_depend_on_it_run_at_once()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        first.Body = async (_, _) =>
        {
            await goOn.Task;
            return 1;
        };
        second.Body = (number, _) => Task.FromResult(number == 2 ? 1 : 0);
        await using var node = await StartAsync(
        [
            new("First", JobNode.Never, typeof(FirstJob)) { Then = [typeof(SecondJob)] },
            new("Second", JobNode.Never, typeof(SecondJob)) { Then = [typeof(ThirdJob)] },
            new("Third", JobNode.Never, typeof(ThirdJob)),
        ]);
        await second.NextAsync();
        await third.NextAsync();

        goOn.SetResult();

        await second.NextAsync();
        await third.NextAsync();
        Assert.Equal((1, 2, 2), (first.Count, second.Count, third.Count));
    }

    [Fact]
    public async Task A_failure_is_seen_and_the_next_look_tries_again()
    {
        first.Body = (number, _) => number == 1 ? throw new InvalidDataException("as it were") : Task.FromResult(2);
        await using var node = await StartAsync([new("First", JobNode.EachSecond, typeof(FirstJob))]);

        await first.NextAsync();
        await first.NextAsync();
        await Eventually.UntilAsync(async () => (await node.Get<JobRuns>().NewestAsync(10, default)).Any(r => r.Outcome == JobOutcome.Done));

        var failed = Assert.Single(await node.Get<JobRuns>().NewestAsync(10, default), r => r.Outcome == JobOutcome.Failed);
        Assert.Equal(("First", nameof(InvalidDataException), 0), (failed.Job, failed.Problem, failed.Done));
        var shown = node.Get<JobStorage>().GetMonitoringApi();
        var (id, seen) = Assert.Single(shown.FailedJobs(0, 10));
        Assert.Equal("as it were", seen.ExceptionMessage);
        // Nobody deletes it by hand.
        Assert.NotNull(shown.JobDetails(id).ExpireAt);
    }

    [Fact]
    public async Task A_run_that_found_nothing_leaves_nothing_behind()
    {
        first.Body = (number, _) => Task.FromResult(number == 2 ? 1 : 0);
        await using var node = await StartAsync([new("First", JobNode.EachSecond, typeof(FirstJob))]);

        for (var i = 0; i < 4; i++) await first.NextAsync();

        await Eventually.UntilAsync(() => node.Get<JobStorage>().GetMonitoringApi().SucceededListCount() == 1);
        Assert.Equal(1, Assert.Single(await node.Get<JobRuns>().NewestAsync(10, default)).Done);
    }

    [Fact]
    public async Task A_machines_clock_that_is_put_back_holds_nothing_up()
    {
        var machine = new FakeClock(new DateTimeOffset(2020, 2, 10, 19, 0, 0, TimeSpan.Zero));
        await using var node = await StartAsync([new("First", JobNode.Never, typeof(FirstJob))], s => s.AddSingleton(new MachineClock(machine)));
        await first.NextAsync();
        var storage = node.Get<JobStorage>();
        var late = new DateTime(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        using (var connection = storage.GetConnection())
        using (var write = connection.CreateWriteTransaction())
        {
            // As it is when the schedule was last laid by a clock far ahead.
            write.SetRangeInHash("recurring-job:First", [new("NextExecution", JobHelper.SerializeDateTime(late)), new("LastExecution", JobHelper.SerializeDateTime(late))]);
            write.Commit();
        }

        machine.Now -= TimeSpan.FromHours(1);

        await first.NextAsync();
        using var after = storage.GetConnection();
        Assert.True(Assert.Single(after.GetRecurringJobs()).NextExecution < late);
    }

    [Fact]
    public async Task A_stop_lets_a_run_end()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = CancellationToken.None;
        first.Body = async (_, cancellationToken) =>
        {
            token = cancellationToken;
            await goOn.Task.WaitAsync(cancellationToken);
            return 1;
        };
        await using var node = await StartAsync([new("First", JobNode.Never, typeof(FirstJob))]);
        await first.NextAsync();

        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Get<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        var stop = node.StopAsync();
        await stopping.Task;
        Assert.False(token.CanBeCanceled && token.WaitHandle.WaitOne(Grace));
        Assert.False(stop.IsCompleted);
        goOn.SetResult();
        await stop;

        Assert.Equal(JobOutcome.Done, Assert.Single(await node.Get<JobRuns>().NewestAsync(10, default)).Outcome);
    }

    [Fact]
    public async Task A_host_that_is_gone_leaves_the_others_of_its_process_as_they_are()
    {
        await using var node = await StartAsync([new("First", JobNode.EachSecond, typeof(FirstJob))]);
        await using (await JobNode.StartAsync([new("Second", JobNode.Never, typeof(SecondJob))], configure: s => s.AddKeyedSingleton(nameof(SecondJob), second))) await second.NextAsync();
        await first.NextAsync();
        var seen = first.Count;

        for (var i = 0; i <= seen; i++) await first.NextAsync();
        await using var later = await JobNode.StartAsync([new("Third", JobNode.Never, typeof(ThirdJob))], configure: s => s.AddKeyedSingleton(nameof(ThirdJob), third));
        await third.NextAsync();
        Assert.Equal(["First"], Names(node));
        Assert.Equal(["Third"], Names(later));

        static IEnumerable<string> Names(JobNode node)
        {
            using var connection = node.Get<JobStorage>().GetConnection();
            return [.. connection.GetRecurringJobs().Select(j => j.Id)];
        }
    }

    [Fact]
    public void What_runs_after_a_job_stands_in_the_schedule_behind_it()
    {
        var order = Schedule.Jobs.Select(j => j.Type).ToList();

        Assert.All(Schedule.Jobs, job => Assert.All(job.Then, next => Assert.True(order.IndexOf(next) > order.IndexOf(job.Type), $"{next.Name} after {job.Name}")));
    }

    private Task<JobNode> StartAsync(IReadOnlyList<ScheduledJob> schedule, Action<IServiceCollection>? configure = null) => JobNode.StartAsync(
        schedule,
        configure: services =>
        {
            services.AddKeyedSingleton(nameof(FirstJob), first).AddKeyedSingleton(nameof(SecondJob), second).AddKeyedSingleton(nameof(ThirdJob), third);
            configure?.Invoke(services);
        });

    private sealed class Door : JobBarrier
    {
        public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool TryEnter(string name)
        {
            var entered = base.TryEnter(name);
            if (!entered) Refused.TrySetResult();
            return entered;
        }
    }
}
