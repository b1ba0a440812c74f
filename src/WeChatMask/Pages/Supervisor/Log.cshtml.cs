using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.PublicLog;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>How the public log stands: its size and marks, who else signs it, what the last look found, whom auditors ask, and which rounds' keys are held.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class LogModel(
    LogReader log, LogStateQueries state, ILogChecks checks, AuditSampleQueries samples, PublicQueries open, KeyHoldStore holds, RefusalResults refusals, IStringLocalizer<Text.LogPages> text) : PageModel
{
    private const int RoundsShown = 10;

    /// <summary>The newest note; null where the log has not begun.</summary>
    public LogNote? Newest { get; private set; }

    /// <summary>All marks of the latest published rounds, newest round first.</summary>
    public IReadOnlyList<LogMark> Marks { get; private set; } = [];

    public IReadOnlyList<WitnessState> Witnesses { get; private set; } = [];

    /// <summary>Null where nobody has looked.</summary>
    public LogCheck? Check { get; private set; }

    /// <summary>The round of the sample: the latest published one.</summary>
    public DateOnly? Sampled { get; private set; }

    public IReadOnlyList<(SampledBooking Booking, string Pharmacy)> Sample { get; private set; } = [];

    public IReadOnlyList<KeyHold> Holds { get; private set; } = [];

    [BindProperty]
    public string? Round { get; set; }

    [BindProperty]
    public string? Words { get; set; }

    public string? Message { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    public async Task<IActionResult> OnPostHoldAsync(CancellationToken cancellationToken)
    {
        if (RouteDay.Read(Round) is not { } round) return await RefuseAsync(Refusal.InvalidDate, refusals.Sentence(Refusal.InvalidDate), cancellationToken);
        var written = WrittenText.Of(Words, KeyHoldStore.LongestReason);
        if (written.Text is not { } reason)
            return await RefuseAsync(Refusal.InvalidReason, refusals.ReasonSentence(written, text["Hold_NeedReason", KeyHoldStore.LongestReason]), cancellationToken);
        return await holds.HoldAsync(User.Staff(), round, reason, cancellationToken) ? LocalRedirect("/supervisor/log") : await RefuseAsync(Refusal.UnknownRound, text["Hold_NoKey"], cancellationToken);
    }

    public async Task<IActionResult> OnPostReleaseAsync(CancellationToken cancellationToken)
    {
        // One that somebody else let go meanwhile is let go.
        if (RouteDay.Read(Round) is { } round) await holds.ReleaseAsync(User.Staff(), round, cancellationToken);
        return LocalRedirect("/supervisor/log");
    }

    private async Task<IActionResult> RefuseAsync(Refusal refusal, string sentence, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = sentence;
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Newest = await log.NewestAsync(cancellationToken);
        var published = await log.NewestMarksAsync(LogMarkKind.Published, RoundsShown, cancellationToken);
        var marks = new List<LogMark>();
        foreach (var mark in published) marks.AddRange(await log.MarksAsync(mark.Round, cancellationToken));
        Marks = marks;
        Witnesses = await state.WitnessesAsync(cancellationToken);
        Check = await checks.NewestAsync(cancellationToken);
        Holds = await holds.AllAsync(cancellationToken);
        if (published is not [{ Round: var newest }, ..]) return;
        Sampled = newest;
        var names = (await open.PharmaciesAsync(cancellationToken)).Pharmacies.ToDictionary(p => p.Code, p => p.Name, StringComparer.Ordinal);
        Sample = [.. (await samples.OfAsync(newest, cancellationToken)).Select(s => (s, names.GetValueOrDefault(s.PharmacyCode, s.PharmacyCode)))];
    }
}
