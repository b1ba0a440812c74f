using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Flags;

/// <summary>What is odd, for programs: read by oversight, led on by supervisors.</summary>
public static class FlagEndpoints
{
    internal static async Task<IResult> ListAsync(
        string? kind, string? status, string? owner, string? pharmacyCode, int? page, FlagQueries queries, CityCalendar calendar, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var (about, wanted) = (Named(FlagRules.Kinds, kind), Named(Enum.GetValues<FlagStatus>(), status));
        if ((kind is not null && about is null) || (status is not null && wanted is null)) return refusals.Result(Refusal.InvalidRequest);
        var filter = new FlagFilter(
            about ?? FlagKind.None, wanted, OpenOnly: false, Clean(owner) ?? "", Clean(pharmacyCode) is { } code ? [code.ToUpperInvariant()] : null);
        var (found, all) = await queries.PageAsync(filter, page ?? 1, cancellationToken);
        return TypedResults.Ok(new FlagList(all, (int)await queries.OpenAsync(cancellationToken), calendar.Local(await queries.LookedAsync(cancellationToken)), [.. found.Select(f => ViewOf(f, calendar))]));
    }

    internal static async Task<IResult> ReadAsync(string id, int? page, FlagQueries queries, CityCalendar calendar, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (await queries.FindAsync(FlagQueries.IdOf(id), cancellationToken) is not { } one) return refusals.Result(Refusal.UnknownFlag);
        var rows = await queries.RowsAsync(one.Id, page ?? 1, cancellationToken);
        var steps = await queries.StepsAsync(one.Id, cancellationToken);
        return TypedResults.Ok(new FlagDetail(
            ViewOf(one, calendar), [.. rows.Select(r => RowOf(r, calendar))],
            [.. steps.Select(s => new FlagStepView(s.Staff is null ? null : s.Status, s.Staff, s.Owner, s.Words, s.Hits, calendar.Local(s.CreatedAt)))]));
    }

    internal static async Task<IResult> ChangeAsync(
        string id, FlagChangeBody body, ClaimsPrincipal user, FlagQueries queries, FlagStore store, CityCalendar calendar, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Named(Enum.GetValues<FlagStatus>(), body.Status) is not { } status) return refusals.Result(Refusal.InvalidRequest);
        var change = new FlagChange(status, Clean(body.Owner), body.Words, body.Version ?? 0, body.RequestId ?? "");
        var refusal = await store.ChangeAsync(user.Staff(), FlagQueries.IdOf(id), change, cancellationToken);
        return refusal == Refusal.None ? await ReadAsync(id, null, queries, calendar, refusals, cancellationToken) : refusals.Result(refusal);
    }

    private static FlagView ViewOf(Flag f, CityCalendar calendar) => new(
        f.Id.ToString(CultureInfo.InvariantCulture), f.Kind, f.FlagDay, f.PharmacyCode, f.PharmacyName, f.Clerk, f.BookingNumber, f.Hits, f.Measured, f.Threshold, calendar.Local(f.FirstAt),
        calendar.Local(f.LastAt), f.Status, f.Owner, f.Note, f.Version, calendar.Local(f.FoundAt), calendar.Local(f.GrownAt));

    private static FlagRowView RowOf(FlagRow r, CityCalendar calendar) => new(
        r.Source, calendar.Local(r.HappenedAt), r.BookingNumber, r.PharmacyCode, r.Clerk, r.Units, r.IsVoided, r.Conflict == OfflineConflict.None ? null : r.Conflict, r.Action);

    // As the answers write it.
    private static T? Named<T>(IEnumerable<T> allowed, string? typed)
        where T : struct, Enum => allowed.Where(a => JsonNamingPolicy.SnakeCaseLower.ConvertName(a.ToString()) == typed).Select(a => (T?)a).FirstOrDefault();

    // A character that no database holds is in no name either.
    private static string? Clean(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Replace("\0", "", StringComparison.Ordinal).Trim();
}

/// <summary>What a supervisor decides.</summary>
/// <param name="Status">looking, explained or acted_upon.</param>
/// <param name="Owner">The log-in name of the supervisor who looks after it; without one, who did or who decides.</param>
/// <param name="Words">Why, at most 300 characters; only who takes an open one or gives it on needs none.</param>
/// <param name="Version">The version that was read; another one is refused as changed.</param>
/// <param name="RequestId">Keeps a call that is sent twice from doing twice.</param>
public sealed record FlagChangeBody(string? Status = null, string? Owner = null, string? Words = null, int? Version = null, string? RequestId = null);

/// <summary>One page of 25 flags, the newest days first; how many the filter lets through, how many are open in all, and when it was last looked.</summary>
public sealed record FlagList(int Total, int Open, DateTimeOffset? LookedAt, IReadOnlyList<FlagView> Flags);

/// <summary>A flag. Measured is what the threshold limits; hits are the rows that speak for it.</summary>
public sealed record FlagView(
    string Id, FlagKind Kind, DateOnly Day, string? PharmacyCode, string? Pharmacy, string? Clerk, string? BookingNumber, int Hits, int Measured, int Threshold, DateTimeOffset FirstAt,
    DateTimeOffset LastAt, FlagStatus Status, string? Owner, string Note, int Version, DateTimeOffset FoundAt, DateTimeOffset? GrownAt);

/// <summary>A flag with one page of 100 of its rows, and what became of it.</summary>
public sealed record FlagDetail(FlagView Flag, IReadOnlyList<FlagRowView> Rows, IReadOnlyList<FlagStepView> Steps);

/// <summary>A row that speaks for it, by the source it lies in; nothing personal.</summary>
public sealed record FlagRowView(
    FlagSource Source, DateTimeOffset At, string? BookingNumber, string? PharmacyCode, string? Clerk, int? Units, bool Voided, OfflineConflict? Conflict, string? Action);

/// <summary>A decision; without a status and staff it was found to have grown to so many rows, and is open again if it was closed.</summary>
public sealed record FlagStepView(FlagStatus? Status, string? Staff, string? Owner, string Words, int Hits, DateTimeOffset At);
