using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sandbox;

/// <summary>Any city can be brought to where cheating pays, and runs on whatever is done to it there.</summary>
public sealed class CheatStageTests
{
    private const string Nobody = "phone - door - journalist - night -";

    [Fact]
    public async Task After_an_honest_hour_still_nobody_finds_anything()
    {
        await using var host = await SandboxHost.StartAsync();
        var cheats = new CheatCalls(host);
        await cheats.StageAgainAsync();

        await host.Http.PostAsync("/sandbox/neighbours", new { count = 50 });
        await host.AdvanceAsync("PT1H");

        Assert.Equal(Nobody, (await cheats.LookAsync()).Found());
        await CityLog.HoldsAsync(host.Get<Database>());
    }

    [Fact]
    public async Task While_a_cheat_is_in_place_people_book_and_jobs_run_also_over_a_day()
    {
        await using var host = await SandboxHost.StartAsync();
        var cheats = new CheatCalls(host);
        await cheats.StageAgainAsync();
        foreach (var kind in (string[])["friend", "yesterday", "drop"])
        {
            await cheats.DoAsync(kind);
            var (_, crowd) = await host.Http.PostAsync("/sandbox/neighbours", new { count = 20 });
            Assert.Equal(20, crowd.GetProperty("accepted").GetInt32());
        }

        await host.AdvanceAsync("P1D");

        Assert.Equal(0, await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM job_run WHERE outcome = @failed", new { failed = JobOutcome.Failed }));
        Assert.Equal("phone found door - journalist found night found", (await cheats.LookAsync()).Found());
    }

    [Fact]
    public async Task After_a_restart_the_cheat_is_still_in_place_and_can_be_undone()
    {
        await using var host = await SandboxHost.StartAsync();
        await new CheatCalls(host).StageAgainAsync();
        await new CheatCalls(host).DoAsync("swap");

        await host.RestartAsync();

        Assert.Equal("phone found door - journalist found night found", (await new CheatCalls(host).LookAsync()).Found());
        Assert.Equal(Nobody, (await new CheatCalls(host).UndoAsync()).Found());
    }

    [Fact]
    public async Task Without_a_stage_nobody_cheats_and_when_its_evening_is_over_a_new_one_is_wanted()
    {
        await using var host = await SandboxHost.StartAsync();
        var cheats = new CheatCalls(host);
        Assert.Null((await cheats.DoAsync("drop")).Kind());
        Assert.Equal(0, await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM booking"));

        await cheats.StageAgainAsync();
        await host.AdvanceAsync("P1D");
        Assert.Null((await cheats.LookAsync()).Scene());

        Assert.Equal(Nobody, (await cheats.StageAgainAsync()).Found());
        Assert.StartsWith("phone found", (await cheats.DoAsync("swap")).Found(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chuzhou", null)]
    [InlineData("loudi", "2020-02-10T20:30:00+08:00")]
    [InlineData("loudi", "2020-02-11T08:00:00+08:00")]
    public async Task Any_city_at_any_time_can_be_brought_to_where_cheating_pays(string city, string? clock)
    {
        await using var host = await SandboxHost.StartAsync(city, clock);
        var cheats = new CheatCalls(host);
        await cheats.StageAgainAsync();

        Assert.Equal("phone found door found journalist found night -", (await cheats.DoAsync("friend")).Found());
        await CityLog.HoldsAsync(host.Get<Database>());
        Assert.Equal("phone - door - journalist found night found", (await cheats.DoAsync("places")).Found());
        Assert.Equal("phone found door - journalist found night -", (await cheats.DoAsync("yesterday")).Found());
        Assert.Equal(Nobody, (await cheats.UndoAsync()).Found());
    }

    [Fact]
    public async Task What_is_no_cheat_is_refused_and_where_none_is_in_place_there_is_nothing_to_undo()
    {
        await using var host = await SandboxHost.StartAsync();

        foreach (var kind in (string[])["", "bribe", "0", "Friend"])
        {
            var (status, problem) = await host.Http.PostAsync(CheatCalls.Path, new { kind });
            Assert.Equal((422, "unknown_cheat"), (status, problem.Code()));
        }

        Assert.Null((await new CheatCalls(host).UndoAsync()).Kind());
    }

    [EngineTheory]
    public async Task On_another_database_than_the_sandboxs_own_nobody_cheats(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        var isOwn = engine == DatabaseKind.Sqlite;

        var (status, answer) = await host.Http.PostAsync($"{CheatCalls.Path}/undo", new { });

        Assert.Equal(isOwn, host.Get<Cheater>().IsSupported);
        Assert.Equal((isOwn ? 200 : 409, isOwn ? null : "other_database"), (status, isOwn ? null : answer.Code()));
        Assert.Equal(isOwn, (await host.Http.GetStringAsync(new Uri("/sandbox/cheat", UriKind.Relative))).Contains("data-kind=", StringComparison.Ordinal));
    }
}
