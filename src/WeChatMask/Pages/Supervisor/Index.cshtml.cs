using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Jobs;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>The whole city at a glance: live figures, rounds, and whether the jobs do their work.</summary>
[Authorize(Policy = Sessions.SupervisorPolicy)]
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
public sealed class IndexModel(Board board, RoundQueries rounds, JobRuns runs, CityCalendar calendar) : PageModel
{
    private const int RoundsShown = 14;
    private const int JobsShown = 30;

    /// <summary>The board as everybody sees it.</summary>
    public BoardView Board { get; private set; } = new(0, default, null, []);

    /// <summary>Dates of the newest rounds.</summary>
    public IReadOnlyList<string> Rounds { get; private set; } = [];

    /// <summary>Newest job runs.</summary>
    public IReadOnlyList<JobRun> Jobs { get; private set; } = [];

    /// <summary>Shows it.</summary>
    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Board = BoardView.Of(await board.GetAsync(cancellationToken), calendar);
        Rounds = [.. (await rounds.NewestAsync(RoundsShown, cancellationToken)).Select(r => r.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
        Jobs = await runs.NewestAsync(JobsShown, cancellationToken);
    }

    /// <summary>An instant as the city's clocks show it.</summary>
    public string Local(DateTimeOffset instant) => calendar.Local(instant).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
