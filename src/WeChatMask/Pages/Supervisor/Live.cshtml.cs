using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Operations;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>An opening as it goes; the page's script carries on what stands here.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class LiveModel(LiveFigures figures) : PageModel
{
    public LiveView View { get; private set; } = null!;

    /// <summary>Whether it is for a wall: large, and without the menu.</summary>
    public bool IsDisplay { get; private set; }

    public async Task OnGetAsync(int? display, CancellationToken cancellationToken)
    {
        View = await figures.GetAsync(cancellationToken);
        IsDisplay = display == 1;
    }
}

/// <summary>A curve and its table: <c>live-</c> with the name are their ids.</summary>
public sealed record LiveCurve(string Name, LiveSeries Series, TimeSpan Step)
{
    /// <summary>The steps in which somebody tried, the newest first.</summary>
    public IEnumerable<(DateTimeOffset At, int Booked, int Refused)> Rows => Enumerable.Range(0, Series.Booked.Count)
        .Select(back => (Series.Ends - (back * Step), Series.Booked[^(back + 1)], Series.Refused[^(back + 1)]))
        .Where(r => r.Item2 > 0 || r.Item3 > 0);
}
