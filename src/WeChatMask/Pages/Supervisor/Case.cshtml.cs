using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Cases;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>One case: what was written, what was done, and what a supervisor does next. Each look at it is audited.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class CaseModel(CaseQueries queries, CaseStore store, RefusalResults refusals, CityCalendar calendar, IStringLocalizer<Text.Cases> text) : PageModel
{
    /// <summary>Null where there is no case of that number.</summary>
    public Case? Case { get; private set; }

    public IReadOnlyList<CaseStep> Steps { get; private set; } = [];

    public bool IsLate => Case!.IsLate(calendar.Now);

    [BindProperty]
    public string? Words { get; set; }

    [BindProperty]
    public string? Pharmacy { get; set; }

    [BindProperty]
    public string? Outcome { get; set; }

    /// <summary>Keeps a form that is sent twice from doing twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    public string? Message { get; private set; }

    /// <summary>Shown once more before it is told: the outcome of a case that is about to be closed.</summary>
    public CaseOutcome Previewed { get; private set; }

    public bool May(CaseAct act) => Case is { } one && CaseRules.Judge(act, one.Status, hasPharmacy: true) == Refusal.None;

    public Task OnGetAsync(string number, CancellationToken cancellationToken) => LoadAsync(number, cancellationToken);

    public Task<IActionResult> OnPostTakeAsync(string number, CancellationToken cancellationToken) =>
        DoAsync(number, new CaseOrder(CaseAct.Take, "", RequestId ?? ""), cancellationToken);

    public async Task<IActionResult> OnPostAskAsync(string number, CancellationToken cancellationToken) =>
        await ReadAsync(number, cancellationToken) is { } words ? await DoAsync(number, new CaseOrder(CaseAct.Ask, words, RequestId ?? "", Pharmacy), cancellationToken) : Page();

    public async Task<IActionResult> OnPostPreviewAsync(string number, CancellationToken cancellationToken)
    {
        if (await ReadAsync(number, cancellationToken) is null) return Page();
        if (await OutcomeAsync(number, cancellationToken) is not { } outcome) return Page();
        await LoadAsync(number, cancellationToken);
        Previewed = outcome;
        return Page();
    }

    public async Task<IActionResult> OnPostCloseAsync(string number, CancellationToken cancellationToken)
    {
        if (await ReadAsync(number, cancellationToken) is not { } words) return Page();
        return await OutcomeAsync(number, cancellationToken) is { } outcome
            ? await DoAsync(number, new CaseOrder(CaseAct.Close, words, RequestId ?? "", null, outcome), cancellationToken)
            : Page();
    }

    private async Task<IActionResult> DoAsync(string number, CaseOrder order, CancellationToken cancellationToken)
    {
        var refusal = BookingNumber.TryParse(number, out var exact) ? await store.DoAsync(User.Staff(), exact, order, cancellationToken) : Refusal.UnknownCase;
        if (refusal == Refusal.None) return LocalRedirects.PageTo($"/supervisor/cases/{exact}");
        await RefuseAsync(number, refusal, refusals.Sentence(refusal), cancellationToken);
        return Page();
    }

    private async Task<string?> ReadAsync(string number, CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(Words, CaseRules.LongestWords);
        if (written.Text is null) await RefuseAsync(number, Refusal.InvalidReason, refusals.ReasonSentence(written, text["Need_Words", CaseRules.LongestWords]), cancellationToken);
        return written.Text;
    }

    private async Task<CaseOutcome?> OutcomeAsync(string number, CancellationToken cancellationToken)
    {
        var outcome = CaseRules.Outcomes.Where(o => o.ToString() == Outcome).Select(o => (CaseOutcome?)o).FirstOrDefault();
        if (outcome is null) await RefuseAsync(number, Refusal.InvalidReason, text["Need_Outcome"], cancellationToken);
        return outcome;
    }

    private async Task RefuseAsync(string number, Refusal refusal, string sentence, CancellationToken cancellationToken)
    {
        await LoadAsync(number, cancellationToken);
        if (Case is null) return;
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = sentence;
    }

    private async Task LoadAsync(string number, CancellationToken cancellationToken)
    {
        Case = BookingNumber.TryParse(number, out var exact) ? await queries.ReadAsync(User.Staff(), exact, cancellationToken) : null;
        if (Case is null) Response.StatusCode = StatusCodes.Status404NotFound;
        else Steps = await queries.StepsAsync(Case.Id, cancellationToken);
    }
}
