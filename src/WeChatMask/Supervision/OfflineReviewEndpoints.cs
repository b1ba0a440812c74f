using System.Globalization;
using System.Security.Claims;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>What supervisors see of hand-overs that were made without a network, and do about them.</summary>
public static class OfflineReviewEndpoints
{
    internal const int LongestNote = 200;

    private const int UsuallyTaken = 100;
    private const int MostTaken = 500;

    internal static async Task<IResult> ListAsync(
        int? take, OfflineHandOverQueries queries, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var rows = await queries.NewestAsync(Math.Clamp(take ?? UsuallyTaken, 1, MostTaken), cancellationToken);
        return TypedResults.Ok(new OfflineHandOverList([.. rows.Select(r => ViewOf(r, calendar))]));
    }

    internal static async Task<IResult> ReviewAsync(
        string id, ReviewBody body, ClaimsPrincipal user, OfflineReviewStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (refusals.Reason(body.Note, LongestNote, out var note) is { } wrong) return wrong;
        _ = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var row);
        var refusal = await store.ReviewAsync(user.Staff().Username, row, note, cancellationToken);
        return refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);
    }

    private static OfflineHandOverView ViewOf(OfflineHandOverRow r, CityCalendar calendar) => new(
        r.Id.ToString(CultureInfo.InvariantCulture), r.PharmacyCode, r.Clerk, r.Number, r.RoundDate, r.Units,
        calendar.Local(r.ClaimedAt), calendar.Local(r.HeardAt), r.Conflict == OfflineConflict.None ? null : r.Conflict, r.AfterLapse, r.ShortRound,
        r.ReviewedAt is { } at ? calendar.Local(at) : null, r.ReviewedBy, r.ReviewNote);
}

/// <summary>What a supervisor found.</summary>
public sealed record ReviewBody(string? Note = null);

/// <summary>Hand-overs made without a network, newest first.</summary>
public sealed record OfflineHandOverList(IReadOnlyList<OfflineHandOverView> HandOvers);

/// <summary>One of them. <c>claimedAt</c> is the phone's word, <c>heardAt</c> ours; <c>shortRound</c> is a later round with one place too few.</summary>
public sealed record OfflineHandOverView(
    string Id, string PharmacyCode, string Clerk, string Number, DateOnly? Date, int Units, DateTimeOffset ClaimedAt, DateTimeOffset HeardAt,
    OfflineConflict? Conflict, bool AfterLapse, DateOnly? ShortRound, DateTimeOffset? ReviewedAt, string? ReviewedBy, string? ReviewNote);
