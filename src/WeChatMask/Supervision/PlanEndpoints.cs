using System.Globalization;
using System.Security.Claims;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>The plan of the coming days for supervisors: read it, ask what a change would do, make it; a day without a round; and the day as a file.</summary>
public static class PlanEndpoints
{
    internal static async Task<IResult> DaysAsync(PlanChangeQueries queries, CancellationToken cancellationToken) =>
        TypedResults.Ok(new PlanDayList([.. (await queries.DaysAsync(cancellationToken)).Select(d => new PlanDayLine(d.Date, d.PickupDate, d.State, d.Total, d.Pharmacies.Count(p => p.IsOwn), d.NoRound))]));

    internal static async Task<IResult> DayAsync(string date, PlanChangeQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        await FindAsync(date, queries, cancellationToken) is { } day ? TypedResults.Ok(View(day)) : refusals.Result(Refusal.UnknownRound);

    internal static async Task<IResult> CsvAsync(string date, PlanChangeQueries queries, PlanSheets sheets, RefusalResults refusals, CancellationToken cancellationToken) =>
        await FindAsync(date, queries, cancellationToken) is { State: not PlanDayState.NoRound } day ? sheets.Csv(day) : refusals.Result(Refusal.UnknownRound);

    internal static async Task<IResult> PreviewAsync(
        string date, PlanBody body, PlanChangeQueries queries, PlanFormatter format, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day || Rows(body) is not { } rows) return refusals.Result(Refusal.InvalidRequest);
        var effect = await queries.EffectAsync(day, rows, cancellationToken);
        return effect.Refusal == Refusal.None ? TypedResults.Ok(View(effect, body.Reason, format)) : refusals.Result(effect.Refusal, format.Of(effect.Faults));
    }

    internal static async Task<IResult> ChangeAsync(
        string date, PlanBody body, ClaimsPrincipal user, PlanChangeStore store, PlanChangeQueries queries, PlanFormatter format, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day || Rows(body) is not { } rows) return refusals.Result(Refusal.InvalidRequest);
        if (refusals.Reason(body.Reason, PlanChangeStore.LongestReason, out var reason) is { } wrong) return wrong;
        if (!RequestId.IsWellFormed(body.RequestId)) return refusals.Result(Refusal.InvalidRequestId);
        var answer = await store.ChangeAsync(user.Staff(), day, rows, reason, body.RequestId, body.Fingerprint, cancellationToken);
        if (answer.Refusal != Refusal.None) return refusals.Result(answer.Refusal, format.Of(answer.Effect?.Faults ?? []));
        return TypedResults.Ok(new PlanChangedView(View(await queries.DayAsync(day, cancellationToken)), answer.Repeated));
    }

    internal static async Task<IResult> NoRoundAsync(
        string date, NoRoundBody body, ClaimsPrincipal user, PlanChangeStore store, PlanChangeQueries queries, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day || body.NoRound is not { } noRound) return refusals.Result(Refusal.InvalidRequest);
        if (refusals.Reason(body.Reason, PlanChangeStore.LongestReason, out var reason) is { } wrong) return wrong;
        var refusal = await store.SetNoRoundAsync(user.Staff().Username, day, noRound, reason, cancellationToken);
        return refusal == Refusal.None ? TypedResults.Ok(View(await queries.DayAsync(day, cancellationToken))) : refusals.Result(refusal);
    }

    private static async Task<PlanDay?> FindAsync(string date, PlanChangeQueries queries, CancellationToken cancellationToken) =>
        RouteDay.Read(date) is { } day && await queries.DayAsync(day, cancellationToken) is { State: not PlanDayState.None } found ? found : null;

    // The same rows as of a file, so that there is one judgement.
    private static IReadOnlyList<PlanRow>? Rows(PlanBody body) => body.Pharmacies is not { } pharmacies || pharmacies.Any(p => p?.Code is null || p.Places is null)
        ? null
        : [.. pharmacies.Select((p, i) => new PlanRow(i + 1, p!.Code!, [.. p.Places!.Select(n => n.ToString(CultureInfo.InvariantCulture))]))];

    private static PlanDayView View(PlanDay day) => new(
        day.Date, day.PickupDate, day.State, day.NoRound, day.Total,
        [.. day.Windows.Select((w, i) => new PlanWindowView(i + 1, CityFormatter.Time(w.Opens), CityFormatter.Time(w.Closes)))],
        [.. day.Pharmacies.Select(p => new PlanPharmacyView(p.Code, p.Name, p.District, p.Places, p.ByRules))]);

    private static PlanEffectView View(PlanEffect e, string? reason, PlanFormatter format) => new(
        e.Day.Date, e.Day.State, e.Day.Total, e.TotalAfter, PlanFormatter.DetailOf(e).Pharmacies, format.Sentence(e.Day.Date, PlanFormatter.DetailOf(e), reason), e.Fingerprint);
}

/// <summary>Places that pharmacies are to have on a day.</summary>
/// <param name="Pharmacies">Those that change, each with a figure for every window; the others stay.</param>
/// <param name="Reason">What the public is told; needed to change it.</param>
/// <param name="RequestId">Keeps a call that is sent twice from changing twice; needed to change it.</param>
/// <param name="Fingerprint">The preview's; needed to change it.</param>
public sealed record PlanBody(IReadOnlyList<PlanPharmacyBody?>? Pharmacies = null, string? Reason = null, string? RequestId = null, string? Fingerprint = null);

/// <summary>One pharmacy, by code, and its places by window.</summary>
public sealed record PlanPharmacyBody(string? Code = null, IReadOnlyList<int>? Places = null);

/// <summary>Whether there is to be no round on a day, and why.</summary>
public sealed record NoRoundBody(bool? NoRound = null, string? Reason = null);

/// <summary>Today and the days after it.</summary>
public sealed record PlanDayList(IReadOnlyList<PlanDayLine> Days);

/// <summary>One of them; own counts the pharmacies whose places are not those of the rules.</summary>
public sealed record PlanDayLine(DateOnly Date, DateOnly PickupDate, PlanDayState State, int Places, int Own, string? NoRound);

/// <summary>A day's plan. It may be changed while its state is free or announced.</summary>
public sealed record PlanDayView(
    DateOnly Date, DateOnly PickupDate, PlanDayState State, string? NoRound, int Places, IReadOnlyList<PlanWindowView> Windows, IReadOnlyList<PlanPharmacyView> Pharmacies);

public sealed record PlanWindowView(int Index, string Opens, string Closes);

/// <summary>A pharmacy's places by window, and what the rules alone would give it.</summary>
public sealed record PlanPharmacyView(string Code, string Name, string District, IReadOnlyList<int> Places, IReadOnlyList<int> ByRules);

/// <summary>What a change would do now, and the sentence that the public will read.</summary>
public sealed record PlanEffectView(
    DateOnly Date, PlanDayState State, int PlacesBefore, int PlacesAfter, IReadOnlyList<PlanNoticeLine> Pharmacies, string Sentence, string Fingerprint);

/// <summary>The day as it stands now; repeated: it stood so before.</summary>
public sealed record PlanChangedView(PlanDayView Day, bool Repeated);
