using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.OpenData;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>The days side by side: what was given and what was collected, as bars and as the same table.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 60)]
public sealed class TrendsModel(PublicQueries queries) : PageModel
{
    public const int Width = 360;
    public const int Height = 96;

    private const int DaysShown = 30;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RoundTrend> Days { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Days = await queries.TrendsAsync(DaysShown, cancellationToken);

    /// <summary>A day without its year, as short as a table on a phone needs it.</summary>
    public static string MonthAndDay(DateOnly day) => day.ToString("MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Two bars a day, one in front of the other, on one scale.</summary>
    public IEnumerable<TrendBar> Bars(Func<RoundTrend, int> whole, Func<RoundTrend, int> part)
    {
        var highest = Math.Max(1, Days.Max(whole));
        var step = (double)Width / Math.Max(Days.Count, 7);
        foreach (var (i, day) in Days.Index())
        {
            foreach (var (kind, figure) in new[] { ("all", whole(day)), ("part", part(day)) })
            {
                var height = (double)Height * figure / highest;
                yield return new TrendBar(kind, Text(i * step), Text(Height - height), Text(step * 0.7), Text(height));
            }
        }
    }

    private static string Text(double length) => length.ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>A rectangle of a chart.</summary>
public sealed record TrendBar(string Kind, string X, string Y, string Width, string Height);
