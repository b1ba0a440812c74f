using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>A pharmacy's shelf, and the form for what headquarters brought or what was lost: first what would follow, then the confirmation.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class StockModel(
    StockReportStore store, HeldReportStore held, StockQueries stock, CounterTroubleStore troubles, CounterQueries queries, RoundQueries rounds, CityCalendar calendar, RefusalResults refusals,
    IStringLocalizer<Text.Stock> text) : PageModel
{
    /// <summary>A delivery, in the form's words.</summary>
    public const string Delivery = "delivery";

    /// <summary>A loss, in the form's words.</summary>
    public const string Loss = "loss";

    private const int DaysShown = 7;
    private const int HeldShown = 10;

    [BindProperty]
    public string Kind { get; set; } = Delivery;

    [BindProperty]
    public string? Date { get; set; }

    /// <summary>How many, as typed.</summary>
    [BindProperty]
    public string? Units { get; set; }

    [BindProperty]
    public bool More { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    /// <summary>Keeps a form that is sent twice from counting twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    /// <summary>What was looked at before; a form that was changed since is looked at again.</summary>
    [BindProperty]
    public string? Seen { get; set; }

    public string Pharmacy { get; private set; } = "";

    public Goods Goods { get; private set; } = new("", "");

    /// <summary>Days that can be reported for, newest first, each with its shelf.</summary>
    public IReadOnlyList<(StockDay Day, ShelfDay Shelf)> Days { get; private set; } = [];

    /// <summary>The day shown at the top: today's, else the newest.</summary>
    public (StockDay Day, ShelfDay Shelf)? Shown => Days.Count == 0 ? null : Days.FirstOrDefault(d => d.Day.PickupDate <= calendar.Today, Days[^1]);

    /// <summary>The day whose goods come next: today's, else tomorrow's. Only one, so that pressing twice never means two days.</summary>
    public StockDay? Next => Days.Select(d => d.Day).LastOrDefault(d => d.PickupDate >= calendar.Today);

    /// <summary>Whether a day's delivery can be taken as planned: nothing was said of it yet, and nothing waits.</summary>
    public bool IsUnsaid(StockDay day) =>
        day.Reported is null && !Held.Any(h => h.PickupDate == day.PickupDate && h.Kind == StockReportKind.Delivery && h.Outcome == HeldOutcome.Waiting);

    public DeliveryAnswer? Effect { get; private set; }

    /// <summary>Today's goods beside those who still come: units on the shelf, bookings, and units that lack.</summary>
    public (int Shelf, int Waiting, int Lacking) Today { get; private set; }

    /// <summary>What was reported of goods that run short, while it lasts.</summary>
    public CounterTrouble? ShortReport { get; private set; }

    /// <summary>The city's numbers for complaints, which a pharmacy calls too.</summary>
    public IReadOnlyList<string> Hotlines { get; private set; } = [];

    public string? Message { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>The day that was just taken as planned.</summary>
    public StockDay? TakenAsPlanned { get; private set; }

    /// <summary>Whether what was just reported waits for a supervisor.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>The newest reports that waited for a supervisor, of days shown.</summary>
    public IReadOnlyList<HeldReport> Held { get; private set; } = [];

    /// <summary>A loss is written down only by who asks for its form.</summary>
    public async Task OnGetAsync(bool done, bool waits, string? planned, string? kind, CancellationToken cancellationToken)
    {
        IsWaiting = waits;
        IsDone = done;
        Kind = kind == Loss ? Loss : Delivery;
        RequestId = Guid.NewGuid().ToString("N");
        await LoadAsync(cancellationToken);
        if (RouteDay.Read(planned) is { } day) TakenAsPlanned = Days.Select(d => d.Day).FirstOrDefault(d => d.PickupDate == day && d.Reported == d.Planned);
    }

    /// <summary>Takes a day's delivery exactly as it was planned and shown.</summary>
    public async Task<IActionResult> OnPostPlannedAsync(int? planned, CancellationToken cancellationToken)
    {
        var wrong = StockEndpoints.Read(Date, planned, RequestId, least: 0, out var report);
        var answer = wrong == Refusal.None
            ? await store.DeliverAsync(Clerk.Of(User.Staff()), report with { AsPlanned = true }, tryOnly: false, cancellationToken)
            : new DeliveryAnswer(wrong);
        if (answer.Refusal == Refusal.None) return RedirectToPage(new { planned = Date });
        Refuse(answer.Refusal);
        Kind = Delivery;
        await LoadAsync(cancellationToken);
        return Page();
    }

    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await LoadAsync(cancellationToken);
    }

    /// <summary>Tells the supervisor that today's goods are not enough.</summary>
    public async Task<IActionResult> OnPostShortAsync(CancellationToken cancellationToken)
    {
        var refusal = await troubles.ReportShortAsync(Clerk.Of(User.Staff()), RequestId ?? "", cancellationToken);
        if (refusal == Refusal.None) return LocalRedirect("/pharmacy/stock#short");
        Refuse(refusal);
        Kind = Delivery;
        await LoadAsync(cancellationToken);
        return Page();
    }

    /// <summary>Takes that back.</summary>
    public async Task<IActionResult> OnPostEnoughAsync(CancellationToken cancellationToken)
    {
        var clerk = Clerk.Of(User.Staff());
        await troubles.EndAsync(clerk.Staff.Username, clerk.PharmacyId, CounterTroubleKind.RunsShort, cancellationToken);
        return LocalRedirect("/pharmacy/stock#short");
    }

    /// <summary>Writes it down, if it is what was looked at.</summary>
    public async Task<IActionResult> OnPostConfirmAsync(CancellationToken cancellationToken)
    {
        if (Seen != Looked)
        {
            await LookAsync(cancellationToken);
            Message ??= text["Changed"];
        }
        else if (Read() is { } report)
        {
            var clerk = Clerk.Of(User.Staff());
            var answer = Kind == Loss ? await store.LoseAsync(clerk, report, tryOnly: false, cancellationToken) : await store.DeliverAsync(clerk, report, tryOnly: false, cancellationToken);
            if (answer.Refusal == Refusal.None) return answer.Waits ? RedirectToPage(new { waits = true }) : RedirectToPage(new { done = true });
            Refuse(answer.Refusal);
        }

        await LoadAsync(cancellationToken);
        return Page();
    }

    /// <summary>What the form says, in a line.</summary>
    public string Looked => $"{Kind}|{Date}|{Units?.Trim()}|{More}";

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (Read() is not { } report) return;
        var clerk = Clerk.Of(User.Staff());
        var answer = Kind == Loss
            ? await store.LoseAsync(clerk, report, tryOnly: true, cancellationToken)
            : await store.DeliverAsync(clerk, report, tryOnly: true, cancellationToken);
        if (answer.Refusal == Refusal.None) Effect = answer;
        else Refuse(answer.Refusal);
    }

    private StockReport? Read()
    {
        int? units = int.TryParse(Units?.Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
        var wrong = StockEndpoints.Read(Date, units, RequestId, Kind == Loss ? 1 : 0, out var report);
        if (wrong == Refusal.InvalidUnits) Message = text["NeedUnits"];
        else if (wrong != Refusal.None) Refuse(wrong);
        if (Kind != Loss) return wrong == Refusal.None ? report with { MoreComing = More } : null;
        var written = WrittenText.Of(Reason, StockEndpoints.LongestReason);
        if (written.Text is { } reason) return wrong == Refusal.None ? report with { Reason = reason } : null;
        Message ??= refusals.ReasonSentence(written, text["NeedReason"]);
        return null;
    }

    private void Refuse(Refusal refusal)
    {
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = refusals.Sentence(refusal);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var pharmacy = Clerk.Of(User.Staff()).PharmacyId;
        Pharmacy = (await queries.PharmacyAsync(pharmacy, cancellationToken))?.Name ?? "";
        // The day after tomorrow's goods have not been booked yet.
        var days = await stock.DaysAsync(pharmacy, calendar.Today.AddDays(1), cancellationToken);
        Days = [.. days.Zip(StockDay.Shelves(days)).Reverse().Take(DaysShown)];
        if (Days.Count > 0) Held = [.. (await held.OfPharmacyAsync(pharmacy, HeldShown, cancellationToken)).Where(h => h.PickupDate >= Days[^1].Day.PickupDate)];
        if (Shown is { } shown)
        {
            Date ??= CityFormatter.Date(shown.Day.PickupDate);
            var policy = (await rounds.FindAsync(shown.Day.Round, cancellationToken))?.Policy;
            Goods = policy?.Goods ?? Goods;
            Hotlines = policy?.Complaints ?? [];
            Today = await troubles.LackAsync(pharmacy, cancellationToken);
            ShortReport = (await troubles.OpenAsync(pharmacy, cancellationToken)).Find(t => t.Kind == CounterTroubleKind.RunsShort);
        }
    }
}
