using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Flags;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>The whole city at a glance: live figures, what waits to be done, and the newest rounds.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class IndexModel(Board board, RoundQueries rounds, OfflineHandOverQueries offline, HeldReportStore held, DayReportQueries reports, ProvisionalQueries provisional, LateHandOverQueries late, FlagQueries flags, DayReportFormatter format, CityCalendar calendar) : PageModel
{
    private const int RoundsShown = 4;

    public RoundBanner Banner { get; private set; } = new(new BoardView(0, default, null, []), null, default, "");

    public BoardView Board => Banner.Board;

    public IReadOnlyList<PharmacyGroup> Districts { get; private set; } = [];

    /// <summary>Today in the city.</summary>
    public DateOnly Today => calendar.Today;

    /// <summary>The newest rounds.</summary>
    public IReadOnlyList<RoundState> Rounds { get; private set; } = [];

    /// <summary>Of those that have a daily report, when it was corrected last; null where nothing was.</summary>
    public IReadOnlyDictionary<DateOnly, DateTimeOffset?> Reports { get; private set; } = new Dictionary<DateOnly, DateTimeOffset?>();

    public IReadOnlyList<ProvisionalWait> Provisional { get; private set; } = [];

    /// <summary>Hand-overs without a network that wait to be looked into.</summary>
    public long OfflineOpen { get; private set; }

    /// <summary>Pharmacies that handed over much at the very end of a day.</summary>
    public IReadOnlyList<LateHandOvers> Late { get; private set; } = [];

    /// <summary>Reports of stock that wait for a supervisor.</summary>
    public long HeldReports { get; private set; }

    /// <summary>Flags that nobody has closed.</summary>
    public long Flags { get; private set; }

    /// <summary>Whether something waits for a supervisor.</summary>
    public bool HasTasks => HeldReports > 0 || OfflineOpen > 0 || Late.Count > 0 || Provisional.Count > 0 || Flags > 0;

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Banner = await RoundBanner.ReadAsync(board, calendar, cancellationToken);
        Districts = [.. Board.Pharmacies.GroupBy(p => p.District, StringComparer.Ordinal).Select(g => PharmacyGroup.Of(g.Key, g))];
        Rounds = await rounds.NewestAsync(RoundsShown, cancellationToken);
        if (Rounds.Count > 0) Reports = await reports.CorrectedAsync(Rounds[^1].Date, cancellationToken);
        Provisional = await provisional.WaitingAsync(cancellationToken);
        OfflineOpen = await offline.OpenCountAsync(cancellationToken);
        Late = await late.NewestAsync(cancellationToken);
        Flags = await flags.OpenAsync(cancellationToken);
        HeldReports = await held.CountAsync(cancellationToken);
    }

    public RoundPhase PhaseOf(RoundState round) => round.PhaseAt(calendar.Now);

    public bool IsPickupOver(RoundState round) => round.IsPickupOver(calendar.Now);

    public string Moment(DateTimeOffset instant) => format.Moment(instant);
}
