using System.Security.Claims;
using System.Text.Json;
using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Cases;

/// <summary>Complaints for programs: of the own account, of the city, and what a pharmacy's lead is asked. A picture is sent by the page's form alone.</summary>
public static class CaseEndpoints
{
    private const string Type = "image/jpeg";

    internal static async Task<IResult> OwnPhotoAsync(string number, ClaimsPrincipal user, CaseQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        BookingNumber.TryParse(number, out var exact) && await queries.OwnPhotoAsync(user.AccountId(), exact, cancellationToken) is { } photo
            ? TypedResults.Bytes(photo, Type)
            : refusals.Result(Refusal.UnknownCase);

    internal static async Task<IResult> PhotoAsync(string number, ClaimsPrincipal user, CaseQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        BookingNumber.TryParse(number, out var exact) && await queries.PhotoAsync(user.Staff(), exact, cancellationToken) is { } photo
            ? TypedResults.Bytes(photo, Type)
            : refusals.Result(Refusal.UnknownCase);

    internal static async Task<IResult> OwnAsync(ClaimsPrincipal user, CaseQueries queries, CaseViews views, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ComplaintList([.. (await queries.OfAccountAsync(user.AccountId(), cancellationToken)).Select(c => views.OfCitizen(c, []))]));

    internal static async Task<IResult> OwnCaseAsync(
        string number, ClaimsPrincipal user, CaseQueries queries, CaseViews views, RefusalResults refusals, CancellationToken cancellationToken) =>
        BookingNumber.TryParse(number, out var exact) && await queries.FindOwnAsync(user.AccountId(), exact, cancellationToken) is { } own
            ? TypedResults.Ok(views.OfCitizen(own, await queries.StepsAsync(own.Id, cancellationToken)))
            : refusals.Result(Refusal.UnknownCase);

    internal static async Task<IResult> OpenAsync(ComplaintBody body, ClaimsPrincipal user, CaseStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Named(CaseRules.Kinds, body.Kind) is not { } kind) return refusals.Result(Refusal.InvalidCase);
        var answer = await store.OpenAsync(user.AccountId(), new NewCase(kind, body.Text, NumberOf(body.BookingNumber)), body.RequestId ?? "", cancellationToken);
        return Result(answer, "/api/complaints", refusals);
    }

    internal static async Task<IResult> ListAsync(
        string? number, string? kind, string? status, string? district, string? pharmacyCode, int? page, CaseQueries queries, CaseViews views, RefusalResults refusals,
        CancellationToken cancellationToken)
    {
        var wanted = Named(Enum.GetValues<CaseStatus>(), status);
        var about = Named(CaseRules.Kinds, kind);
        if ((status is not null && wanted is null) || (kind is not null && about is null)) return refusals.Result(Refusal.InvalidRequest);
        var filter = new CaseFilter(NumberOf(number) ?? "", about ?? CaseKind.None, wanted, District: district ?? "", Pharmacies: pharmacyCode is null ? null : [pharmacyCode.ToUpperInvariant()]);
        var (found, all) = await queries.PageAsync(filter, page ?? 1, cancellationToken);
        return TypedResults.Ok(new CaseList(all, [.. found.Select(c => views.OfStaff(c, []))]));
    }

    internal static async Task<IResult> ReadAsync(
        string number, ClaimsPrincipal user, CaseQueries queries, CaseViews views, RefusalResults refusals, CancellationToken cancellationToken) =>
        BookingNumber.TryParse(number, out var exact) && await queries.ReadAsync(user.Staff(), exact, cancellationToken) is { } found
            ? TypedResults.Ok(views.OfStaff(found, await queries.StepsAsync(found.Id, cancellationToken)))
            : refusals.Result(Refusal.UnknownCase);

    internal static async Task<IResult> TakeDownAsync(CallBody body, ClaimsPrincipal user, CaseStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Named(CaseRules.Kinds, body.Kind) is not { } kind) return refusals.Result(Refusal.InvalidCase);
        var typed = new NewCase(kind, body.Text, NumberOf(body.BookingNumber), body.PharmacyCode, body.Caller);
        return Result(await store.TakeDownAsync(user.Staff(), typed, body.RequestId ?? "", cancellationToken), "/api/supervisor/cases", refusals);
    }

    internal static async Task<IResult> DoAsync(
        string number, CaseActBody body, ClaimsPrincipal user, CaseQueries queries, CaseStore store, CaseViews views, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Named([CaseAct.Take, CaseAct.Ask, CaseAct.Close], body.Act) is not { } act) return refusals.Result(Refusal.InvalidRequest);
        var words = "";
        if (act != CaseAct.Take && refusals.Reason(body.Words, CaseRules.LongestWords, out words) is { } wrong) return wrong;
        var outcome = CaseOutcome.None;
        if (act == CaseAct.Close)
        {
            if (Named(CaseRules.Outcomes, body.Outcome) is not { } found) return refusals.Result(Refusal.InvalidRequest);
            outcome = found;
        }

        if (!BookingNumber.TryParse(number, out var exact)) return refusals.Result(Refusal.UnknownCase);
        var refusal = await store.DoAsync(user.Staff(), exact, new CaseOrder(act, words, body.RequestId ?? "", body.PharmacyCode, outcome), cancellationToken);
        return refusal == Refusal.None ? await ReadAsync(exact, user, queries, views, refusals, cancellationToken) : refusals.Result(refusal);
    }

    internal static async Task<IResult> AskedAsync(ClaimsPrincipal user, CaseQueries queries, CaseViews views, CancellationToken cancellationToken)
    {
        var asked = await queries.OfPharmacyAsync(Clerk.Of(user.Staff()).PharmacyId, cancellationToken);
        var steps = await queries.StepsAsync([.. asked.Select(c => c.Id)], cancellationToken);
        return TypedResults.Ok(new AskedList([.. asked.Select(c => views.OfPharmacy(c, steps[c.Id]))]));
    }

    internal static async Task<IResult> AnswerAsync(string number, AnswerBody body, ClaimsPrincipal user, CaseStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (refusals.Reason(body.Words, CaseRules.LongestWords, out var words) is { } wrong) return wrong;
        if (!BookingNumber.TryParse(number, out var exact)) return refusals.Result(Refusal.UnknownCase);
        var refusal = await store.DoAsync(user.Staff(), exact, new CaseOrder(CaseAct.Answer, words, body.RequestId ?? ""), cancellationToken);
        return refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);
    }

    private static IResult Result(CaseAnswer answer, string prefix, RefusalResults refusals) => answer switch
    {
        { Refusal: not Refusal.None } => refusals.Result(answer.Refusal),
        { Repeated: true } => TypedResults.Ok(new CaseOpenedView(answer.Number, true)),
        _ => TypedResults.Created($"{prefix}/{answer.Number}", new CaseOpenedView(answer.Number, false)),
    };

    // As a voucher's number is read: spaces, hyphens, wide digits.
    private static string? NumberOf(string? typed) => BookingNumber.TryParse(typed, out var exact) ? exact : typed;

    // As the answers write it.
    private static T? Named<T>(IEnumerable<T> allowed, string? typed)
        where T : struct, Enum => allowed.Where(a => JsonNamingPolicy.SnakeCaseLower.ConvertName(a.ToString()) == typed).Select(a => (T?)a).FirstOrDefault();
}

/// <summary>A complaint of one's own.</summary>
/// <param name="Kind">quality, refused, attitude, price, not_mine or other.</param>
/// <param name="Text">What happened, at most 500 characters.</param>
/// <param name="BookingNumber">A booking of the account that it is about.</param>
/// <param name="RequestId">Keeps a call that is sent twice from opening two.</param>
public sealed record ComplaintBody(string? Kind = null, string? Text = null, string? BookingNumber = null, string? RequestId = null);

/// <summary>What somebody says on the telephone.</summary>
/// <param name="Kind">quality, refused, attitude, price, not_mine or other.</param>
/// <param name="Text">What happened, at most 500 characters.</param>
/// <param name="BookingNumber">A booking it is about.</param>
/// <param name="PharmacyCode">The pharmacy, where no booking says it.</param>
/// <param name="Caller">Their mobile number.</param>
/// <param name="RequestId">Keeps a call that is sent twice from opening two.</param>
public sealed record CallBody(string? Kind = null, string? Text = null, string? BookingNumber = null, string? PharmacyCode = null, string? Caller = null, string? RequestId = null);

/// <summary>What is done to a case.</summary>
/// <param name="Act">take, ask or close.</param>
/// <param name="Words">The question to the pharmacy, or what the citizen is told; at most 300 characters.</param>
/// <param name="PharmacyCode">Whom to ask, where the case names nobody or another.</param>
/// <param name="Outcome">founded, partly_founded, unfounded or not_provable; of close.</param>
/// <param name="RequestId">Keeps a call that is sent twice from doing twice.</param>
public sealed record CaseActBody(string? Act = null, string? Words = null, string? PharmacyCode = null, string? Outcome = null, string? RequestId = null);

/// <summary>A pharmacy's answer, at most 300 characters.</summary>
public sealed record AnswerBody(string? Words = null, string? RequestId = null);
