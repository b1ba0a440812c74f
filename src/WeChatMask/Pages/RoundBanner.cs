using System.Globalization;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Pages;

/// <summary>Today's round as the home and the booking page show it at one instant; the pages' scripts carry it on by the server's clock.</summary>
public sealed record RoundBanner(BoardView Board, RoundState? Round, DateTimeOffset Now, string Zone)
{
    public const string None = "none";

    /// <summary>Before the first window.</summary>
    public const string Announced = "announced";

    public const string Open = "open";

    public const string Between = "between";

    public const string Closed = "closed";

    public const string Published = "published";

    /// <summary>Booking rests that would be possible now or later.</summary>
    public const string Paused = "paused";

    public const string Annulled = "annulled";

    public string State
    {
        get
        {
            if (Round is null) return None;
            if (Round.IsAnnulled) return Annulled;
            if (Round.IsPausedAt(Now)) return Paused;
            return Round.PhaseAt(Now) switch
            {
                RoundPhase.Announced => Announced,
                RoundPhase.Open => Round.Times.WindowAt(Now) is null ? Between : Open,
                RoundPhase.Closed => Closed,
                _ => Published,
            };
        }
    }

    /// <summary>The phase, for the figures' words.</summary>
    public RoundPhase? Phase => Round?.PhaseAt(Now);

    public bool IsOver => State is Closed or Published or Annulled or None;

    /// <summary>What the asking account has to collect; it stands above the round's own state.</summary>
    public IReadOnlyList<OwnPickup> Own { get; init; } = [];

    /// <summary>When the round after today's opens, as far as is known.</summary>
    public DateTimeOffset? NextRound { get; init; }

    /// <summary>Whether nothing is left of the present window, nowhere.</summary>
    public bool IsSoldOut => State == Open && Left == 0;

    /// <summary>Whether figures of a window are those of the whole day.</summary>
    public bool IsOneWindow => Round is not { Times.Windows.Count: > 1 };

    /// <summary>What figures of the shown window count, as the end of a text's name: one window of several while it is open, the one before it opens, the last one after the close; or the whole day.</summary>
    public string Scope => IsOneWindow ? "Day" : State switch { Announced or Between => "Next", Open => "Window", _ => "Last" };

    /// <summary>Why nobody may book at this instant, as the desk would say it.</summary>
    public Refusal Admission => Round?.Admission(Now) ?? Refusal.NotOpen;

    /// <summary>Why the desk would turn everybody away from a pharmacy, the hour left aside.</summary>
    public static Refusal WhyNot(PharmacyFigures pharmacy) =>
        pharmacy.Status != PharmacyStatus.Open ? Refusal.PharmacyPaused : pharmacy.Left > 0 ? Refusal.None : Refusal.SoldOut;

    /// <summary>Whether a pharmacy has nothing to give, now or later today.</summary>
    public bool IsGone(PharmacyFigures pharmacy) => IsOver || WhyNot(pharmacy) != Refusal.None;

    public RoundWindow? Window => Round?.Times.PresentOrNext(Now);

    /// <summary>Places that can be given, of pharmacies that give any.</summary>
    public int Left => Board.Pharmacies.Where(p => p.Status == PharmacyStatus.Open).Sum(p => p.Left);

    /// <summary>How many pharmacies give places now or later today.</summary>
    public int Giving => Board.Pharmacies.Count(p => p.Status == PharmacyStatus.Open && (p.Left > 0 || p.NextWindow is not null));

    public int Booked => Board.Pharmacies.Sum(p => p.Booked);

    /// <summary>The server's time in milliseconds, until the script has asked for it.</summary>
    public string NowMilliseconds => Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>The windows' instants in milliseconds, as <c>opens-closes</c>.</summary>
    public string WindowMilliseconds => Round is null ? "" : string.Join(' ', Round.Times.Windows.Select(w =>
        FormattableString.Invariant($"{w.OpensAt.ToUnixTimeMilliseconds()}-{w.ClosesAt.ToUnixTimeMilliseconds()}")));

    public static async Task<RoundBanner> ReadAsync(Board board, CityCalendar calendar, CancellationToken cancellationToken) =>
        Of(await board.GetAsync(cancellationToken), calendar);

    internal static RoundBanner Of(BoardSnapshot snapshot, CityCalendar calendar)
    {
        var now = calendar.Now;
        return new RoundBanner(BoardView.At(snapshot, now, calendar), snapshot.Round, now, calendar.Zone.Id) { NextRound = snapshot.NextRoundOpensAt };
    }
}

/// <summary>A list of pharmacies: to look at, or with a button each; with why none can be pressed, where that is so.</summary>
public sealed record PharmacyListView(RoundBanner Banner, bool Bookable, string? WhyNone = null)
{
    private const int LongList = 12;

    public bool IsFolded => Banner.Board.Pharmacies.Count > LongList;

    /// <summary>By district, in the order of the codes.</summary>
    public IReadOnlyList<IGrouping<string, PharmacyFigures>> Districts =>
        [.. Banner.Board.Pharmacies.GroupBy(p => p.District, StringComparer.Ordinal)];
}

/// <summary>Some rows of a list of pharmacies.</summary>
public sealed record PharmacyRowsView(PharmacyListView List, IEnumerable<PharmacyFigures> Pharmacies);
