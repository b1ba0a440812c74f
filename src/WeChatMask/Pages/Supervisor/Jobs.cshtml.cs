using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Jobs;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Whether the jobs do their work.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class JobsModel(JobRuns runs) : PageModel
{
    private const int Shown = 50;

    public IReadOnlyList<JobRun> Newest { get; private set; } = [];

    public int Failed => Newest.Count(j => j.Outcome == JobOutcome.Failed);

    public async Task OnGetAsync(CancellationToken cancellationToken) => Newest = await runs.NewestAsync(Shown, cancellationToken);
}
