using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;

namespace WeChatMask.Counter;

/// <summary>Puts together how the whole city's pickups of today go, from the sums that each pharmacy's own day is made of.</summary>
public sealed class CityDays(CounterQueries queries, DeliveryQueries deliveries, ShelfCountStore counts, CounterTroubleStore troubles, PharmacyDays days, RoundQueries rounds, CityCalendar calendar)
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(30);

    public async Task<CityDay> ReadAsync(CancellationToken cancellationToken)
    {
        var today = calendar.Today;
        var now = calendar.Now;
        if (await rounds.FindByPickupAsync(today, cancellationToken) is not { } round)
            return new CityDay(today, now, null, days.Total([])) { Next = await days.NextAfterAsync(today, cancellationToken) };
        var figures = await queries.CitySlotsAsync(round.Date, now, cancellationToken);
        var steps = await queries.CityStepsAsync(round.Date, round.Times.PickupOpensAt, Step, cancellationToken);
        var counted = await counts.OfRoundAsync(round.Date, cancellationToken);
        var said = await troubles.OpenAsync(cancellationToken);
        var sheet = await deliveries.OfAsync(round.Date, cancellationToken);
        SlotFigures[] slots =
        [
            .. figures.GroupBy(f => (f.SlotStartsAt, f.SlotEndsAt))
                .Select(g => days.Named(SlotFigures.Sum([.. g]) with { SlotStartsAt = g.Key.SlotStartsAt, SlotEndsAt = g.Key.SlotEndsAt }, round))
                .OrderBy(s => s.SlotStartsAt is null).ThenBy(s => s.SlotStartsAt).ThenBy(s => s.SlotEndsAt),
        ];
        var ofPharmacy = figures.ToLookup(f => f.PharmacyId);
        return new CityDay(today, now, round, days.Total(slots))
        {
            Slots = slots,
            Takings = new Takings { Units = steps.Sum(s => s.Units), AmountFen = steps.Sum(s => s.AmountFen) },
            Curve = Curve(round.Times, slots, steps, now),
            Pharmacies = [.. sheet.Select(row => PharmacyPickups.Of(row, round.Policy.UnitsPerBooking, [.. ofPharmacy[row.Id]], now) with { Count = counted.GetValueOrDefault(row.Id), Troubles = [.. said.Where(t => t.PharmacyId == row.Id)] })],
        };
    }

    private static List<CurvePoint> Curve(RoundTimes times, IReadOnlyList<SlotFigures> slots, IReadOnlyList<HandOverStep> steps, DateTimeOffset now)
    {
        var end = slots.Max(s => s.SlotEndsAt) is { } last && last > times.PickupClosesAt ? last : times.PickupClosesAt;
        var points = new List<CurvePoint>();
        for (var at = times.PickupOpensAt; at < end; at += Step) points.Add(Point(at, isLast: false));
        points.Add(Point(end, isLast: true));
        return points;

        // Who has no slot is due by the end; what was handed over later still counts there.
        CurvePoint Point(DateTimeOffset at, bool isLast) => new(
            at,
            slots.Where(s => isLast || s.SlotEndsAt <= at).Sum(s => s.Due),
            at > now ? null : steps.Where(s => isLast || s.At < at).Sum(s => s.HandOvers));
    }
}

/// <summary>The city's pickups of a day: the round handed out, if any, or the next one that is known.</summary>
public sealed record CityDay(DateOnly Today, DateTimeOffset Now, RoundState? Round, SlotFigures Total)
{
    public RoundState? Next { get; init; }
    public IReadOnlyList<SlotFigures> Slots { get; init; } = [];
    public Takings Takings { get; init; } = new();
    public IReadOnlyList<CurvePoint> Curve { get; init; } = [];
    public IReadOnlyList<PharmacyPickups> Pharmacies { get; init; } = [];

    public int? Percent => PharmacyPickups.PercentOf(Total.Redeemed, Total.Due);

    /// <summary>Whether nothing can be collected any more, written down or not.</summary>
    public bool IsOver => Round?.IsPickupOver(Now) == true && Total.Waiting == 0;
}

/// <summary>By an instant: bookings whose slot is over, and those collected; null while it lies ahead.</summary>
public sealed record CurvePoint(DateTimeOffset At, int Due, int? Redeemed);

/// <summary>One pharmacy's pickups of a day beside its goods, these in units.</summary>
public sealed record PharmacyPickups(string Code, string Name, string District, string Address, int Due, int Redeemed, int Waiting, int Lapsed)
{
    /// <summary>Bookings whose slot is over and that are not collected.</summary>
    public int Behind { get; init; }

    public int Planned { get; init; }

    /// <summary>What the pharmacy says has come, or null when it has said nothing that counts.</summary>
    public int? Reported { get; init; }

    /// <summary>Whether a report waits for a supervisor.</summary>
    public bool IsHeld { get; init; }

    public int Lost { get; init; }

    /// <summary>What was counted on the shelf, last; null where nobody counted yet.</summary>
    public ShelfCount? Count { get; init; }

    /// <summary>What the pharmacy says is wrong now.</summary>
    public IReadOnlyList<CounterTrouble> Troubles { get; init; } = [];

    public bool IsPaused => Troubles.Any(t => t.Kind == CounterTroubleKind.Paused);

    public bool IsShort => Troubles.Any(t => t.Kind == CounterTroubleKind.RunsShort);

    public int? Percent => PercentOf(Redeemed, Due);

    public bool IsMissing => Reported is null && !IsHeld && (Planned > 0 || Due > 0);

    /// <summary>Rounded down: a hundred means all.</summary>
    internal static int? PercentOf(int redeemed, int due) => due == 0 ? null : redeemed * 100 / due;

    internal static PharmacyPickups Of(DeliveryRow row, int unitsPerBooking, IReadOnlyList<SlotFigures> slots, DateTimeOffset now)
    {
        var sum = SlotFigures.Sum(slots);
        return new(row.Code, row.Name, row.District, row.Address, sum.Due, sum.Redeemed, sum.Waiting, sum.Lapsed)
        {
            Behind = sum.Lapsed + slots.Where(s => s.SlotEndsAt <= now).Sum(s => s.Waiting),
            Planned = row.Places * unitsPerBooking, Reported = row.Reported, IsHeld = row.Held > 0, Lost = row.Lost,
        };
    }
}
