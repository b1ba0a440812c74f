using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>What supervisors see of bookings that wait for the registry. Counts only; nobody is named.</summary>
public static class ProvisionalEndpoints
{
    internal static async Task<IResult> OfAsync(
        string date, RoundQueries rounds, ProvisionalQueries queries, CityCalendar calendar, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (RouteDay.Read(date) is not { } day || await rounds.FindAsync(day, cancellationToken) is not { } round)
            return refusals.Result(Refusal.UnknownRound);
        var counts = await queries.OfAsync(day, cancellationToken);
        return TypedResults.Ok(new ProvisionalView(
            day, calendar.Local(EligibilityRules.SettleUntil(round.Times)), ProvisionalFigures.Of(counts),
            [.. counts.GroupBy(c => c.Code, StringComparer.Ordinal).Select(g => new ProvisionalPharmacy(g.Key, ProvisionalFigures.Of(g)))]));
    }
}

/// <summary>A round's provisional bookings, of the city and by pharmacy. <c>settledBy</c> is when the wait ends at the latest.</summary>
public sealed record ProvisionalView(DateOnly Date, DateTimeOffset SettledBy, ProvisionalFigures Totals, IReadOnlyList<ProvisionalPharmacy> Pharmacies);

/// <summary>One pharmacy's.</summary>
public sealed record ProvisionalPharmacy(string Code, ProvisionalFigures Figures);

/// <summary>How many wait, were confirmed, were refused, stand unanswered, or were given back.</summary>
public sealed record ProvisionalFigures(int Waiting, int Confirmed, int NotEligible, int Unanswered, int Withdrawn)
{
    internal static ProvisionalFigures Of(IEnumerable<ProvisionalCount> counts)
    {
        var by = counts.ToLookup(c => c.Outcome, c => c.Bookings);
        return new(
            by[ProvisionalOutcome.Waiting].Sum(), by[ProvisionalOutcome.Confirmed].Sum(), by[ProvisionalOutcome.NotEligible].Sum(),
            by[ProvisionalOutcome.Unanswered].Sum(), by[ProvisionalOutcome.Withdrawn].Sum());
    }
}
