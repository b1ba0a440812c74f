using System.Globalization;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.OpenData;

/// <summary>Open data: what anybody needs to check that nobody cheated. JSON for programs, the same as CSV for spreadsheets.</summary>
public static class PublicEndpoints
{
    internal static async Task<IResult> RoundsAsync(PublicQueries queries, HttpContext context, CancellationToken cancellationToken) =>
        Open(context, TypedResults.Ok(await queries.RoundsAsync(cancellationToken)));

    internal static async Task<IResult> RoundsCsvAsync(PublicQueries queries, HttpContext context, CancellationToken cancellationToken) =>
        Open(context, CsvAnswer.Of("rounds.csv", PublicCsv.Rounds(await queries.RoundsAsync(cancellationToken))));

    internal static async Task<IResult> PharmaciesAsync(PublicQueries queries, HttpContext context, CancellationToken cancellationToken) =>
        Open(context, TypedResults.Ok(await queries.PharmaciesAsync(cancellationToken)));

    internal static async Task<IResult> BooksAsync(
        string date, PublicQueries queries, RefusalResults refusals, HttpContext context, CancellationToken cancellationToken) =>
        Day(date) is { } day && await queries.BooksAsync(day, cancellationToken) is { } books
            ? Open(context, TypedResults.Ok(books))
            : refusals.Result(Refusal.UnknownRound);

    internal static async Task<IResult> BooksCsvAsync(
        string date, PublicQueries queries, RefusalResults refusals, HttpContext context, CancellationToken cancellationToken) =>
        Day(date) is { } day && await queries.BooksAsync(day, cancellationToken) is { } books
            ? Open(context, CsvAnswer.Of($"round-{day:yyyy-MM-dd}.csv", PublicCsv.Books(books)))
            : refusals.Result(Refusal.UnknownRound);

    internal static async Task<IResult> ListAsync(
        string date, string? pharmacy, PublicQueries queries, RefusalResults refusals, HttpContext context, CancellationToken cancellationToken)
    {
        var (refusal, list) = await FindListAsync(date, pharmacy, queries, cancellationToken);
        return list is null ? refusals.Result(refusal) : Listed(context, TypedResults.Ok(list));
    }

    internal static async Task<IResult> ListCsvAsync(
        string date, string? pharmacy, PublicQueries queries, RefusalResults refusals, HttpContext context, CancellationToken cancellationToken)
    {
        var (refusal, list) = await FindListAsync(date, pharmacy, queries, cancellationToken);
        return list is null
            ? refusals.Result(refusal)
            : Listed(context, CsvAnswer.Of($"list-{list.Date:yyyy-MM-dd}-{list.PharmacyCode}.csv", PublicCsv.List(list)));
    }

    private static async Task<(Refusal Refusal, PublicList? List)> FindListAsync(
        string date, string? pharmacy, PublicQueries queries, CancellationToken cancellationToken)
    {
        if (Day(date) is not { } day) return (Refusal.UnknownRound, null);
        return string.IsNullOrEmpty(pharmacy) ? (Refusal.UnknownPharmacy, null) : await queries.ListAsync(day, pharmacy, cancellationToken);
    }

    private static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>Open data may be cached for some seconds and read by any page.</summary>
    private static IResult Open(HttpContext context, IResult result)
    {
        context.Response.Headers.CacheControl = "public, max-age=2";
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return result;
    }

    /// <summary>A list is for the people of the city, not for search engines.</summary>
    private static IResult Listed(HttpContext context, IResult result)
    {
        context.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        return Open(context, result);
    }
}
