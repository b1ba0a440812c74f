using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.Jobs;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Whether the jobs do their work, and the door to have one done now.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class JobsModel(JobBoard board, JobRunStore runs, CityCalendar calendar) : PageModel
{
    private const int Shown = 50;

    public IReadOnlyList<JobState> Jobs { get; private set; } = [];

    public IReadOnlyList<JobRun> Newest { get; private set; } = [];

    public bool OnlyFailed { get; private set; }

    /// <summary>The job that was just woken.</summary>
    public string? Ran { get; private set; }

    /// <summary>Whether a job was asked for that there is not.</summary>
    public bool IsUnknown { get; private set; }

    public async Task OnGetAsync(bool failed, string? ran, CancellationToken cancellationToken)
    {
        OnlyFailed = failed;
        Jobs = await board.ReadAsync(cancellationToken);
        Newest = await runs.NewestAsync(Shown, failed ? JobOutcome.Failed : null, cancellationToken);
        Ran = Jobs.FirstOrDefault(j => j.Job.Name == ran)?.Job.Name;
    }

    public async Task<IActionResult> OnPostAsync(string? job, CancellationToken cancellationToken)
    {
        if (job is not null && await board.RunNowAsync(User.Staff().Username, job, cancellationToken)) return LocalRedirects.PageTo($"/supervisor/jobs?ran={Uri.EscapeDataString(job)}");
        IsUnknown = true;
        Response.StatusCode = StatusCodes.Status404NotFound;
        await OnGetAsync(false, null, cancellationToken);
        return Page();
    }

    /// <summary>The schedule runs by the machine's clock, in the city's zone.</summary>
    public string MachineTime(DateTimeOffset instant) => calendar.Local(instant).ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
