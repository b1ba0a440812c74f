using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>The newest rounds with their files.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class RoundsModel(RoundQueries rounds, DayReportQueries reports, CityCalendar calendar) : PageModel
{
    private const int Shown = 30;

    public IReadOnlyList<RoundState> Rounds { get; private set; } = [];

    /// <summary>Of those that have a daily report, when it was corrected last; null where nothing was.</summary>
    public IReadOnlyDictionary<DateOnly, DateTimeOffset?> Reports { get; private set; } = new Dictionary<DateOnly, DateTimeOffset?>();

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Rounds = await rounds.NewestAsync(Shown, cancellationToken);
        if (Rounds.Count > 0) Reports = await reports.CorrectedAsync(Rounds[^1].Date, cancellationToken);
    }

    public RoundPhase PhaseOf(RoundState round) => round.PhaseAt(calendar.Now);

    public bool IsPickupOver(RoundState round) => round.IsPickupOver(calendar.Now);
}
