using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain;
using WeChatMask.Levers;
using WeChatMask.OpenData;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>One day's notice: the quotas, the books that must add up, and the masked lists.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 2, NoIndex = true)]
public sealed class NoticeModel(PublicQueries queries, CounterTroubleStore counters, CityCalendar calendar, LeverQueries levers, LeverFormatter leverWords, BooksQueries ledger, NoticeLogReader log, RefusalFormatter refusals, PageFormatter format, DayReportFormatter reports, IStringLocalizer<Text.Pages> text) : PageModel
{
    /// <summary>With more pharmacies than this a page shows one list at a time.</summary>
    internal const int ListsOnOnePage = 10;

    private const int EndingLength = 4;
    private const int LongestFind = 8;

    // A supervisor may still take a hand-over back after the end.
    private const int SettledSeconds = 60;

    public RoundBooks? Books { get; private set; }

    public RefusalView Unknown => refusals.Of(Refusal.UnknownRound);

    /// <summary>The round in the public log; null where there is no round.</summary>
    public NoticeLog? Log { get; private set; }

    public IReadOnlyList<PublicList> Lists { get; private set; } = [];

    /// <summary>What was done to the round on a bad day, with when and why, oldest first.</summary>
    public IReadOnlyList<(string At, string Sentence)> Changes { get; private set; } = [];

    /// <summary>Pharmacies that hand nothing of this day out for the present.</summary>
    public IReadOnlyList<CounterTrouble> Paused { get; private set; } = [];

    /// <summary>Why there are no lists, as a sentence.</summary>
    public string? NoLists { get; private set; }

    /// <summary>The one pharmacy asked for, where the city has many.</summary>
    public string? Code { get; private set; }

    /// <summary>Words that the pharmacies shown are looked for by.</summary>
    public string Query { get; private set; } = "";

    /// <summary>A serial or the end of an identity number that is looked for in the lists shown.</summary>
    public string Find { get; private set; } = "";

    /// <summary>Whether the city has too many pharmacies for all figures on one page: a bar each, and one's details where it is asked for.</summary>
    public bool IsMany => Books!.Pharmacies.Count > ListsOnOnePage;

    /// <summary>The pharmacies by district, as far as they are asked for: all, those that were looked for, or the chosen one with its neighbours.</summary>
    public IReadOnlyList<IGrouping<string, PharmacyBooks>> Districts { get; private set; } = [];

    public bool IsNarrowed => Code is not null || Query.Length > 0;

    public async Task<IActionResult> OnGetAsync(string date, string? pharmacy, string? q, string? find, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day || await ledger.RecentAsync(day, cancellationToken) is not { } books)
        {
            Response.StatusCode = RefusalResults.Status(Refusal.UnknownRound);
            return Page();
        }

        Books = books;
        Log = await log.OfAsync(day, cancellationToken);
        Changes = [.. (await levers.OfRoundAsync(day, cancellationToken)).Select(l => (reports.Moment(l.CreatedAt), leverWords.Sentence(l)))];
        if (books.PickupDate == calendar.Today) Paused = (await counters.OpenAsync(cancellationToken)).FindAll(c => c.Kind == CounterTroubleKind.Paused);
        if (books.Phase == RoundPhase.Ended) CacheablePageAttribute.Keep(HttpContext, SettledSeconds);
        Code = books.Pharmacies.FirstOrDefault(p => p.Code == pharmacy)?.Code;
        Query = PharmacySearch.Query(q);
        Find = find?.Trim() is { Length: > 0 and <= LongestFind } typed ? typed : "";
        if (IsMany) Districts = await GroupedAsync(books, cancellationToken);
        // Whether there are lists is known from any of them.
        var codes = IsMany || Code is not null ? [Code ?? books.Pharmacies[0].Code] : books.Pharmacies.Select(p => p.Code).ToList();
        var lists = new List<PublicList>(codes.Count);
        foreach (var code in codes)
        {
            var (refusal, list) = await queries.ListAsync(day, code, cancellationToken);
            if (list is not null) lists.Add(list);
            else if (refusal != Refusal.None) NoLists = Why(refusal);
        }

        Lists = IsMany && Code is null ? [] : lists;
        return Page();
    }

    /// <summary>The lines of a list that are looked for; all where nothing is.</summary>
    public IReadOnlyList<PublicEntry> Found(PublicList list) => Find.Length == 0
        ? list.Entries
        : [.. list.Entries.Where(e => e.Serial.ToString(CultureInfo.InvariantCulture) == Find || string.Equals(Ending(e.IdNumber), Find, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Places that somebody has or had: what is not left.</summary>
    public static int Taken(Balance b) => b.Places - b.Left;

    private async Task<IReadOnlyList<IGrouping<string, PharmacyBooks>>> GroupedAsync(RoundBooks books, CancellationToken cancellationToken)
    {
        var directory = (await queries.PharmaciesAsync(cancellationToken)).Pharmacies;
        var district = directory.ToDictionary(p => p.Code, p => p.District, StringComparer.Ordinal);
        var found = Query.Length == 0 ? null : PharmacySearch.In(directory, Query).Select(p => p.Code).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. books.Pharmacies
                .Where(p => found is null ? Code is null || district[p.Code] == district[Code] : found.Contains(p.Code))
                .GroupBy(p => district[p.Code], StringComparer.Ordinal),
        ];
    }

    /// <summary>A pharmacy's or the city's figures of the whole day with the texts of their columns. Nothing goes on to the next round before this one has closed.</summary>
    public IReadOnlyList<(string Column, int Figure)> Figures(Balance b)
    {
        List<(string Column, int Figure)> figures =
        [
            ("Col_Planned", b.Planned), ("Col_CarriedIn", b.CarriedIn), ("Col_Places", b.Places), ("Col_Left", b.Left), ("Col_Booked", b.Booked),
            ("Col_Redeemed", b.Redeemed), ("Col_Lapsed", b.Lapsed), ("Col_Cancelled", b.Cancelled),
        ];
        if (Books!.HasClosed) figures.Add(("Col_CarriedOut", b.CarriedOut));
        // Only where a pharmacy was withdrawn are there any.
        if (Books.Totals.MovedIn > 0) figures.AddRange([("Col_MovedIn", b.MovedIn), ("Col_MovedOut", b.MovedOut)]);
        return figures;
    }

    public static IReadOnlyList<(string Column, int Figure)> Figures(WindowBooks w) =>
        [("Col_Places", w.Places), ("Col_RolledIn", w.RolledIn), ("Col_RolledOut", w.RolledOut), ("Col_BookedWindow", w.Booked)];

    public WindowBooks Whole(int window)
    {
        var all = Books!.Pharmacies.SelectMany(p => p.Windows).Where(w => w.Index == window).ToList();
        return new WindowBooks(window, all.Sum(w => w.Places), all.Sum(w => w.RolledIn), all.Sum(w => w.RolledOut), all.Sum(w => w.Booked));
    }

    /// <summary>The pharmacy whose windows are shown: the one asked for, else the first.</summary>
    public PharmacyBooks? OfWindows => Books!.Pharmacies.FirstOrDefault(p => p.Code == Code) ?? (Books.Pharmacies.Count == 0 ? null : Books.Pharmacies[0]);

    /// <summary>Pharmacies to which something came from earlier rounds; of many only the one asked for.</summary>
    public IReadOnlyList<PharmacyBooks> Carried =>
        [.. Books!.Pharmacies.Where(p => p.CarriedFrom.Count > 0 && (Code is null || p.Code == Code || Books.Pharmacies.Count <= ListsOnOnePage))];

    public string CarriedWords(CarriedBooks from)
    {
        List<string> parts = [];
        if (from.Left != 0) parts.Add(text["Carried_Left", from.Left]);
        if (from.Lapsed != 0) parts.Add(text["Carried_Lapsed", from.Lapsed]);
        if (from.Cancelled != 0) parts.Add(text["Carried_Cancelled", from.Cancelled]);
        if (from.Difference > 0) parts.Add(text["Carried_More", from.Difference]);
        if (from.Difference < 0) parts.Add(text["Carried_Fewer", -from.Difference]);
        return string.Join(text["List_Comma"], parts);
    }

    /// <summary>When one of the list collects; another day is named.</summary>
    public string SlotWords(PublicEntry entry)
    {
        var slot = entry.Slot is { } s ? format.Span(s.StartsAt, s.EndsAt) : text["Slot_Any"].Value;
        if (entry.Pharmacy is { } other) return text["Notice_WentTo", other.Name, slot];
        return entry.MovedTo is { } day ? text["Notice_MovedTo", format.Day(day), slot] : slot;
    }

    public string ChangeWords(FigureChange change) => reports.Change(change, change.Code is { } code ? NameOf(code) : "");

    public string Moment(DateTimeOffset at) => reports.Moment(at);

    public string NameOf(string code) => Books!.Pharmacies.First(p => p.Code == code).Name;

    /// <summary>The last four characters; the stars before them say nothing on a narrow screen.</summary>
    public static string Ending(string idNumber) => idNumber.Length > EndingLength ? idNumber[^EndingLength..] : idNumber;

    // Lists that were public and are no longer have come down with the personal data.
    private string Why(Refusal refusal) =>
        Books!.Phase >= RoundPhase.Published ? text["Notice_ListsGone"].Value : refusals.Of(refusal).Sentence;
}
