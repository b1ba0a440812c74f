using WeChatMask.Jobs;
using WeChatMask.Rounds;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>The clock moves the city as if the time had passed, and keeps its place.</summary>
public sealed class ClockTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2020-02-10T18:55:00+08:00", null);

    [Fact]
    public async Task It_starts_where_the_city_says_in_the_citys_offset()
    {
        var looked = TimeProvider.System.GetUtcNow();
        await using var host = await SandboxHost.StartAsync();

        var now = await host.NowAsync();

        AssertRanOn(Start, now, looked);
        Assert.Equal(TimeSpan.FromHours(8), now.Offset);
    }

    [Fact]
    public async Task Forward_opens_and_closes_the_round_on_the_way()
    {
        await using var host = await SandboxHost.StartAsync();
        Assert.Equal("announced", await PhaseAsync(host));

        var opened = await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        Assert.Equal(DateTimeOffset.Parse("2020-02-10T19:00:00+08:00", null), opened);
        Assert.Equal("open", await PhaseAsync(host));
        Assert.Contains(await RunsAsync(host), r => r.Job == "OpenWindows" && r.StartedAt == opened);

        await host.AdvanceAsync("PT3H");
        Assert.Contains(await RunsAsync(host), r => r.Job == "CloseWindows" && r.StartedAt == DateTimeOffset.Parse("2020-02-10T22:00:00+08:00", null));
        var boards = await host.Http.GetJsonAsync("/api/public/rounds");
        Assert.Equal("published", boards.GetProperty("rounds").EnumerateArray().First(r => r.GetProperty("date").GetString() == "2020-02-10").GetProperty("phase").GetString());
    }

    [Fact]
    public async Task Forty_days_pass_with_a_round_for_each()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou");

        var now = await host.AdvanceAsync("P40D");

        Assert.Equal(new DateOnly(2020, 3, 13), DateOnly.FromDateTime(now.DateTime));
        var rounds = await host.Get<RoundQueries>().NewestAsync(100, CancellationToken.None);
        Assert.Equal(new DateOnly(2020, 3, 14), rounds[0].Date);
        Assert.Equal(42, rounds.Count);
        Assert.DoesNotContain(await RunsAsync(host), r => r.Outcome == JobOutcome.Failed);
    }

    [Fact]
    public async Task Backward_only_sets_and_without_a_policy_there_is_no_round()
    {
        await using var host = await SandboxHost.StartAsync();
        var rounds = (await host.Get<RoundQueries>().NewestAsync(100, CancellationToken.None)).Count;

        await host.SetClockAsync("2020-01-15T08:00:00+08:00");

        var board = await host.Http.GetJsonAsync("/api/board");
        Assert.False(board.TryGetProperty("round", out _));
        Assert.Equal(rounds, (await host.Get<RoundQueries>().NewestAsync(100, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task After_a_jump_back_the_jobs_run_again()
    {
        await using var host = await SandboxHost.StartAsync();
        await host.SetClockAsync("2020-02-05T18:59:59+08:00");
        await host.Get<RoundStore>().PlanAsync(new DateOnly(2020, 2, 5), CancellationToken.None);

        // The board judges by the clock; that the stored phase follows shows that the scheduler goes on.
        await Eventually.UntilAsync(async () => await host.Get<RoundQueries>().FindAsync(new DateOnly(2020, 2, 5), CancellationToken.None) is { Phase: WeChatMask.Domain.RoundPhase.Open });
    }

    [Fact]
    public async Task It_goes_on_where_it_was_after_a_restart()
    {
        await using var host = await SandboxHost.StartAsync();
        var looked = TimeProvider.System.GetUtcNow();
        var set = await host.SetClockAsync("2020-02-11T10:00:00+08:00");

        await host.RestartAsync();
        AssertRanOn(set, await host.NowAsync(), looked);

        looked = TimeProvider.System.GetUtcNow();
        await host.RestartAsync("2020-02-12T10:00:00+08:00");
        AssertRanOn(set.AddDays(1), await host.NowAsync(), looked);
    }

    [Fact]
    public async Task Two_movers_take_turns()
    {
        await using var host = await SandboxHost.StartAsync();
        var looked = TimeProvider.System.GetUtcNow();
        var before = await host.NowAsync();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.AdvanceAsync("PT1H")));

        AssertRanOn(before.AddHours(5), await host.NowAsync(), looked);
    }

    [Fact]
    public async Task Bad_orders_are_problems_and_change_nothing()
    {
        await using var host = await SandboxHost.StartAsync();
        var looked = TimeProvider.System.GetUtcNow();
        var before = await host.NowAsync();
        string[] wrong =
        [
            "{}",
            """{"now":"2020-02-10T19:00:00+08:00","advance":"PT1M"}""",
            """{"now":"soon"}""",
            """{"now":"2020-02-10T19:00:00"}""",
            """{"now":"2020-02-30T19:00:00+08:00"}""",
            """{"now":"9999-01-01T00:00:00Z"}""",
            """{"advance":"30 minutes"}""",
            """{"advance":"P999999999D"}""",
        ];
        string[] unreadable = ["""{"advance":30}""", """{"then":"PT1M"}""", "{"];

        foreach (var body in wrong) Assert.Equal((422, "invalid_clock"), await OrderAsync(host, body));
        foreach (var body in unreadable) Assert.Equal((400, "malformed_json"), await OrderAsync(host, body));

        AssertRanOn(before, await host.NowAsync(), looked);
    }

    [Fact]
    public void It_runs_on_but_stands_still_while_frozen()
    {
        var file = Path.GetTempFileName();
        var start = DateTimeOffset.Parse("2020-02-10T19:00:00+08:00", null);
        var clock = new SandboxClock(file, start, start);

        var looked = TimeProvider.System.GetUtcNow();
        clock.Freeze(start.AddDays(1));
        Assert.Equal(start.AddDays(1), clock.GetUtcNow());
        Assert.Equal(clock.GetUtcNow(), clock.GetUtcNow());
        clock.Release();
        Assert.True(clock.GetUtcNow() > start.AddDays(1));
        AssertRanOn(start.AddDays(1), new SandboxClock(file, null, start).GetUtcNow(), looked);
        File.Delete(file);
    }

    /// <summary>It shows an instant that it was put to, and what has passed on the machine since a look before that.</summary>
    private static void AssertRanOn(DateTimeOffset put, DateTimeOffset now, DateTimeOffset looked) =>
        Assert.InRange(now - put, TimeSpan.Zero, TimeProvider.System.GetUtcNow() - looked);

    private static async Task<(int Status, string? Code)> OrderAsync(SandboxHost host, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Http.PostAsync("/sandbox/clock", content);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return ((int)answer.StatusCode, (await answer.JsonAsync()).Code());
    }

    private static async Task<string?> PhaseAsync(SandboxHost host) =>
        (await host.Http.GetJsonAsync("/api/board")).GetProperty("round").GetProperty("phase").GetString();

    private static Task<List<JobRun>> RunsAsync(SandboxHost host) => host.Get<JobRuns>().NewestAsync(10_000, CancellationToken.None);
}
