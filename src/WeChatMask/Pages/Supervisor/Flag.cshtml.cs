using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Flags;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>One flag: what was found, the rows that speak for it, and what a supervisor does next.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class FlagModel(FlagQueries queries, FlagStore store, RefusalResults refusals, IStringLocalizer<Text.Flags> text) : PageModel
{
    /// <summary>What may come out.</summary>
    public static IReadOnlyList<FlagStatus> Results { get; } = [FlagStatus.Explained, FlagStatus.ActedUpon];

    /// <summary>Null where there is no such flag.</summary>
    public Flag? Flag { get; private set; }

    public IReadOnlyList<FlagRow> Rows { get; private set; } = [];

    public IReadOnlyList<FlagStep> Steps { get; private set; } = [];

    /// <summary>Supervisors it may be given to.</summary>
    public IReadOnlyList<string> Others { get; private set; } = [];

    public int RowPage { get; private set; } = 1;

    public int RowPages => Math.Max(1, (Math.Min(Flag?.Hits ?? 0, FlagFindingStore.MostRows) + FlagQueries.RowsShown - 1) / FlagQueries.RowsShown);

    [BindProperty]
    public string? Words { get; set; }

    [BindProperty]
    public string? Result { get; set; }

    [BindProperty]
    public string? Owner { get; set; }

    /// <summary>The flag as it was shown, so that nobody decides what has changed since.</summary>
    [BindProperty]
    public string? Version { get; set; }

    /// <summary>Keeps a form that is sent twice from doing twice.</summary>
    [BindProperty]
    public string? RequestId { get; set; }

    public string? Message { get; private set; }

    public Task OnGetAsync(string id, [FromQuery] int page, CancellationToken cancellationToken)
    {
        RowPage = Math.Clamp(page, 1, FlagQueries.LastPage);
        return LoadAsync(id, cancellationToken);
    }

    public Task<IActionResult> OnPostTakeAsync(string id, CancellationToken cancellationToken) => DoAsync(id, FlagStatus.Looking, null, null, cancellationToken);

    public Task<IActionResult> OnPostGiveAsync(string id, CancellationToken cancellationToken) => string.IsNullOrWhiteSpace(Owner)
        ? RefuseAsync(id, Refusal.UnknownOwner, refusals.Sentence(Refusal.UnknownOwner), cancellationToken)
        : DoAsync(id, FlagStatus.Looking, Owner, null, cancellationToken);

    public async Task<IActionResult> OnPostCloseAsync(string id, CancellationToken cancellationToken)
    {
        var result = Results.Where(r => r.ToString() == Result).Select(r => (FlagStatus?)r).FirstOrDefault();
        if (result is null) return await RefuseAsync(id, Refusal.InvalidReason, text["Need_Result"], cancellationToken);
        return await WithWordsAsync(id, result.Value, cancellationToken);
    }

    public Task<IActionResult> OnPostReopenAsync(string id, CancellationToken cancellationToken) => WithWordsAsync(id, FlagStatus.Looking, cancellationToken);

    private async Task<IActionResult> WithWordsAsync(string id, FlagStatus status, CancellationToken cancellationToken)
    {
        var written = WrittenText.Of(Words, FlagRules.LongestWords);
        return written.Text is { } words
            ? await DoAsync(id, status, null, words, cancellationToken)
            : await RefuseAsync(id, Refusal.InvalidReason, refusals.ReasonSentence(written, text["Need_Words", FlagRules.LongestWords]), cancellationToken);
    }

    private async Task<IActionResult> DoAsync(string id, FlagStatus status, string? owner, string? words, CancellationToken cancellationToken)
    {
        _ = int.TryParse(Version, NumberStyles.None, CultureInfo.InvariantCulture, out var version);
        var key = FlagQueries.IdOf(id);
        var refusal = await store.ChangeAsync(User.Staff(), key, new FlagChange(status, owner, words, version, RequestId ?? ""), cancellationToken);
        if (refusal == Refusal.None) return LocalRedirects.PageTo($"/supervisor/flags/{key}");
        return await RefuseAsync(id, refusal, refusals.Sentence(refusal), cancellationToken);
    }

    private async Task<IActionResult> RefuseAsync(string id, Refusal refusal, string sentence, CancellationToken cancellationToken)
    {
        await LoadAsync(id, cancellationToken);
        if (Flag is null) return Page();
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = sentence;
        return Page();
    }

    private async Task LoadAsync(string id, CancellationToken cancellationToken)
    {
        var key = FlagQueries.IdOf(id);
        Flag = await queries.FindAsync(key, cancellationToken);
        if (Flag is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        Rows = await queries.RowsAsync(key, RowPage, cancellationToken);
        Steps = await queries.StepsAsync(key, cancellationToken);
        Others = [.. (await queries.SupervisorsAsync(cancellationToken)).Where(s => s != Flag.Owner)];
    }
}
