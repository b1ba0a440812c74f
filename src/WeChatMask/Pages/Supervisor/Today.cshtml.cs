using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Counter;
using WeChatMask.Web;

namespace WeChatMask.Pages.Supervisor;

/// <summary>The morning: how today's pickups go in the whole city, apart from tonight's booking.</summary>
[Authorize(Policy = Sessions.OversightPolicy)]
[PersonalPage]
public sealed class TodayModel(CityDays days) : PageModel
{
    /// <summary>What pharmacies say is wrong; more than this is found in the list.</summary>
    public const int MostTroubles = 20;

    private static readonly string[] Orders = ["lagging", "code", "district"];

    public CityDay Day { get; private set; } = null!;

    public IReadOnlyList<DistrictPickups> Districts { get; private set; } = [];

    public IReadOnlyList<PharmacyPickups> Found { get; private set; } = [];

    /// <summary>Found and not shown.</summary>
    public int Beyond { get; private set; }

    public string? District { get; private set; }

    public string Query { get; private set; } = "";

    public string Order { get; private set; } = Orders[0];

    public static IReadOnlyList<string> AllOrders => Orders;

    public bool IsFolded => Query.Length == 0 && District is null && Day.Pharmacies.Count > PharmaciesModel.MostRows;

    public async Task OnGetAsync(string? q, string? district, string? order, CancellationToken cancellationToken)
    {
        Day = await days.ReadAsync(cancellationToken);
        Query = PharmacySearch.Query(q);
        Order = RememberedOrder.Of(HttpContext, "today", order, Orders);
        var districts = Day.Pharmacies.GroupBy(p => p.District, StringComparer.Ordinal).Select(g => DistrictPickups.Of(g.Key, g));
        Districts = [.. Order == "lagging" ? districts.OrderByDescending(d => d.Behind) : districts];
        District = Districts.FirstOrDefault(d => d.Name == district)?.Name;
        if (IsFolded) return;
        var found = PharmacySearch.In(Day.Pharmacies, Query).Where(p => District is null || p.District == District);
        IReadOnlyList<PharmacyPickups> all = Order switch
        {
            "lagging" => [.. found.OrderByDescending(p => p.Behind).ThenBy(p => p.Percent ?? 100)],
            "district" => [.. found.OrderBy(p => p.District, StringComparer.Ordinal)],
            _ => [.. found],
        };
        Found = [.. all.Take(PharmaciesModel.MostRows)];
        Beyond = all.Count - Found.Count;
    }
}

/// <summary>The sums of a district's pharmacies.</summary>
public sealed record DistrictPickups(string Name, int Count, int Due, int Redeemed, int Behind, int Planned, int Reported, int Missing, int Lost)
{
    public static DistrictPickups Of(string name, IEnumerable<PharmacyPickups> pharmacies)
    {
        PharmacyPickups[] all = [.. pharmacies];
        return new(
            name, all.Length, all.Sum(p => p.Due), all.Sum(p => p.Redeemed), all.Sum(p => p.Behind), all.Sum(p => p.Planned), all.Sum(p => p.Reported ?? 0),
            all.Count(p => p.IsMissing), all.Sum(p => p.Lost));
    }
}
