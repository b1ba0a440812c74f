using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>One numbered state of the board, the same for everybody who asks while it is the newest.</summary>
public sealed class BoardSnapshot
{
    private readonly Lock answering = new();
    private BoardAnswer? answer;

    public required long Version { get; init; }

    /// <summary>When that version was made; none in a city where nothing has changed yet.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>How many local changes had been marked before it was read.</summary>
    public required long SeenChanges { get; init; }

    /// <summary>The city day it shows.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>That day's round, or none.</summary>
    public required RoundState? Round { get; init; }

    /// <summary>When the next round opens that has places; none where no rules hold within a year.</summary>
    public required DateTimeOffset? NextRoundOpensAt { get; init; }

    public required IReadOnlyList<BoardPharmacy> Pharmacies { get; init; }

    /// <summary>The next instant from which there will be places to book: a later window of today for which some are kept or left over, else the next round.</summary>
    public DateTimeOffset? NextOpeningAt(DateTimeOffset now) =>
        Round is { IsClosed: false } round
        && round.Times.Windows.FirstOrDefault(w => w.OpensAt > now && Pharmacies.Any(p => p.Status == PharmacyStatus.Open && p.At(w.Index).Left > 0)) is { } window
            ? window.OpensAt
            : NextRoundOpensAt;

    /// <summary>From when on what was just refused may be tried again, where only time stands in the way: of a pharmacy that is full, its own next window of today first.</summary>
    public DateTimeOffset? OpensAfter(Refusal refusal, string? pharmacy, DateTimeOffset now) => refusal switch
    {
        Refusal.NotOpen or Refusal.Closed => NextOpeningAt(now),
        Refusal.SoldOut => Round?.Times.Windows.FirstOrDefault(
            w => w.OpensAt > now && Pharmacies.Any(p => p.Code == pharmacy && p.At(w.Index).Left > 0))?.OpensAt ?? NextRoundOpensAt,
        _ => null,
    };

    /// <summary>What people see of it now. One for all who ask, until the clock opens or closes something.</summary>
    internal BoardAnswer AnswerAt(DateTimeOffset now, CityCalendar calendar)
    {
        var (phase, window) = (Round?.PhaseAt(now), Round?.Times.PresentOrNext(now));
        if (answer is { } known && known.IsOf(phase, window, now)) return known;
        lock (answering)
        {
            if (answer is { } made && made.IsOf(phase, window, now)) return made;
            return answer = BoardAnswer.Of(this, phase, window, now, calendar);
        }
    }
}

/// <summary>What everybody may know of a pharmacy; its place in WGS-84.</summary>
public abstract record PublicPharmacy
{
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public string Address { get; init; } = "";
    public string District { get; init; } = "";
    public double Latitude { get; init; }
    public double Longitude { get; init; }
    public string Phone { get; init; } = "";
    public PharmacyStatus Status { get; init; }
}

/// <summary>A pharmacy on the board, with its places by window.</summary>
public sealed record BoardPharmacy : PublicPharmacy
{
    public long Id { get; init; }
    public int CancelledLate { get; init; }
    public int Redeemed { get; init; }
    public IReadOnlyList<QuotaRow> Windows { get; init; } = [];

    /// <summary>The figures people see while <paramref name="window"/> (from 1) is the present or next one.</summary>
    /// <remarks>Rolling is shown as if it were done, so that the first second of a window shows the same as the rest.</remarks>
    public PharmacyFigures At(int window)
    {
        var places = PlacesAt(window);
        var present = places.Find(p => p.Window == window);
        return new PharmacyFigures(
            Code, Name, Address, District, Latitude, Longitude, Phone, Status,
            present is null ? 0 : present.Places + present.RolledIn - present.RolledOut,
            present?.Left ?? 0,
            places.Sum(p => p.Taken) - CancelledLate,
            Redeemed,
            places.Sum(p => p.CarriedIn),
            present is { Left: > 0 } ? null : places.Find(p => p.Window > window && p.Places > 0)?.Window);
    }

    /// <summary>The places of all windows while <paramref name="window"/> (from 1) is the present or next one.</summary>
    public List<WindowPlaces> PlacesAt(int window)
    {
        var places = Windows.Select(w => w.ToPlaces()).ToList();
        QuotaLedger.RollUpTo(places, window);
        return places;
    }
}
