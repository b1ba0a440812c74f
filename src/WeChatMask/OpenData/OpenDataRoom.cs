using WeChatMask.Web;

namespace WeChatMask.OpenData;

/// <summary>What anybody needs to check that nobody cheated: notices, lists, day reports, visits.</summary>
public static class OpenDataRoom
{
    public static void AddOpenData(this IServiceCollection services)
    {
        services.AddSingleton<PublicQueries>().AddSingleton<ListSaltQueries>().AddSingleton<BookingProofs>().AddSingleton<BooksQueries>().AddSingleton<DayReports>().AddSingleton<DayReportQueries>().AddSingleton<DayReportSheets>().AddSingleton<DayReportFormatter>().AddSingleton<AuditSampleQueries>();
        services.AddSingleton<Visits>().AddSingleton<VisitStore>().AddHostedService<LastVisits>();
    }

    /// <summary>Maps <c>/api/public</c>: JSON for programs, the same as CSV for spreadsheets; and by whose proof a resident checks the own booking.</summary>
    public static void MapOpenData(this IEndpointRouteBuilder routes)
    {
        var everybody = routes.MapPublicApi("/api/public").KeptBriefly();
        everybody.MapGet("/rounds", PublicEndpoints.RoundsAsync).Produces<RoundList>();
        everybody.MapGet("/rounds.csv", PublicEndpoints.RoundsCsvAsync);
        everybody.MapGet("/rounds/{date}", PublicEndpoints.BooksAsync).Produces<RoundBooks>();
        everybody.MapGet("/rounds/{date}.csv", PublicEndpoints.BooksCsvAsync);
        everybody.MapGet("/rounds/{date}/list", PublicEndpoints.ListAsync).NotIndexed().Produces<PublicList>();
        everybody.MapGet("/rounds/{date}/list.csv", PublicEndpoints.ListCsvAsync).NotIndexed();
        everybody.MapGet("/complaints", PublicEndpoints.ComplaintsAsync).Produces<ComplaintCounts>();
        everybody.MapGet("/pharmacies", PublicEndpoints.PharmaciesAsync).Produces<PharmacyDirectory>();
        routes.MapResidentApi("/api/bookings").MapGet("/{number}/proof", ProofEndpoints.OfAsync).Produces<BookingProof>();
        routes.MapPublicApi("/api/public").MapGet("/districts", PublicEndpoints.Districts).Produces<object>(StatusCodes.Status200OK, PublicEndpoints.GeoJson);
    }
}
