using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.OpenData;

/// <summary>Open data: what anybody needs to check that nobody cheated. JSON for programs, the same as CSV for spreadsheets.</summary>
public static class PublicEndpoints
{
    internal const string GeoJson = "application/geo+json";

    /// <summary>The districts' outlines in WGS-84, or in GCJ-02 for a map with Chinese tiles.</summary>
    internal static IResult Districts(HttpContext context, MapSystem? system, DistrictOutlines outlines)
    {
        var drawn = outlines.In(system ?? MapSystem.Wgs84);
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Bytes(drawn.Json, GeoJson, entityTag: drawn.Tag);
    }

    internal static async Task<IResult> RoundsAsync(PublicQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(await queries.RoundsAsync(cancellationToken));

    internal static async Task<IResult> RoundsCsvAsync(PublicQueries queries, CancellationToken cancellationToken) =>
        CsvAnswer.Of("rounds.csv", PublicCsv.Rounds(await queries.RoundsAsync(cancellationToken)));

    internal static async Task<IResult> PharmaciesAsync(PublicQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(await queries.PharmaciesAsync(cancellationToken));

    internal static async Task<IResult> ComplaintsAsync(PublicQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(await queries.ComplaintsAsync(cancellationToken));

    internal static async Task<IResult> BooksAsync(string date, BooksQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        RouteDay.Read(date) is { } day && await queries.RecentAsync(day, cancellationToken) is { } books
            ? TypedResults.Ok(books)
            : refusals.Result(Refusal.UnknownRound);

    internal static async Task<IResult> BooksCsvAsync(string date, BooksQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        RouteDay.Read(date) is { } day && await queries.RecentAsync(day, cancellationToken) is { } books
            ? CsvAnswer.Of($"round-{CityFormatter.Date(day)}.csv", PublicCsv.Books(books))
            : refusals.Result(Refusal.UnknownRound);

    internal static async Task<IResult> ListAsync(
        string date, string? pharmacy, PublicQueries queries, ListSaltQueries salts, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var (refusal, list) = await FindListAsync(date, pharmacy, queries, cancellationToken);
        return list is null ? refusals.Result(refusal) : TypedResults.Ok(await salts.AddAsync(list, cancellationToken));
    }

    internal static async Task<IResult> ListCsvAsync(
        string date, string? pharmacy, PublicQueries queries, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var (refusal, list) = await FindListAsync(date, pharmacy, queries, cancellationToken);
        return list is null ? refusals.Result(refusal) : CsvAnswer.Of($"list-{CityFormatter.Date(list.Date)}-{list.PharmacyCode}.csv", PublicCsv.List(list));
    }

    private static async Task<(Refusal Refusal, PublicList? List)> FindListAsync(
        string date, string? pharmacy, PublicQueries queries, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day) return (Refusal.UnknownRound, null);
        return string.IsNullOrEmpty(pharmacy) ? (Refusal.UnknownPharmacy, null) : await queries.ListAsync(day, pharmacy, cancellationToken);
    }
}
