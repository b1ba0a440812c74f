using System.Text.Json;
using WeChatMask.Domain;
using WeChatMask.Levers;
using WeChatMask.Settings;

namespace WeChatMask.Supervision;

/// <summary>Everything that was changed and told the public, for whoever watches a city by program.</summary>
public static class PublicChangeEndpoints
{
    private const int EachShown = 50;

    internal static async Task<IResult> ListAsync(
        PolicyChangeQueries policies, LeverQueries levers, LeverFormatter leverWords, PlanChangeQueries plans, PlanFormatter planWords, CityCalendar calendar, CancellationToken cancellationToken) =>
        TypedResults.Ok(new PublicChangeList(
            [
                .. (await policies.NoticesAsync(EachShown, cancellationToken)).Select(n => new PolicyChangeView(
                    n.From, calendar.Local(n.PublishedAt), n.Reason, PolicyEndpoints.Document(n.Before), PolicyEndpoints.Document(n.After))),
            ],
            [
                .. (await levers.NewestAsync(EachShown, cancellationToken)).Select(l => new LeverChangeView(
                    l.RoundDate, l.Kind, l.PharmacyCode, calendar.Local(l.CreatedAt), calendar.Local(l.UndoneAt), l.Reason, leverWords.Sentence(l))),
            ],
            [.. (await plans.NoticesAsync(EachShown, ofDaysToCome: false, cancellationToken)).Select(n => View(n, planWords, calendar))]));

    private static PlanNoticeView View(PlanNotice notice, PlanFormatter words, CityCalendar calendar)
    {
        var detail = PlanFormatter.DetailOf(notice);
        return new PlanNoticeView(notice.RoundDate, calendar.Local(notice.CreatedAt), notice.Reason, detail.Before, detail.After, detail.Pharmacies, words.Sentence(notice));
    }
}

/// <summary>What the public was told, each newest first: changed rules, what was done to a round, changed plans of a day.</summary>
public sealed record PublicChangeList(IReadOnlyList<PolicyChangeView> Changes, IReadOnlyList<LeverChangeView> Levers, IReadOnlyList<PlanNoticeView> Plans);

/// <summary>One notice of changed rules.</summary>
public sealed record PolicyChangeView(DateOnly From, DateTimeOffset PublishedAt, string Reason, JsonElement Before, JsonElement After);

/// <summary>Something that was done to a round, at one pharmacy or all, and the sentence that people read.</summary>
public sealed record LeverChangeView(DateOnly Date, LeverKind Kind, string? PharmacyCode, DateTimeOffset PublishedAt, DateTimeOffset? UndoneAt, string Reason, string Sentence);

/// <summary>A day's changed plan: its places in all, and by window those of the pharmacies that changed.</summary>
public sealed record PlanNoticeView(
    DateOnly Date, DateTimeOffset PublishedAt, string Reason, int PlacesBefore, int PlacesAfter, IReadOnlyList<PlanNoticeLine> Pharmacies, string Sentence);
