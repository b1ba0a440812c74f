using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Counter;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>One person collects for several: their bookings are looked at together and handed over together.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class ProxyModel(
    CounterLines counter, RefusalResults refusals, FieldFaults fields, RoundQueries rounds, PolicyQueries policies, CityCalendar calendar, IStringLocalizer<Text.Staff> text)
    : CounterPage(counter, refusals, fields, calendar, text)
{
    // A form longer than this is no help to anybody; the cap itself is the server's, whatever is sent.
    private const int MostLines = 10;

    [BindProperty]
    public List<CounterLine> Lines { get; set; } = [];

    public int Cap { get; private set; }

    public int FormLines => Math.Clamp(Math.Max(Cap, Typed.Count), 1, MostLines);

    public override IReadOnlyList<CounterLine> Typed => Lines.Count == 0 ? [new CounterLine()] : [.. Lines.Take(MostLines)];

    public override bool NeedsProxy => true;

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var today = await rounds.FindByPickupAsync(Today, cancellationToken);
        Cap = (today?.Policy ?? await policies.TodayAsync(cancellationToken))?.ProxyCap ?? 0;
    }
}
