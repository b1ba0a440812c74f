using System.Globalization;
using System.Security.Claims;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>A pharmacy's files and deliveries.</summary>
public static class PharmacyEndpoints
{
    internal const int MostUnits = 100_000;
    internal const int LongestReason = 200;

    /// <summary>Registers them.</summary>
    public static IServiceCollection AddPharmacies(this IServiceCollection services) =>
        services.AddSingleton<CounterQueries>().AddSingleton<PharmacyLists>().AddSingleton<DeliveryStore>().AddSingleton<StockStore>().AddSingleton<StockQueries>()
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
        routes.MapPost("/api/pharmacy/losses", LoseAsync).RequireAuthorization(Sessions.ClerkPolicy)
            .RequireRateLimiting(RateLimits.PerAccount).AskRightsFirst().WithTags("Pharmacy")
            .Produces<LossView>(StatusCodes.Status201Created).Produces<LossView>();
    }

    internal static async Task<IResult> FileAsync(
        string date, string form, HttpContext context, PharmacyLists lists, Refused refused, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        var clerk = Clerk.Of(context.User.Staff());
        var (refusal, list) = await lists.ReadAsync(clerk.Staff, clerk.PharmacyId, date, form, cancellationToken);
        if (list is null) return refused.Result(refusal);
        var sheet = lists.SheetOf(list);
        return form == "csv" ? sheet.Csv() : sheet.Xlsx();
    }

    internal static async Task<IResult> DeliverAsync(
        DeliveryBody body, ClaimsPrincipal user, DeliveryStore store, Refused refused, CancellationToken cancellationToken)
    {
        if (Read(body.Date, body.Units, body.RequestId, least: 0, out var report) is var wrong and not Refusal.None) return refused.Result(wrong);
        var answer = await store.DeliverAsync(Clerk.Of(user.Staff()), report with { MoreComing = body.MoreComing ?? false }, tryOnly: false, cancellationToken);
        if (answer.Refusal != Refusal.None) return refused.Result(answer.Refusal);
        var view = new DeliveryView(
            report.PickupDate, report.Units, answer.Delivered, answer.Planned, answer.Delivered - answer.Planned, answer.Places, answer.Moved, answer.Returned);
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }

    internal static async Task<IResult> LoseAsync(
        LossBody body, ClaimsPrincipal user, DeliveryStore store, Refused refused, CancellationToken cancellationToken)
    {
        if (Read(body.Date, body.Units, body.RequestId, least: 1, out var report) is var wrong and not Refusal.None) return refused.Result(wrong);
        if (body.Reason?.Trim() is not { Length: >= 1 and <= LongestReason } reason) return refused.Result(Refusal.InvalidReason);
        var answer = await store.LoseAsync(Clerk.Of(user.Staff()), report with { Reason = reason }, tryOnly: false, cancellationToken);
        if (answer.Refusal != Refusal.None) return refused.Result(answer.Refusal);
        var view = new LossView(report.PickupDate, report.Units, answer.Lost, answer.Places, answer.Moved);
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }

    /// <summary>Reads a report's figures, or says what is wrong with them.</summary>
    internal static Refusal Read(string? date, int? units, string? requestId, int least, out StockReport report)
    {
        report = new StockReport(default, 0, "");
        if (!RequestId.IsWellFormed(requestId)) return Refusal.InvalidRequestId;
        if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return Refusal.InvalidDate;
        if (units is not { } number || number < least || number > MostUnits) return Refusal.InvalidUnits;
        report = new StockReport(day, number, requestId);
        return Refusal.None;
    }
}

/// <summary>A delivery to be written down.</summary>
/// <param name="Date">The pickup day.</param>
/// <param name="Units">How many came.</param>
/// <param name="RequestId">The caller's own id.</param>
/// <param name="MoreComing">Whether more is expected for the same day; the difference is settled with the last delivery, or when pickup ends.</param>
public sealed record DeliveryBody(string? Date = null, int? Units = null, string? RequestId = null, bool? MoreComing = null);

/// <summary>A delivery written down.</summary>
/// <param name="Date">The pickup day.</param>
/// <param name="Units">How many came with it.</param>
/// <param name="Delivered">How many came for the day so far.</param>
/// <param name="Planned">How many the plan gives.</param>
/// <param name="Difference">Delivered less planned.</param>
/// <param name="Places">Places that the day's differences give the pharmacy's next round; below zero it takes them away.</param>
/// <param name="Moved">Bookings that moved to the next day because of this report.</param>
/// <param name="Returned">Bookings that had moved to the next day and may be collected on their own day after all, or still on the next.</param>
public sealed record DeliveryView(DateOnly Date, int Units, int Delivered, int Planned, int Difference, int Places, int Moved, int Returned);

/// <summary>A loss to be written down.</summary>
/// <param name="Date">The pickup day whose stock it is.</param>
/// <param name="Units">How many are broken or missing.</param>
/// <param name="Reason">Why.</param>
/// <param name="RequestId">The caller's own id.</param>
public sealed record LossBody(string? Date = null, int? Units = null, string? Reason = null, string? RequestId = null);

/// <summary>A loss written down.</summary>
/// <param name="Date">The pickup day.</param>
/// <param name="Units">How many of them.</param>
/// <param name="Lost">How many of the day so far.</param>
/// <param name="Places">Places that the day's differences give the pharmacy's next round; below zero it takes them away.</param>
/// <param name="Moved">Bookings that moved to the next day because of this report.</param>
public sealed record LossView(DateOnly Date, int Units, int Lost, int Places, int Moved);
