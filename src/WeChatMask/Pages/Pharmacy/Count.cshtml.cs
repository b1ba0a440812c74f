using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>Closing: what the clerk counts on the shelf beside what the books say. A difference is asked for its reason before it is written down.</summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class CountModel(
    ShelfCountStore store, StockQueries stock, RoundQueries rounds, CityCalendar calendar, RefusalResults refusals, IStringLocalizer<Text.Shop> text) : PageModel
{
    private const int CountsShown = 10;

    [BindProperty]
    public string? Date { get; set; }

    /// <summary>How many, as typed.</summary>
    [BindProperty]
    public string? Counted { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    /// <summary>Keeps a form that is sent twice from counting twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    /// <summary>The day that is counted, today's or the last one, beside its shelf; null before the first.</summary>
    public (StockDay Day, ShelfDay Shelf)? Shown { get; private set; }

    public Goods Goods { get; private set; } = new("", "");

    /// <summary>A difference that still wants its reason.</summary>
    public ShelfCount? Asked { get; private set; }

    /// <summary>The newest counts of the pharmacy, newest first.</summary>
    public IReadOnlyList<ShelfCount> Counts { get; private set; } = [];

    /// <summary>The count that holds for the day shown.</summary>
    public ShelfCount? Present => Counts.FirstOrDefault(c => c.PickupDate == Shown?.Day.PickupDate);

    public bool IsDone { get; private set; }

    public string? Message { get; private set; }

    public Task OnGetAsync(bool done, CancellationToken cancellationToken)
    {
        IsDone = done;
        RequestId = CounterPage.NewRequestId();
        return LoadAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        int? counted = Folding.Number(Counted) is { Length: > 0 and < 7 } typed && int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        var wrong = StockEndpoints.Read(Date, counted, RequestId, least: 0, out var read);
        var written = WrittenText.Of(Reason, StockEndpoints.LongestReason);
        var answer = wrong == Refusal.None
            ? await store.CountAsync(Clerk.Of(User.Staff()), new ShelfCountOrder(read.PickupDate, read.Units, written.Text, read.RequestId), cancellationToken)
            : new ShelfCountAnswer(wrong);
        if (answer.Refusal == Refusal.None) return RedirectToPage(new { done = true });
        Asked = answer.Count;
        Response.StatusCode = RefusalResults.Status(answer.Refusal);
        Message = answer.Refusal switch
        {
            Refusal.InvalidUnits => text["Count_NeedUnits"],
            Refusal.InvalidReason => refusals.ReasonSentence(written, text["Count_NeedReason", StockEndpoints.LongestReason]),
            _ => refusals.Sentence(answer.Refusal),
        };
        await LoadAsync(cancellationToken);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var pharmacy = Clerk.Of(User.Staff()).PharmacyId;
        var days = await stock.DaysAsync(pharmacy, calendar.Today, cancellationToken);
        if (days.Count == 0) return;
        Shown = (days[^1], StockDay.Shelves(days)[^1]);
        Counts = await store.NewestAsync(pharmacy, CountsShown, cancellationToken);
        Goods = (await rounds.FindAsync(days[^1].Round, cancellationToken))?.Policy.Goods ?? Goods;
    }
}
