using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Localization;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Supervision;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>The places of the coming days: a grid, a figure for many at once, or a sheet. Each ends in the same preview, and is made only as that showed it.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class PlanModel(PlanChangeQueries queries, PlanChangeStore store, PlanSheets sheets, PlanFormatter format, PharmacyListStore lists, CityCalendar calendar, RefusalResults refusals, IStringLocalizer<Text.Plan> text) : PageModel
{
    /// <summary>How the fields of the grid are named: this, the pharmacy's code, a hyphen, and the window's number.</summary>
    public const string Cell = "Cell-";

    public const string All = "All-";

    public IReadOnlyList<PlanDay> Days { get; private set; } = [];

    public PlanDay Day { get; private set; } = null!;

    public IReadOnlyList<PlanGroup> Districts { get; private set; } = [];

    /// <summary>The pharmacies whose fields are open.</summary>
    public IReadOnlyList<PlannedPharmacy> Shown { get; private set; } = [];

    public int Found { get; private set; }

    [BindProperty(SupportsGet = true)]
    public string? Date { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? District { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Q { get; set; }

    /// <summary>A list's name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? List { get; set; }

    public IReadOnlyList<NamedPharmacies> Lists { get; private set; } = [];

    /// <summary>What was pasted, and after the preview what was understood of it.</summary>
    [BindProperty]
    public string? Sheet { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    [BindProperty]
    public string? RequestId { get; set; }

    [BindProperty]
    public string? Fingerprint { get; set; }

    public PlanEffect? Effect { get; private set; }

    /// <summary>What the public will read, with lines as far as they are shown.</summary>
    public string Sentence { get; private set; } = "";

    public string? Message { get; private set; }

    public IReadOnlyList<string> Faults { get; private set; } = [];

    public bool IsDone { get; private set; }

    /// <summary>What was typed into a field of the grid; it stands there again where it cannot be used.</summary>
    public string? Typed(string field) => Request.HasFormContentType ? Request.Form[field].FirstOrDefault() : null;

    public bool IsEditable => MayChange && Day.IsOpenToChange;

    public bool MayChange => User.IsInRole(nameof(StaffRole.Supervisor));

    /// <summary>Whether only districts are shown, because all fields would make a heavy page.</summary>
    public bool IsFolded => string.IsNullOrEmpty(District) && string.IsNullOrEmpty(Q) && List is null && Day.Pharmacies.Count > PharmaciesModel.MostRows;

    public DateOnly Today => calendar.Today;

    public string StateOf(PlanDay day) => text[$"State_{day.State}"];

    public string LineOf(PlanNoticeLine line) => format.Line(line);

    public string WindowOf(int index) => format.Window(index + 1, Day.Windows[index]);

    public async Task<IActionResult> OnGetAsync(bool done, CancellationToken cancellationToken)
    {
        IsDone = done;
        return await LoadAsync(cancellationToken) ? Page() : NotFound();
    }

    /// <summary>From the grid's fields.</summary>
    public async Task<IActionResult> OnPostGridAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken)) return NotFound();
        return await ShowAsync(Rows(Request.Form), cancellationToken);
    }

    /// <summary>The same figures for all that are found.</summary>
    public async Task<IActionResult> OnPostAllAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken)) return NotFound();
        var figures = Day.Windows.Select((_, i) => (string?)(Request.Form[$"{All}{Number(i + 1)}"].FirstOrDefault() is { Length: > 0 } typed ? typed : null)).ToList();
        return figures.TrueForAll(f => f is null)
            ? Refuse(Refusal.InvalidPlan, [format.Sentence(new PlanFault(0, PlanProblem.Empty))])
            : await ShowAsync([.. Matching().Select(p => new PlanRow(0, p.Code, figures))], cancellationToken);
    }

    /// <summary>From what was pasted, or a file.</summary>
    public async Task<IActionResult> OnPostSheetAsync(IFormFile? file, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken)) return NotFound();
        if (file is { Length: > 0 })
        {
            using var reader = new StreamReader(file.OpenReadStream(), Encoding.UTF8);
            var read = new char[PlanSheets.Longest + 1];
            Sheet = new string(read, 0, await reader.ReadBlockAsync(read, cancellationToken));
        }

        var (rows, faults) = sheets.Read(Sheet, Day);
        return faults.Count > 0 ? Refuse(Refusal.InvalidPlan, [.. faults.Select(format.Sentence)]) : await ShowAsync(rows, cancellationToken);
    }

    public async Task<IActionResult> OnPostApplyAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken)) return NotFound();
        var (rows, faults) = sheets.Read(Sheet, Day);
        if (faults.Count > 0) return Refuse(Refusal.InvalidPlan, [.. faults.Select(format.Sentence)]);
        var written = WrittenText.Of(Reason, PlanChangeStore.LongestReason);
        if (written.Text is not { } reason)
        {
            await ShowAsync(rows, cancellationToken);
            return Refuse(Refusal.InvalidReason, [], refusals.ReasonSentence(written, text["Need_Reason", PlanChangeStore.LongestReason]));
        }

        if (!Domain.RequestId.IsWellFormed(RequestId)) return Refuse(Refusal.InvalidRequestId);
        var answer = await store.ChangeAsync(User.Staff(), Day.Date, rows, reason, RequestId, Fingerprint, cancellationToken);
        if (answer.Refusal == Refusal.None) return RedirectToPage(new { date = CityFormatter.Date(Day.Date), district = District, q = Q, list = List, done = true });
        if (answer.Refusal == Refusal.PlanChanged)
        {
            RequestId = null;
            Show(answer.Effect!);
        }

        return Refuse(answer.Refusal, [.. (answer.Effect?.Faults ?? []).Select(format.Sentence)]);
    }

    public async Task<IActionResult> OnPostNoRoundAsync(bool noRound, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(cancellationToken)) return NotFound();
        var written = WrittenText.Of(Reason, PlanChangeStore.LongestReason);
        if (written.Text is not { } reason) return Refuse(Refusal.InvalidReason, [], refusals.ReasonSentence(written, text["Need_Reason", PlanChangeStore.LongestReason]));
        var refusal = await store.SetNoRoundAsync(User.Staff().Username, Day.Date, noRound, reason, cancellationToken);
        return refusal == Refusal.None ? RedirectToPage(new { date = CityFormatter.Date(Day.Date), done = true }) : Refuse(refusal);
    }

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        Days = await queries.DaysAsync(cancellationToken);
        Q = PharmacySearch.Query(Q);
        var day = Date is null ? Days.FirstOrDefault(d => d.IsOpenToChange)?.Date ?? calendar.Today : RouteDay.Read(Date);
        if (day is not { } wanted) return false;
        Day = Days.FirstOrDefault(d => d.Date == wanted) ?? await queries.DayAsync(wanted, cancellationToken);
        Districts = [.. Day.Pharmacies.GroupBy(p => p.District, StringComparer.Ordinal).Select(g => new PlanGroup(g.Key, g.Count(), g.Sum(p => p.Total), g.Count(p => p.IsOwn)))];
        if (!Districts.Any(d => d.Name == District)) District = null;
        Lists = await lists.AllAsync(cancellationToken);
        if (!Lists.Any(l => l.Name == List)) List = null;
        var found = Matching().ToList();
        Found = found.Count;
        Shown = IsFolded ? [] : [.. found.Take(PharmaciesModel.MostRows)];
        return true;
    }

    private IEnumerable<PlannedPharmacy> Matching()
    {
        var words = (Q ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var listed = Lists.FirstOrDefault(l => l.Name == List)?.Codes;
        return Day.Pharmacies.Where(p => p.TakesPart && (listed is null || listed.Contains(p.Code, StringComparer.Ordinal)) && (District is null || p.District == District) && words.All(w =>
            p.Name.Contains(w, StringComparison.OrdinalIgnoreCase) || p.District.Contains(w, StringComparison.OrdinalIgnoreCase) || p.Code.Equals(w, StringComparison.OrdinalIgnoreCase)));
    }

    private List<PlanRow> Rows(IFormCollection form) =>
    [
        .. form.Keys.Where(k => k.StartsWith(Cell, StringComparison.Ordinal) && k.LastIndexOf('-') > Cell.Length).Select(k => k[Cell.Length..k.LastIndexOf('-')]).Distinct(StringComparer.Ordinal)
            .Select(code => new PlanRow(0, code, [.. Day.Windows.Select((_, i) => form[$"{Cell}{code}-{Number(i + 1)}"].FirstOrDefault())])),
    ];

    private async Task<IActionResult> ShowAsync(IReadOnlyList<PlanRow> rows, CancellationToken cancellationToken)
    {
        var effect = await queries.EffectAsync(Day.Date, rows, cancellationToken);
        if (effect.Refusal != Refusal.None) return Refuse(effect.Refusal, [.. effect.Faults.Select(format.Sentence)]);
        Show(effect);
        if (effect.Changes.Count == 0) Message = text["Same"];
        return Page();
    }

    private void Show(PlanEffect effect)
    {
        Effect = effect;
        Fingerprint = effect.Fingerprint;
        Sentence = format.Sentence(effect.Day.Date, PlanFormatter.DetailOf(effect), Reason);
        // What was understood, however it was typed: the one thing that is sent to be made.
        Sheet = string.Join('\n', effect.Lines.Where(c => c.Pharmacy.TakesPart).Select(c => $"{c.Pharmacy.Code}\t{string.Join('\t', c.After.Select(Number))}"));
    }

    private PageResult Refuse(Refusal refusal, IReadOnlyList<string>? faults = null, string? sentence = null)
    {
        Response.StatusCode = RefusalResults.Status(refusal);
        Message = sentence ?? refusals.Sentence(refusal);
        Faults = faults ?? [];
        return Page();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The sums of a district's pharmacies on a day.</summary>
public sealed record PlanGroup(string Name, int Count, int Places, int Own);
