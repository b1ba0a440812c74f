using System.Globalization;
using System.Security.Claims;
using WeChatMask.Domain;
using WeChatMask.Redemptions;
using WeChatMask.Web;

namespace WeChatMask.Pharmacies;

/// <summary>A pharmacy's files and deliveries.</summary>
public static class PharmacyEndpoints
{
    private const int LongestRequestId = 64;
    private const int MostUnits = 100_000;

    /// <summary>Registers them.</summary>
    public static IServiceCollection AddPharmacies(this IServiceCollection services) =>
        services.AddSingleton<CounterQueries>().AddSingleton<PharmacyLists>().AddSingleton<DeliveryStore>()
            .AddSingleton<CounterLines>().AddSingleton<PharmacyDays>();

    /// <summary>Maps the list files and <c>/api/pharmacy/deliveries</c>.</summary>
    public static void MapPharmacies(this IEndpointRouteBuilder routes)
    {
        var files = routes.MapGroup("/pharmacy/lists").RequireAuthorization(Sessions.ClerkPolicy).ExcludeFromDescription();
        files.MapGet("/{date}.xlsx", (string date, HttpContext context, PharmacyLists lists, Refused refused, CancellationToken token) =>
            FileAsync(date, "xlsx", context, lists, refused, token));
        files.MapGet("/{date}.csv", (string date, HttpContext context, PharmacyLists lists, Refused refused, CancellationToken token) =>
            FileAsync(date, "csv", context, lists, refused, token));
        routes.MapPost("/api/pharmacy/deliveries", DeliverAsync).RequireAuthorization(Sessions.ClerkPolicy)
            .RequireRateLimiting(RateLimits.PerAccount).AskRightsFirst().WithTags("Pharmacy")
            .Produces<DeliveryView>(StatusCodes.Status201Created).Produces<DeliveryView>();
    }

    internal static async Task<IResult> FileAsync(
        string date, string form, HttpContext context, PharmacyLists lists, Refused refused, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var counter = Counter.Of(context.User.Staff());
        var (refusal, list) = await lists.ReadAsync(counter.Staff, counter.PharmacyId, date, form, cancellationToken);
        if (list is null) return refused.Result(refusal);
        var sheet = lists.SheetOf(list);
        return form == "csv" ? sheet.Csv() : sheet.Xlsx();
    }

    internal static async Task<IResult> DeliverAsync(
        DeliveryBody body, ClaimsPrincipal user, DeliveryStore store, Refused refused, CancellationToken cancellationToken)
    {
        if (body.RequestId is not { Length: >= 1 and <= LongestRequestId } requestId) return refused.Result(Refusal.InvalidRequestId);
        if (!DateOnly.TryParseExact(body.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return refused.Result(Refusal.InvalidDate);
        if (body.Units is not { } units || units is < 0 or > MostUnits) return refused.Result(Refusal.InvalidUnits);
        var counter = Counter.Of(user.Staff());
        var answer = await store.RecordAsync(counter.Staff, counter.PharmacyId, date, units, requestId, cancellationToken);
        if (answer.Refusal != Refusal.None) return refused.Result(answer.Refusal);
        var view = new DeliveryView(date, units, answer.Delivered, answer.Planned, answer.Delivered - answer.Planned);
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }
}

/// <summary>A delivery to be written down.</summary>
/// <param name="Date">The pickup day.</param>
/// <param name="Units">How many came.</param>
/// <param name="RequestId">The caller's own id.</param>
public sealed record DeliveryBody(string? Date = null, int? Units = null, string? RequestId = null);

/// <summary>A delivery written down.</summary>
/// <param name="Date">The pickup day.</param>
/// <param name="Units">How many came with it.</param>
/// <param name="Delivered">How many came for the day so far.</param>
/// <param name="Planned">How many the plan gives.</param>
/// <param name="Difference">Delivered less planned.</param>
public sealed record DeliveryView(DateOnly Date, int Units, int Delivered, int Planned, int Difference);
