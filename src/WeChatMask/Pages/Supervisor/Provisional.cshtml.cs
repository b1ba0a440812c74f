using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>A round's bookings that were made while the registry did not answer: how many wait at each pharmacy, and what became of the others.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class ProvisionalModel(RoundQueries rounds, ProvisionalQueries queries, DayReportFormatter format) : PageModel
{
    public DateOnly Day { get; private set; }

    public string SettledBy { get; private set; } = "";

    /// <summary>Figures of each pharmacy that has any, in the order of codes.</summary>
    public IReadOnlyList<(string Code, string Name, ProvisionalFigures Figures)> Pharmacies { get; private set; } = [];

    /// <summary>Figures of the city.</summary>
    public ProvisionalFigures Totals { get; private set; } = new(0, 0, 0, 0, 0);

    public async Task<IActionResult> OnGetAsync(string date, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day
            || await rounds.FindAsync(day, cancellationToken) is not { } round)
            return NotFound();
        var counts = await queries.OfAsync(day, cancellationToken);
        Day = day;
        SettledBy = format.Moment(EligibilityRules.SettleUntil(round.Times));
        Pharmacies = [.. counts.GroupBy(c => (c.Code, c.Name)).Select(g => (g.Key.Code, g.Key.Name, ProvisionalFigures.Of(g)))];
        Totals = ProvisionalFigures.Of(counts);
        return Page();
    }
}
