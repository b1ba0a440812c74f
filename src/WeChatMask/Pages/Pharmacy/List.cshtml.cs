using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>
/// The pharmacy's list of one round, to look through or to print; without a day today's. What is looked for may be somebody's name,
/// so it goes by form and never by address.
/// </summary>
[Authorize(Policy = Sessions.ClerkPolicy)]
[EnableRateLimiting(RateLimits.PerAccount)]
[PersonalPage]
public sealed class ListModel(PharmacyLists lists, PublicLog.LogReader log, RefusalResults refusals) : PageModel
{
    [BindProperty]
    public string? Query { get; set; }

    [BindProperty]
    public ListState State { get; set; }

    [BindProperty]
    public string? Slot { get; set; }

    public PharmacyList? List { get; private set; }

    /// <summary>Whether no list has been published yet, with no day asked for.</summary>
    public bool HasNone { get; private set; }

    public ListSearch Search { get; private set; } = new("", ListState.All, null);

    /// <summary>The lines that were looked for, in their order.</summary>
    public IReadOnlyList<ListLine> Found { get; private set; } = [];

    /// <summary>The list's slots in the order in which they come.</summary>
    public IReadOnlyList<string> Slots { get; private set; } = [];

    public string? Message { get; private set; }

    /// <summary>The round's code in the public log, for the shop's door; null where there is none.</summary>
    public string? Code { get; private set; }

    /// <summary>Column headings, the same as in the files.</summary>
    public IReadOnlyList<string> Headings => lists.Headings;

    /// <summary>Bookings that stand and are collected on the list's day.</summary>
    public int Live => List?.Lines.Count(l => l.State != BookingStatus.Cancelled && !l.IsElsewhere) ?? 0;

    public int Units => List?.Lines.Where(l => l.State != BookingStatus.Cancelled && !l.IsElsewhere).Sum(l => l.Units) ?? 0;

    public Task OnGetAsync(string? date, CancellationToken cancellationToken) => LoadAsync(date, "page", cancellationToken);

    /// <summary>Looks through the list.</summary>
    public Task OnPostAsync(string? date, CancellationToken cancellationToken) => LoadAsync(date, "search", cancellationToken);

    private async Task LoadAsync(string? date, string form, CancellationToken cancellationToken)
    {
        var day = date ?? ((await lists.PresentAsync(cancellationToken)) is { } present ? CityFormatter.Date(present) : null);
        HasNone = day is null;
        if (day is null) return;
        var (refusal, list) = await lists.ReadAsync(Clerk.Of(User.Staff()), day, form, cancellationToken);
        List = list;
        if (list is null)
        {
            Response.StatusCode = RefusalResults.Status(refusal);
            Message = refusals.Sentence(refusal);
            return;
        }

        Code = PublicLog.RoundMarks.Code(await log.MarksAsync(list.Round.Date, cancellationToken));
        Slots = [.. list.Lines.Select(l => l.Slot).Where(s => s.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var query = Query?.Trim() ?? "";
        Search = new ListSearch(query.Length <= ListSearch.LongestQuery ? query : query[..ListSearch.LongestQuery], Enum.IsDefined(State) ? State : ListState.All, Slots.FirstOrDefault(s => s == Slot));
        Found = [.. list.Lines.Where(Search.Finds)];
    }
}
