using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>
/// The pharmacies by district and by words, and with a script by distance and on a map. Where somebody is never reaches the
/// server: the page carries the pharmacies' places, and the phone sorts them.
/// </summary>
[AllowAnonymous]
[CacheablePage(Seconds = 2)]
public sealed class NearbyModel(Board board, CityCalendar calendar, IOptionsMonitor<MapSettings> map) : PageModel
{
    private const int LongestQuery = 40;

    public RoundBanner Banner { get; private set; } = null!;

    /// <summary>Every district of the city, in the order of the codes.</summary>
    public IReadOnlyList<string> Districts { get; private set; } = [];

    public string? District { get; private set; }

    public string Query { get; private set; } = "";

    public IReadOnlyList<PharmacyFigures> Found { get; private set; } = [];

    public bool IsNarrowed => District is not null || Query.Length > 0;

    public bool IsFolded => !IsNarrowed && Found.Count > 12;

    public MapSettings Map => map.CurrentValue;

    public async Task OnGetAsync(string? district, string? q, CancellationToken cancellationToken)
    {
        Banner = await RoundBanner.ReadAsync(board, calendar, cancellationToken);
        Districts = [.. Banner.Board.Pharmacies.Select(p => p.District).Distinct(StringComparer.Ordinal)];
        District = Districts.FirstOrDefault(d => d == district);
        var query = q?.Trim() ?? "";
        Query = query.Length <= LongestQuery ? query : query[..LongestQuery];
        var words = Query.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // District by district, in each those first that have something to give.
        Found =
        [
            .. Banner.Board.Pharmacies.Where(p => (District is null || p.District == District) && words.All(w => Speaks(p, w)))
                .GroupBy(p => p.District, StringComparer.Ordinal).SelectMany(d => d.OrderBy(Banner.IsGone)),
        ];
    }

    /// <summary>Where the pharmacy lies, as <c>latitude,longitude</c> in WGS-84.</summary>
    public static string Place(PharmacyFigures p) => Text(new GeoPoint(p.Latitude, p.Longitude));

    /// <summary>The same in GCJ-02, for WeChat's map.</summary>
    public static string ChinesePlace(PharmacyFigures p) => Text(Coordinates.ToGcj02(new GeoPoint(p.Latitude, p.Longitude)));

    // Six places after the point are a tenth of a metre.
    private static string Text(GeoPoint p) => string.Create(CultureInfo.InvariantCulture, $"{p.Latitude:0.######},{p.Longitude:0.######}");

    private static bool Speaks(PharmacyFigures p, string word) =>
        p.Name.Contains(word, StringComparison.OrdinalIgnoreCase) || p.Address.Contains(word, StringComparison.OrdinalIgnoreCase)
        || p.District.Contains(word, StringComparison.OrdinalIgnoreCase) || p.Code.Equals(word, StringComparison.OrdinalIgnoreCase);
}
