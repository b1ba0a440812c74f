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

    public bool IsOver => State is Closed or Published or None;

    /// <summary>Whether a pharmacy has nothing to give, now or later today.</summary>
    public bool IsGone(PharmacyFigures pharmacy) => IsOver || pharmacy.Status != PharmacyStatus.Open || pharmacy.Left == 0;

    public RoundWindow? Window => Round?.Times.PresentOrNext(Now);

    /// <summary>Places that can be given, of pharmacies that give any.</summary>
    public int Left => Board.Pharmacies.Where(p => p.Status == PharmacyStatus.Open).Sum(p => p.Left);

    public int Booked => Board.Pharmacies.Sum(p => p.Booked);

    /// <summary>The server's time in milliseconds, until the script has asked for it.</summary>
    public string NowMilliseconds => Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>The windows' instants in milliseconds, as <c>opens-closes</c>.</summary>
    public string WindowMilliseconds => Round is null ? "" : string.Join(' ', Round.Times.Windows.Select(w =>
        FormattableString.Invariant($"{w.OpensAt.ToUnixTimeMilliseconds()}-{w.ClosesAt.ToUnixTimeMilliseconds()}")));

    public static async Task<RoundBanner> ReadAsync(Board board, CityCalendar calendar, CancellationToken cancellationToken)
    {
        var snapshot = await board.GetAsync(cancellationToken);
        return new RoundBanner(BoardView.Of(snapshot, calendar), snapshot.Round, calendar.Now, calendar.Zone.Id);
    }
}

/// <summary>A list of pharmacies: to look at, or with a button each.</summary>
public sealed record PharmacyListView(RoundBanner Banner, bool Bookable)
{
    private const int LongList = 12;

    public bool IsFolded => Banner.Board.Pharmacies.Count > LongList;

    /// <summary>By district, in the order of the codes.</summary>
    public IReadOnlyList<IGrouping<string, PharmacyFigures>> Districts =>
        [.. Banner.Board.Pharmacies.GroupBy(p => p.District, StringComparer.Ordinal)];
}

/// <summary>Some rows of a list of pharmacies.</summary>
public sealed record PharmacyRowsView(PharmacyListView List, IEnumerable<PharmacyFigures> Pharmacies);
