using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using WeChatMask.Audit;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>What somebody looks for in the audit, as it stands in the address.</summary>
public sealed class AuditSearch
{
    public const int Longest = 100;

    public string? From { get; set; }
    public string? To { get; set; }
    public string? Actor { get; set; }
    public string? Do { get; set; }
    public string? Subject { get; set; }

    /// <summary>The line after which the page goes on.</summary>
    public string? After { get; set; }

    public AuditPosition? Position
    {
        get
        {
            var parts = After?.Split('-') ?? [];
            return parts.Length == 2
                && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? new AuditPosition(DateTimeOffset.FromUnixTimeMilliseconds(at), id)
                : null;
        }
    }

    /// <summary>What to read, or null where a day is none or the days are the wrong way round.</summary>
    public AuditFilter? Filter(CityCalendar calendar)
    {
        var (from, to) = (RouteDay.Read(From), RouteDay.Read(To));
        if ((from is null && !string.IsNullOrEmpty(From)) || (to is null && !string.IsNullOrEmpty(To)) || from > to || to == DateOnly.MaxValue) return null;
        return new AuditFilter(
            from is { } first ? calendar.Instant(first, TimeOnly.MinValue) : DateTimeOffset.UnixEpoch,
            to is { } last ? calendar.Instant(last.AddDays(1), TimeOnly.MinValue) : DateTimeOffset.MaxValue,
            Text(Actor).ToLowerInvariant(), Text(Do), Text(Subject));
    }

    /// <summary>The same search in another address, from a line on.</summary>
    public string Link(string path, AuditLine? after = null)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in new[] { ("from", From), ("to", To), ("actor", Actor), ("do", Do), ("subject", Subject) })
        {
            if (!string.IsNullOrWhiteSpace(value)) query.Add(name, Text(value));
        }

        if (after is not null) query.Add("after", string.Create(CultureInfo.InvariantCulture, $"{after.At.ToUnixTimeMilliseconds()}-{after.Id}"));
        return path + query.ToQueryString();
    }

    // A character that no database holds is in no line either.
    private static string Text(string? typed)
    {
        var text = (typed ?? "").Replace("\0", "", StringComparison.Ordinal).Trim();
        return text.Length > Longest ? text[..Longest] : text;
    }
}
