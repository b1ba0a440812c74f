using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Operations;
using WeChatMask.Sandbox;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Jobs;

public sealed class CatchUpTests
{
    [EngineTheory]
    public async Task What_came_due_while_the_server_was_down_is_done_at_its_next_start(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        await resident.BookAsync("LD01", "a");

        await host.RestartAsync("2020-02-11T18:30:00+08:00");
        await host.Get<DueWork>().RunAllAsync(default);

        var ended = await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10");
        Assert.Equal("ended", ended.GetProperty("phase").GetString());
        Assert.Equal(1, ended.GetProperty("totals").GetProperty("lapsed").GetInt32());
        var next = await host.Http.GetJsonAsync("/api/public/rounds/2020-02-11");
        Assert.Equal(800, next.GetProperty("totals").GetProperty("carriedIn").GetInt32());
    }

    [EngineTheory]
    public async Task Every_job_run_again_at_any_moment_changes_nothing(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        await resident.BookAsync("LD01", "a");
        foreach (var moment in (string[])["2020-02-10T22:00:00+08:00", "2020-02-11T09:00:00+08:00", "2020-02-11T18:00:00+08:00", "2020-02-11T19:00:00+08:00"])
        {
            await host.SetClockAsync(moment);
            var before = await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10");
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Get<DueWork>().RunAllAsync(default)));

            var after = await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10");
            Assert.Equal(before.GetRawText(), after.GetRawText());
            Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, $"{r.Name} at {moment}"));
        }

        Assert.Equal(6, (await host.SmsAsync()).Count(s => s.GetProperty("text").GetString()!.Contains("2月11日", StringComparison.Ordinal)));
        Assert.Empty((await host.Get<JobRuns>().NewestAsync(100, default)).Where(r => r.Outcome == JobOutcome.Failed).Select(r => $"{r.Job}: {r.Problem}"));
    }

    [EngineTheory]
    public async Task Opening_time_waits_for_no_job(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        await using (await host.Get<SchedulerPause>().HoldAsync(default))
        {
            // The clock alone moves; no job runs.
            host.Get<SandboxClock>().Set(DateTimeOffset.Parse("2020-02-10T19:00:00+08:00", null));
            Assert.Equal(201, (await resident.BookAsync("LD01", "a")).Status);
            host.Get<SandboxClock>().Set(DateTimeOffset.Parse("2020-02-10T22:00:00+08:00", null));
            Assert.Equal("closed", (await resident.BookAsync("LD01", "b")).Body.Code());
        }
    }

    [EngineTheory]
    public async Task Log_ins_and_bookings_survive_a_restart(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        var booked = (await resident.BookAsync("LD01", "a")).Body.GetProperty("number").GetString();

        await host.RestartAsync();

        using var again = await host.PhoneAsync("o-1");
        var bookings = (await again.GetJsonAsync("/api/bookings")).GetProperty("bookings");
        Assert.Equal(booked, bookings[0].GetProperty("number").GetString());
    }

    [EngineTheory]
    public async Task Personal_data_is_destroyed_in_time_and_only_counts_are_left(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", engine: engine);
        using var resident = await host.NewResidentAsync(1);
        await resident.BookAsync("LD01", "a");

        await host.SetClockAsync("2020-03-12T12:00:00+08:00");
        Assert.Equal(200, (int)(await host.Http.GetAsync(new Uri("/api/public/rounds/2020-02-10/list?pharmacy=LD01", UriKind.Relative))).StatusCode);
        await host.SetClockAsync("2020-03-14T12:00:00+08:00");

        var database = host.Get<Database>();
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT COUNT(*) FROM resident WHERE id_number <> ''"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT COUNT(*) FROM published_entry WHERE round_date = '2020-02-10'"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT COUNT(*) FROM booking WHERE person_hash IS NOT NULL"));
        Assert.Equal(404, (int)(await host.Http.GetAsync(new Uri("/api/public/rounds/2020-02-10/list?pharmacy=LD01", UriKind.Relative))).StatusCode);
        var books = await host.Http.GetJsonAsync("/api/public/rounds/2020-02-10");
        Assert.Equal(1, books.GetProperty("totals").GetProperty("lapsed").GetInt32());
        Assert.All(await host.Get<InvariantQueries>().RunAsync(default), r => Assert.True(r.Broken == 0, r.Name));
        await CityLog.HoldsAsync(host.Get<Database>());
    }
}
