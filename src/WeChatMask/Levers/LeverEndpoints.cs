using System.Globalization;
using System.Security.Claims;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Levers;

/// <summary>Levers for supervisors: those that were pressed, what one would do, and pressing it.</summary>
public static class LeverEndpoints
{
    private const int MostShown = 200;

    internal static async Task<IResult> ListAsync(LeverQueries queries, LeverFormatter format, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var steps = await queries.StepsAsync(cancellationToken);
        return TypedResults.Ok(new LeverList([.. (await queries.NewestAsync(MostShown, cancellationToken)).Select(l => View(l, steps.GetValueOrDefault(l.Id), format, calendar))]));
    }

    internal static async Task<IResult> PreviewAsync(
        LeverBody body, LeverEffectQueries effects, LeverFormatter format, CityCalendar calendar, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (Read(body) is not { } order) return refusals.Result(Refusal.InvalidRequest);
        var effect = await effects.OfAsync(order, cancellationToken);
        return effect.Refusal == Refusal.None ? TypedResults.Ok(View(effect, body.Reason, format, calendar)) : refusals.Result(effect.Refusal);
    }

    internal static async Task<IResult> PressAsync(
        LeverBody body, ClaimsPrincipal user, LeverStore store, LeverQueries queries, LeverFormatter format, CityCalendar calendar, RefusalResults refusals,
        CancellationToken cancellationToken)
    {
        if (Read(body) is not { } order) return refusals.Result(Refusal.InvalidRequest);
        if (refusals.Reason(body.Reason, LeverStore.LongestReason, out var reason) is { } wrong) return wrong;
        if (!RequestId.IsWellFormed(body.RequestId)) return refusals.Result(Refusal.InvalidRequestId);
        var answer = await store.PressAsync(user.Staff(), order, reason, body.RequestId, body.Fingerprint, cancellationToken);
        if (answer.Lever is not { } lever) return refusals.Result(answer.Refusal);
        var steps = (await queries.StepsAsync(cancellationToken)).GetValueOrDefault(lever.Id);
        var view = new LeverPressedView(View(lever, steps, format, calendar), answer.Repeated);
        return answer.Repeated ? TypedResults.Ok(view) : TypedResults.Created((string?)null, view);
    }

    /// <summary>The order in a body, or null where it is none.</summary>
    public static LeverOrder? Read(LeverBody body)
    {
        if (RouteDay.Read(body.Date) is not { } date || !Enum.TryParse<LeverKind>(body.Kind, ignoreCase: true, out var kind)) return null;
        if (!Enum.IsDefined(kind) || kind is LeverKind.None || int.TryParse(body.Kind, CultureInfo.InvariantCulture, out _)) return null;
        if (body.PharmacyCode is not null && !LeverRules.MayNamePharmacy(kind)) return null;
        return LeverRules.NeedsTime(kind) == body.To is not null ? new LeverOrder(kind, date, body.PharmacyCode, body.To?.ToUniversalTime()) : null;
    }

    private static LeverPreviewView View(LeverEffect e, string? reason, LeverFormatter format, CityCalendar calendar) => new(
        e.Order.Kind, e.Order.Round, e.Order.Pharmacy, calendar.Local(e.From), calendar.Local(e.To), e.Bookings, e.Told,
        [.. e.Pharmacies.Select(p => new TouchedPharmacyView(p.Code, p.Name, p.Bookings, p.Redeemed, p.FreePlaces))],
        format.Effects(e), format.Sentence(e.Order.Kind, e.Order.Round, reason, e.From, e.To, e.Order.Pharmacy is null ? null : e.Pharmacies[0].Name),
        e.Earlier is not null, e.Fingerprint)
    {
        Takers = e.Order.Kind == LeverKind.Withdraw ? [.. e.Takers.Select(t => new TakingPharmacyView(t.Code, t.Name, t.Bookings))] : null,
    };

    private static LeverView View(Lever l, int steps, LeverFormatter format, CityCalendar calendar)
    {
        var detail = LeverEffectQueries.DetailOf(l);
        return new LeverView(
            l.Id.ToString(CultureInfo.InvariantCulture), l.Kind, l.RoundDate, l.PharmacyCode, calendar.Local(detail.From), calendar.Local(detail.To), l.Reason, l.Staff,
            detail.Bookings, steps, calendar.Local(l.CreatedAt), calendar.Local(l.DoneAt), calendar.Local(l.UndoneAt), format.Sentence(l));
    }
}

/// <summary>A lever to look at or to press.</summary>
/// <param name="Kind">postpone, pause, reopen, annul, close, extend, move or withdraw.</param>
/// <param name="Date">The round, by its day of booking.</param>
/// <param name="PharmacyCode">One pharmacy, of extend and move; without it, all. Withdraw needs it.</param>
/// <param name="To">The new opening of postpone, the new end of hand-over of extend.</param>
/// <param name="Reason">What the public is told; needed to press.</param>
/// <param name="RequestId">Keeps a call that is sent twice from pressing twice; needed to press.</param>
/// <param name="Fingerprint">The preview's; needed to press.</param>
public sealed record LeverBody(
    string? Kind = null, string? Date = null, string? PharmacyCode = null, DateTimeOffset? To = null, string? Reason = null, string? RequestId = null,
    string? Fingerprint = null);

/// <summary>What a lever would do now, and the sentence that people will read. Already: somebody has made it so.</summary>
public sealed record LeverPreviewView(
    LeverKind Kind, DateOnly Date, string? PharmacyCode, DateTimeOffset? From, DateTimeOffset? To, int Bookings, int Told,
    IReadOnlyList<TouchedPharmacyView> Pharmacies, IReadOnlyList<string> Effects, string Sentence, bool Already, string Fingerprint)
{
    /// <summary>Of withdraw: who takes the open bookings, and how many.</summary>
    public IReadOnlyList<TakingPharmacyView>? Takers { get; init; }
}

public sealed record TouchedPharmacyView(string Code, string Name, int Bookings, int Redeemed, int FreePlaces);

/// <summary>A pharmacy that takes bookings of the withdrawn one.</summary>
public sealed record TakingPharmacyView(string Code, string Name, int Bookings);

/// <summary>Levers that were pressed, newest first.</summary>
public sealed record LeverList(IReadOnlyList<LeverView> Levers);

/// <summary>One of them. Steps counts the pharmacies it has been carried out at while it is not done.</summary>
public sealed record LeverView(
    string Id, LeverKind Kind, DateOnly Date, string? PharmacyCode, DateTimeOffset? From, DateTimeOffset? To, string Reason, string Staff, int Bookings,
    int Steps, DateTimeOffset PressedAt, DateTimeOffset? DoneAt, DateTimeOffset? UndoneAt, string Sentence);

/// <summary>A lever that was pressed, now or, repeated, before.</summary>
public sealed record LeverPressedView(LeverView Lever, bool Repeated);
