using System.Globalization;
using System.Security.Claims;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Stock;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>Reports of stock that are too far from the plan, for a supervisor's yes or no.</summary>
public static class HeldReportEndpoints
{
    private const int MostShown = 500;

    internal static async Task<IResult> ListAsync(HeldReportStore store, CityCalendar calendar, CancellationToken cancellationToken) =>
        TypedResults.Ok(new HeldReportList([.. (await store.WaitingAsync(MostShown, cancellationToken)).Select(h => new HeldReportView(
            h.Id.ToString(CultureInfo.InvariantCulture), h.Kind, h.PharmacyCode, h.PickupDate, h.Units, h.DayTotal, h.Planned, h.Difference, h.Reason, h.Clerk,
            calendar.Local(h.CreatedAt)))]));

    internal static async Task<IResult> AgreeAsync(
        string id, ClaimsPrincipal user, HeldReportStore store, RefusalResults refusals, CancellationToken cancellationToken) =>
        Answer(await store.AgreeAsync(user.Staff().Username, Id(id), cancellationToken), refusals);

    internal static async Task<IResult> DeclineAsync(
        string id, DeclineBody body, ClaimsPrincipal user, HeldReportStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (refusals.Reason(body.Reason, StockEndpoints.LongestReason, out var reason) is { } wrong) return wrong;
        return Answer(await store.DeclineAsync(user.Staff().Username, Id(id), reason, cancellationToken), refusals);
    }

    private static IResult Answer(Refusal refusal, RefusalResults refusals) =>
        refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);

    private static long Id(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>Why a supervisor does not agree.</summary>
public sealed record DeclineBody(string? Reason = null);

/// <summary>Reports that wait for a supervisor, oldest first.</summary>
public sealed record HeldReportList(IReadOnlyList<HeldReportView> Reports);

/// <summary>One of them: the units reported, what the day's would be with them, its plan, and how far off that is; of a loss, all that is lost.</summary>
public sealed record HeldReportView(
    string Id, StockReportKind Kind, string PharmacyCode, DateOnly Date, int Units, int Total, int Planned, int Difference, string? Reason, string Clerk,
    DateTimeOffset ReportedAt);
