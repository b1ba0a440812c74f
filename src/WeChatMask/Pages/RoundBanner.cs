using System.Globalization;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Pages;

/// <summary>Today's round as the home and the booking page show it at one instant; the pages' scripts carry it on by the server's clock.</summary>
/// <param name="Board">The figures.</param>
/// <param name="Round">Today's round, or none.</param>
/// <param name="Now">The instant shown.</param>
/// <param name="Zone">The city's time zone, for the script.</param>
public sealed record RoundBanner(BoardView Board, RoundState? Round, DateTimeOffset Now, string Zone)
{
    /// <summary>No round today.</summary>
    public const string None = "none";

    /// <summary>Before the first window.</summary>
    public const string Announced = "announced";

    /// <summary>A window takes bookings.</summary>
    public const string Open = "open";

    /// <summary>Between two windows.</summary>
    public const string Between = "between";

    /// <summary>No more bookings today.</summary>
    public const string Closed = "closed";

    /// <summary>The lists are public.</summary>
    public const string Published = "published";

    /// <summary>Which of them it is.</summary>
    public string State
    {
        get
        {
            if (Round is null) return None;
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

    /// <summary>Whether nothing can be booked today any more.</summary>
    public bool IsOver => State is Closed or Published or None;

    /// <summary>Whether a pharmacy has nothing to give, now or later today.</summary>
    public bool IsGone(PharmacyFigures pharmacy) => IsOver || pharmacy.Status != PharmacyStatus.Open || pharmacy.Left == 0;

    /// <summary>The present or next window.</summary>
    public RoundWindow? Window => Round?.Times.PresentOrNext(Now);

    /// <summary>Places that can be given, of pharmacies that give any.</summary>
    public int Left => Board.Pharmacies.Where(p => p.Status == PharmacyStatus.Open).Sum(p => p.Left);

    /// <summary>Bookings of the round.</summary>
    public int Booked => Board.Pharmacies.Sum(p => p.Booked);

    /// <summary>The server's time in milliseconds, until the script has asked for it.</summary>
    public string NowMilliseconds => Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>The windows' instants in milliseconds, as <c>opens-closes</c>.</summary>
    public string WindowMilliseconds => Round is null ? "" : string.Join(' ', Round.Times.Windows.Select(w =>
        FormattableString.Invariant($"{w.OpensAt.ToUnixTimeMilliseconds()}-{w.ClosesAt.ToUnixTimeMilliseconds()}")));

    /// <summary>Today's round as of now.</summary>
    public static async Task<RoundBanner> ReadAsync(Board board, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var snapshot = await board.GetAsync(cancellationToken);
        return new RoundBanner(BoardView.Of(snapshot, calendar), snapshot.Round, calendar.Now, calendar.Zone.Id);
    }
}

/// <summary>A list of pharmacies: to look at, or with a button each.</summary>
/// <param name="Banner">Today's round.</param>
/// <param name="Bookable">Whether each has a button that books.</param>
public sealed record PharmacyListView(RoundBanner Banner, bool Bookable)
{
    private const int LongList = 12;

    /// <summary>Whether the list is long enough to be folded by district.</summary>
    public bool IsFolded => Banner.Board.Pharmacies.Count > LongList;

    /// <summary>By district, in the order of the codes.</summary>
    public IReadOnlyList<IGrouping<string, PharmacyFigures>> Districts =>
        [.. Banner.Board.Pharmacies.GroupBy(p => p.District, StringComparer.Ordinal)];
}

/// <summary>Some rows of a list of pharmacies.</summary>
/// <param name="List">The whole list.</param>
/// <param name="Pharmacies">The rows.</param>
public sealed record PharmacyRowsView(PharmacyListView List, IEnumerable<PharmacyFigures> Pharmacies);
