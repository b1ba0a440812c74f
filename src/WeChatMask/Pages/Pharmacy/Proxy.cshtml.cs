using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>
/// One person collects for several: their vouchers are scanned or typed one after another, each with its verdict in a list, and handed
/// over together.
/// </summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
[CodeReaderPage]
public sealed class ProxyModel(
    CounterLines counter, RefusalResults refusals, FieldFaults fields, RoundQueries rounds, PolicyQueries policies, CityCalendar calendar, IStringLocalizer<Text.Staff> text)
    : CounterPage(counter, refusals, fields, calendar, text)
{
    // A form longer than this is no help to anybody; the cap itself is the server's, whatever is sent.
    private const int MostLines = 10;

    [BindProperty]
    public List<CounterLine> Lines { get; set; } = [];

    /// <summary>The next voucher or number of a list that has been begun.</summary>
    [BindProperty]
    public string? Next { get; set; }

    /// <summary>Last four characters of its booker's card.</summary>
    [BindProperty]
    public string? NextLastFour { get; set; }

    /// <summary>The index of a line to be taken off the list.</summary>
    [BindProperty]
    public int? Drop { get; set; }

    /// <summary>Why the next one could not be added.</summary>
    public string? NextFault { get; private set; }

    /// <summary>The line that was added last.</summary>
    public JudgedLine? Added { get; private set; }

    public bool MayAdd => Outcome is { HandedOver: false } && Lines.Count < MostLines;

    public int Cap { get; private set; }

    public int FormLines => Math.Clamp(Math.Max(Cap, Typed.Count), 1, MostLines);

    public override IReadOnlyList<CounterLine> Typed => Lines.Count == 0 ? [new CounterLine()] : [.. Lines.Take(MostLines)];

    public override bool NeedsProxy => true;

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    /// <summary>Begins a list with nothing on it yet; only the proxy has to be known.</summary>
    public async Task<IActionResult> OnPostScanAsync(CancellationToken cancellationToken)
    {
        Lines.RemoveAll(l => l.IsEmpty);
        if (Lines.Count > 0) return await OnPostCheckAsync(cancellationToken);
        if (IsProxyReadable()) return Begin();
        await LoadAsync(cancellationToken);
        return Page();
    }

    /// <summary>Adds the next one to the list, or takes one off it, and looks at all that are on it. What cannot be read is not added.</summary>
    public async Task<IActionResult> OnPostAddAsync(CancellationToken cancellationToken)
    {
        if (Drop is { } drop and >= 0 && drop < Lines.Count) Lines.RemoveAt(drop);
        Lines.RemoveAll(l => l.IsEmpty);
        var next = new CounterLine { Code = Next, LastFour = NextLastFour, RequestId = NewRequestId() };
        var adds = Drop is null && !next.IsEmpty && Lines.Count < MostLines;
        if (adds) Lines.Add(next);
        ModelState.Clear();
        if (Lines.Count == 0) return Begin();
        var page = await OnPostCheckAsync(cancellationToken);
        if (adds && Outcome is null && Lines.Count > 0)
        {
            var (sentence, _) = (Message, Lines.Remove(next));
            NextFault = Faults.Values.LastOrDefault() ?? sentence;
            (Message, Faults) = (null, FieldFaults.Of());
            if (Lines.Count == 0) return Begin();
            page = await OnPostCheckAsync(cancellationToken);
        }
        else
        {
            (Next, NextLastFour) = (null, null);
            if (adds) Added = Outcome?.Lines[^1];
        }

        return page;
    }

    private IActionResult Begin()
    {
        Outcome = new CounterOutcome(Refusal.None, false, []);
        return Page();
    }

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var today = await rounds.FindByPickupAsync(Today, cancellationToken);
        Cap = (today?.Policy ?? await policies.TodayAsync(cancellationToken))?.ProxyCap ?? 0;
    }
}
