using System.Net;
using Microsoft.Extensions.Localization;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Pages;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Jobs;

/// <summary>The page of the jobs: what it says of each, and having one run now.</summary>
public sealed class JobBoardTests
{
    private const string Path = "/supervisor/jobs";

    [Fact]
    public async Task Every_job_has_its_name_its_purpose_and_its_pace_in_words()
    {
        await using var host = await SandboxHost.StartAsync();
        var page = await PageReader.OpenAsync(await host.SupervisorAsync(), Path);
        var (format, text) = (host.Get<JobFormatter>(), host.Get<IStringLocalizer<Text.Jobs>>());
        foreach (var job in Schedule.Jobs)
        {
            Assert.False(text[$"Job_{job.Name}"].ResourceNotFound, job.Name);
            Assert.False(text[$"Does_{job.Name}"].ResourceNotFound, job.Name);
            Assert.Contains($"{format.Purpose(job.Name)}。{format.Pace(job.Cron)}。", page.Text, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => format.Pace("0 0 1 1 *"));
    }

    [EngineTheory]
    public async Task What_failed_is_marked_until_it_has_gone_well(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        await using var held = await host.HoldJobsAsync();
        var supervisor = await host.SupervisorAsync();
        var runs = host.Get<JobRuns>();
        await runs.RecordAsync("ReportDay", runs.Start(), 0, "TimeoutException", CancellationToken.None);
        var state = Assert.Single(await host.Get<JobBoard>().ReadAsync(CancellationToken.None), j => j.Job.Name == "ReportDay");
        Assert.Equal("TimeoutException", state.Failed?.Problem);
        Assert.Contains("TimeoutException", (await PageReader.OpenAsync(supervisor, $"{Path}?failed=true")).Text, StringComparison.Ordinal);
        Assert.Contains("“制作日报”5 分钟内出错 1 次", (await PageReader.OpenAsync(supervisor, "/supervisor")).Text, StringComparison.Ordinal);

        await runs.RecordAsync("ReportDay", runs.Start(), 1, null, CancellationToken.None);
        state = Assert.Single(await host.Get<JobBoard>().ReadAsync(CancellationToken.None), j => j.Job.Name == "ReportDay");
        Assert.False(state.IsFailing);
        Assert.Equal(1, state.Done?.Done);
        Assert.DoesNotContain("制作日报", (await PageReader.OpenAsync(supervisor, "/supervisor")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_supervisor_has_a_job_run_at_once_and_it_is_written_down()
    {
        await using var host = await SandboxHost.StartAsync();
        var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, Path);
        var done = await page.PostAsync(supervisor, ("job", "PlanRounds"));
        Assert.Equal(HttpStatusCode.Found, done.Status);
        Assert.Contains("已经叫醒“安排新一期”", (await PageReader.OpenAsync(supervisor, $"{Path}?ran=PlanRounds")).Text, StringComparison.Ordinal);
        Assert.Contains("\"job.run\"", await supervisor.GetStringAsync(new Uri("/api/supervisor/audit?take=5", UriKind.Relative)), StringComparison.Ordinal);

        var unknown = await page.PostAsync(supervisor, ("job", "no-such-job"));
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
        Assert.Contains("没有这个任务", unknown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("现在运行", (await PageReader.OpenAsync(await host.StaffAsync("auditor"), Path)).Text, StringComparison.Ordinal);
    }
}
