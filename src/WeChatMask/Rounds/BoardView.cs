using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>The contract's board: one snapshot seen at one instant.</summary>
/// <remarks><c>NextOpening</c> is the next instant from which there will be places, as far as is known; <c>ChangedAt</c> when this version was made.</remarks>
public sealed record BoardView(long Version, DateTimeOffset AsOf, BoardRound? Round, IReadOnlyList<PharmacyFigures> Pharmacies, DateTimeOffset? NextOpening = null, DateTimeOffset? ChangedAt = null)
{
    public static BoardView Of(BoardSnapshot board, CityCalendar calendar) => At(board, calendar.Now, calendar);

    public static BoardView At(BoardSnapshot board, DateTimeOffset now, CityCalendar calendar) => board.AnswerAt(now, calendar).View;
}

/// <summary>The round a board shows.</summary>
public sealed record BoardRound(
    DateOnly Date, RoundPhase Phase, DateOnly PickupDate, DateTimeOffset OpensAt, DateTimeOffset ClosesAt,
    BoardRoundWindow? Window, int UnitsPerBooking, decimal UnitPrice)
{
    /// <summary>True while a supervisor lets booking rest; left out otherwise.</summary>
    public bool? Paused { get; init; }

    /// <summary>True where a supervisor has annulled the round; left out otherwise.</summary>
    public bool? Annulled { get; init; }

    /// <summary>Why it is paused or annulled.</summary>
    public string? Reason { get; init; }

    /// <summary>The opening that had been announced, where the round was postponed.</summary>
    public DateTimeOffset? AnnouncedOpensAt { get; init; }

    internal static BoardRound Of(RoundState round, RoundPhase phase, RoundWindow? window, CityCalendar calendar) => new(
        round.Date, phase, round.PickupDate,
        calendar.Local(round.Times.OpensAt), calendar.Local(round.Times.ClosesAt),
        window is null ? null : new BoardRoundWindow(
            window.Index, round.Times.Windows.Count, calendar.Local(window.OpensAt), calendar.Local(window.ClosesAt)),
        round.Policy.UnitsPerBooking,
        Money.Yuan(round.Policy.UnitPriceFen))
    {
        Paused = round.PausedAt is not null && !round.IsClosed ? true : null,
        Annulled = round.IsAnnulled ? true : null,
        Reason = round.AnnulReason ?? (round.IsClosed ? null : round.PauseReason),
        AnnouncedOpensAt = calendar.Local(round.AnnouncedOpensAt),
    };
}

/// <summary>The present, else the next, window of a round.</summary>
public sealed record BoardRoundWindow(int Index, int Count, DateTimeOffset OpensAt, DateTimeOffset ClosesAt);

/// <summary>What the contract's board says of one pharmacy; its place in WGS-84.</summary>
/// <remarks><c>CarriedIn</c> is what came to the round from earlier ones, below zero when stock lacked; <c>NextWindow</c> is told when nothing is left now: the window (from 1) that has places next.</remarks>
public sealed record PharmacyFigures(
    string Code, string Name, string Address, string District, double Latitude, double Longitude, string Phone,
    PharmacyStatus Status, int Places, int Left, int Booked, int Redeemed, int CarriedIn, int? NextWindow);
