using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>
/// The pharmacies by district and by words, and with a script by distance and on a map. Where somebody is never reaches the
/// server: the page carries the pharmacies' places, and the phone sorts them.
/// </summary>
[AllowAnonymous]
[CacheablePage(Seconds = 2)]
public sealed class NearbyModel(Board board, CityCalendar calendar, CounterTroubleStore counters, IOptionsMonitor<MapSettings> map) : PageModel
{
    public RoundBanner Banner { get; private set; } = null!;

    /// <summary>Every district of the city, in the order of the codes.</summary>
    public IReadOnlyList<string> Districts { get; private set; } = [];

    public string? District { get; private set; }

    public string Query { get; private set; } = "";

    public IReadOnlyList<PharmacyFigures> Found { get; private set; } = [];

    /// <summary>Pharmacies that hand nothing out for the present, by code.</summary>
    public IReadOnlyDictionary<string, CounterTrouble> Paused { get; private set; } = new Dictionary<string, CounterTrouble>(StringComparer.Ordinal);

    public bool IsNarrowed => District is not null || Query.Length > 0;

    public bool IsFolded => !IsNarrowed && Found.Count > 12;

    public MapSettings Map => map.CurrentValue;

    /// <summary>Where the districts' outlines are, in the system of the tiles; null where there are none.</summary>
    public string? OutlinesPath =>
        Map.Outlines.Length == 0 ? null : $"/api/public/districts?system={(Map.TileUrl.Length > 0 ? Map.System : MapSystem.Wgs84)}";

    public async Task OnGetAsync(string? district, string? q, CancellationToken cancellationToken)
    {
        Paused = (await counters.OpenAsync(cancellationToken)).Where(c => c.Kind == CounterTroubleKind.Paused).ToDictionary(c => c.PharmacyCode, StringComparer.Ordinal);
        Banner = await RoundBanner.ReadAsync(board, calendar, cancellationToken);
        Districts = [.. Banner.Board.Pharmacies.Select(p => p.District).Distinct(StringComparer.Ordinal)];
        District = Districts.FirstOrDefault(d => d == district);
        Query = PharmacySearch.Query(q);
        // District by district, in each those first that have something to give.
        Found =
        [
            .. PharmacySearch.In(Banner.Board.Pharmacies, Query).Where(p => District is null || p.District == District)
                .GroupBy(p => p.District, StringComparer.Ordinal).SelectMany(d => d.OrderBy(Banner.IsGone)),
        ];
    }

    /// <summary>Where the pharmacy lies, as <c>latitude,longitude</c> in WGS-84.</summary>
    public static string Place(PharmacyFigures p) => Text(new GeoPoint(p.Latitude, p.Longitude));

    /// <summary>The same in GCJ-02, for WeChat's map.</summary>
    public static string ChinesePlace(PharmacyFigures p) => Text(Coordinates.ToGcj02(new GeoPoint(p.Latitude, p.Longitude)));

    // Six places after the point are a tenth of a metre.
    private static string Text(GeoPoint p) => string.Create(CultureInfo.InvariantCulture, $"{p.Latitude:0.######},{p.Longitude:0.######}");
}
