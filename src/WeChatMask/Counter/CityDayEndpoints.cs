using WeChatMask.Settings;

namespace WeChatMask.Counter;

/// <summary>The city's pickups of today for other programs.</summary>
public static class CityDayEndpoints
{
    internal static async Task<IResult> OfAsync(CityDays days, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var day = await days.ReadAsync(cancellationToken);
        var times = day.Round?.Times;
        return TypedResults.Ok(new CityDayView(
            day.Today, day.Round?.Date, day.Round?.IsAnnulled == true, calendar.Local(times?.PickupOpensAt), calendar.Local(times?.PickupClosesAt),
            day.Total.Due, day.Total.Redeemed, day.Total.Waiting, day.Total.Lapsed, day.Percent, day.Takings.Units, Money.Yuan(day.Takings.AmountFen),
            [.. day.Slots.Select(s => new CitySlotView(calendar.Local(s.SlotStartsAt), calendar.Local(s.SlotEndsAt), s.Due, s.Redeemed, s.Waiting, s.Lapsed, s.IsNow))],
            [.. day.Curve.Select(p => p with { At = calendar.Local(p.At) })],
            [.. day.Pharmacies.Select(p => new CityPharmacyView(p.Code, p.Name, p.District, p.Due, p.Redeemed, p.Waiting, p.Lapsed, p.Percent, p.Behind, p.Planned, p.Reported, p.IsHeld, p.Lost, p.Count?.Counted, p.Count?.Difference, p.IsPaused, p.IsShort))]));
    }
}

/// <summary>The city's pickups of today; without a round nothing is handed out.</summary>
public sealed record CityDayView(
    DateOnly Date, DateOnly? Round, bool Annulled, DateTimeOffset? OpensAt, DateTimeOffset? ClosesAt,
    int Due, int Redeemed, int Waiting, int Lapsed, int? Percent, int Units, decimal Amount,
    IReadOnlyList<CitySlotView> Slots, IReadOnlyList<CurvePoint> Curve, IReadOnlyList<CityPharmacyView> Pharmacies);

/// <summary>One slot of the city's day; without hours for bookings that have none.</summary>
public sealed record CitySlotView(DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, int Due, int Redeemed, int Waiting, int Lapsed, bool IsNow);

/// <summary>One pharmacy of the city's day. Behind are those whose slot is over; planned, reported and lost are units, reported is null where nothing was said that counts. Counted is what was found on the shelf at closing, with the difference from the books; null where nobody counted yet. Paused: the pharmacy hands nothing out for a while; short: it says that its goods are not enough.</summary>
public sealed record CityPharmacyView(
    string Code, string Name, string District, int Due, int Redeemed, int Waiting, int Lapsed, int? Percent, int Behind, int Planned, int? Reported, bool Held, int Lost,
    int? Counted, int? CountDifference, bool Paused, [property: System.Text.Json.Serialization.JsonPropertyName("short")] bool RunsShort);
