using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Cases;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>What a supervisor asks the pharmacy about complaints, and its lead's answers. What the citizen wrote is not here.</summary>
[Authorize(Policy = Sessions.LeadPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class CasesModel(CaseQueries queries, CaseStore store, ViolationStore violations, RefusalResults refusals, CityCalendar calendar, IStringLocalizer<Text.Cases> text) : PageModel
{
    public IReadOnlyList<(Case Case, IReadOnlyList<CaseStep> Talk)> Asked { get; private set; } = [];

    /// <summary>What was recorded against the pharmacy, newest first.</summary>
    public IReadOnlyList<Violation> Violations { get; private set; } = [];

    [BindProperty]
    public string? Number { get; set; }

    [BindProperty]
    public string? Words { get; set; }

    /// <summary>Keeps a form that is sent twice from answering twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    public string? Message { get; private set; }

    public bool IsDone { get; private set; }

    public bool IsLate(Case one) => one.IsLate(calendar.Now);

    public async Task OnGetAsync(bool done, CancellationToken cancellationToken)
    {
        IsDone = done;
        await LoadAsync(cancellationToken);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(Words, CaseRules.LongestWords);
        var refusal = written.Text is not { } words ? Refusal.InvalidReason
            : !BookingNumber.TryParse(Number, out var exact) ? Refusal.UnknownCase
            : await store.DoAsync(User.Staff(), exact, new CaseOrder(CaseAct.Answer, words, RequestId ?? ""), cancellationToken);
        if (refusal == Refusal.None) return LocalRedirect("/pharmacy/cases?done=true");
        await LoadAsync(cancellationToken);
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = refusal == Refusal.InvalidReason ? refusals.ReasonSentence(written, text["Need_Words", CaseRules.LongestWords]) : refusals.Sentence(refusal);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var asked = await queries.OfPharmacyAsync(Clerk.Of(User.Staff()).PharmacyId, cancellationToken);
        var steps = await queries.StepsAsync([.. asked.Select(c => c.Id)], cancellationToken);
        Asked = [.. asked.Select(c => (c, (IReadOnlyList<CaseStep>)[.. steps[c.Id].Where(s => s.Act is CaseAct.Ask or CaseAct.Answer)]))];
        Violations = await violations.OfPharmacyAsync(Clerk.Of(User.Staff()).PharmacyId, cancellationToken);
    }
}
