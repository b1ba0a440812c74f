using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>One numbered state of the board, the same for everybody who asks while it is the newest.</summary>
public sealed class BoardSnapshot
{
    private readonly Lock answering = new();
    private BoardAnswer? answer;

    public required long Version { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>How many local changes had been marked before it was read.</summary>
    public required long SeenChanges { get; init; }

    /// <summary>The city day it shows.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>That day's round, or none.</summary>
    public required RoundState? Round { get; init; }

    public required IReadOnlyList<BoardPharmacy> Pharmacies { get; init; }

    /// <summary>What people see of it now. One for all who ask, until the clock opens or closes something.</summary>
    internal BoardAnswer AnswerAt(CityCalendar calendar)
    {
        var now = calendar.Now;
        var (phase, window) = (Round?.PhaseAt(now), Round?.Times.PresentOrNext(now));
        if (answer is { } known && known.IsOf(phase, window)) return known;
        lock (answering)
        {
            if (answer is { } made && made.IsOf(phase, window)) return made;
            return answer = BoardAnswer.Of(this, phase, window, calendar);
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
        var places = Windows.Select(w => w.ToPlaces()).ToList();
        QuotaLedger.RollUpTo(places, window);
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
}
