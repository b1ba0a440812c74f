using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>A sheet for a pharmacy's door: the code by which people compare what they were shown, how many places there were, and the serials that were given.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 2, NoIndex = true)]
public sealed class NoticePrintModel(BooksQueries ledger, PublicQueries queries, PolicyQueries policies, NoticeLogReader log, RefusalFormatter refusals, SiteLinks links) : PageModel
{
    public RoundBooks? Books { get; private set; }

    public RefusalView Unknown => refusals.Of(Refusal.UnknownRound);

    /// <summary>Null where there is no round.</summary>
    public NoticeLog? Log { get; private set; }

    /// <summary>The pharmacy on whose door it goes; null for one that tells of the whole city.</summary>
    public PharmacyBooks? Shop { get; private set; }

    /// <summary>The pharmacies with a line of their own on the sheet: the one, or all of a city that has few.</summary>
    public IReadOnlyList<DoorLine> Lines { get; private set; } = [];

    /// <summary>All pharmacies by district, each with a sheet of its own.</summary>
    public IReadOnlyList<IGrouping<string, DirectoryLine>> Districts { get; private set; } = [];

    /// <summary>The city's numbers to call.</summary>
    public IReadOnlyList<string> Numbers { get; private set; } = [];

    /// <summary>Where the sheet's picture leads.</summary>
    public string Address { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string date, string? pharmacy, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day || await ledger.RecentAsync(day, cancellationToken) is not { } books)
        {
            Response.StatusCode = RefusalResults.Status(Refusal.UnknownRound);
            return Page();
        }

        Books = books;
        Log = await log.OfAsync(day, cancellationToken);
        Shop = books.Pharmacies.FirstOrDefault(p => p.Code == pharmacy);
        Numbers = (await policies.TodayAsync(cancellationToken))?.Complaints ?? [];
        Address = links.To($"/check?d={Settings.CityFormatter.Date(day)}");
        var shown = Shop is { } one ? [one] : books.Pharmacies.Count <= NoticeModel.ListsOnOnePage ? books.Pharmacies : [];
        var lines = new List<DoorLine>(shown.Count);
        foreach (var p in shown) lines.Add(new DoorLine(p, (await queries.ListAsync(day, p.Code, cancellationToken)).List?.Entries.Count));
        Lines = lines;
        var codes = books.Pharmacies.Select(p => p.Code).ToHashSet(StringComparer.Ordinal);
        Districts = [.. (await queries.PharmaciesAsync(cancellationToken)).Pharmacies.Where(p => codes.Contains(p.Code)).GroupBy(p => p.District, StringComparer.Ordinal)];
        return Page();
    }
}

/// <summary>A pharmacy's places, and how many serials were given; null before its list is out and after it has come down.</summary>
public sealed record DoorLine(PharmacyBooks Books, int? Serials);
