using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>
/// A pharmacy says that it hands nothing out for a while, and that it goes on. Whoever stands at the counter says so: a clerk may,
/// since nothing of places or bookings changes by it.
/// </summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class PauseModel(CounterTroubleStore store, CityCalendar calendar, RefusalResults refusals, IStringLocalizer<Text.Shop> text) : PageModel
{
    [BindProperty]
    public string? Reason { get; set; }

    /// <summary>Until when it is expected, as a time of today; nothing where that is not known.</summary>
    [BindProperty]
    public string? Until { get; set; }

    /// <summary>Keeps a form that is sent twice from pausing twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    /// <summary>The pause that lasts.</summary>
    public CounterTrouble? Present { get; private set; }

    public string? Message { get; private set; }

    public bool IsDone { get; private set; }

    public Task OnGetAsync(bool done, CancellationToken cancellationToken)
    {
        IsDone = done;
        RequestId = CounterPage.NewRequestId();
        return LoadAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(Reason, StockEndpoints.LongestReason);
        var refusal = written.Text is null ? Refusal.InvalidReason
            : !TryReadUntil(out var until) ? Refusal.InvalidPauseEnd
            : await store.PauseAsync(Clerk.Of(User.Staff()), written.Text, until, RequestId ?? "", cancellationToken);
        if (refusal == Refusal.None) return RedirectToPage(new { done = true });
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = refusal == Refusal.InvalidReason ? refusals.ReasonSentence(written, text["Pause_NeedReason", StockEndpoints.LongestReason]) : refusals.Sentence(refusal);
        await LoadAsync(cancellationToken);
        return Page();
    }

    /// <summary>Goes on handing out.</summary>
    public async Task<IActionResult> OnPostResumeAsync(CancellationToken cancellationToken)
    {
        var clerk = Clerk.Of(User.Staff());
        await store.EndAsync(clerk.Staff.Username, clerk.PharmacyId, CounterTroubleKind.Paused, cancellationToken);
        return RedirectToPage(new { done = true });
    }

    private bool TryReadUntil(out DateTimeOffset? until)
    {
        until = null;
        if (string.IsNullOrWhiteSpace(Until)) return true;
        if (DayTime.TryParse(Until.Trim()) is not { } time) return false;
        until = calendar.Instant(calendar.Today, time);
        return true;
    }

    private async Task LoadAsync(CancellationToken cancellationToken) =>
        Present = (await store.OpenAsync(Clerk.Of(User.Staff()).PharmacyId, cancellationToken)).Find(c => c.Kind == CounterTroubleKind.Paused);
}
