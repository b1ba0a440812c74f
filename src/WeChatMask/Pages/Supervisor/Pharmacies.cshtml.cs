using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.City;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Every pharmacy with its live figures: by district, by words, in the order one chooses.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class PharmaciesModel(Board board, CityCalendar calendar, PharmacyListStore lists) : PageModel
{
    // So many rows fit a page that is light on an old machine; beyond that the districts stand alone until one is opened.
    internal const int MostRows = 60;

    private static readonly string[] Orders = ["code", "left", "booked", "redeemed"];

    public RoundBanner Banner { get; private set; } = null!;

    public IReadOnlyList<PharmacyGroup> Districts { get; private set; } = [];

    public IReadOnlyList<PharmacyFigures> Found { get; private set; } = [];

    /// <summary>Found and not shown.</summary>
    public int Beyond { get; private set; }

    public string? District { get; private set; }

    public string Query { get; private set; } = "";

    public string Order { get; private set; } = Orders[0];

    public IReadOnlyList<NamedPharmacies> Lists { get; private set; } = [];

    /// <summary>A list's name.</summary>
    public string? List { get; private set; }

    public bool IsFolded => Query.Length == 0 && District is null && List is null && Banner.Board.Pharmacies.Count > MostRows;

    public async Task OnGetAsync(string? q, string? district, string? order, string? list, CancellationToken cancellationToken)
    {
        Banner = await RoundBanner.ReadAsync(board, calendar, cancellationToken);
        var pharmacies = Banner.Board.Pharmacies;
        Query = PharmacySearch.Query(q);
        Districts = [.. pharmacies.GroupBy(p => p.District, StringComparer.Ordinal).Select(g => PharmacyGroup.Of(g.Key, g))];
        District = Districts.FirstOrDefault(d => d.Name == district)?.Name;
        Lists = await lists.AllAsync(cancellationToken);
        var listed = Lists.FirstOrDefault(l => l.Name == list);
        List = listed?.Name;
        Order = RememberedOrder.Of(HttpContext, "pharmacies", order, Orders);
        if (IsFolded) return;
        var found = PharmacySearch.In(pharmacies, Query).Where(p => (District is null || p.District == District) && (listed is null || listed.Codes.Contains(p.Code, StringComparer.Ordinal)));
        IReadOnlyList<PharmacyFigures> all = Order switch
        {
            "left" => [.. found.OrderBy(p => p.Left)],
            "booked" => [.. found.OrderByDescending(p => p.Booked)],
            "redeemed" => [.. found.OrderBy(p => p.Redeemed)],
            _ => [.. found],
        };
        Found = [.. all.Take(MostRows)];
        Beyond = all.Count - Found.Count;
    }

    public static IReadOnlyList<string> AllOrders => Orders;
}

/// <summary>The sums of some pharmacies.</summary>
public sealed record PharmacyGroup(string Name, int Count, int Places, int Left, int Booked, int Redeemed)
{
    public static PharmacyGroup Of(string name, IEnumerable<PharmacyFigures> pharmacies)
    {
        PharmacyFigures[] all = [.. pharmacies];
        return new(name, all.Length, all.Sum(p => p.Places), all.Sum(p => p.Left), all.Sum(p => p.Booked), all.Sum(p => p.Redeemed));
    }
}
