namespace WeChatMask.Domain.PublicLog;

/// <summary>What a reader of the log finds: a broken rule (F), or what is allowed and worth a look (N).</summary>
public enum FindingCode
{
    /// <summary>Not an entry, or with fields of another form.</summary>
    F01,

    /// <summary>Line 0 does not tell of the log, or another line does.</summary>
    F02,

    /// <summary>Rules for a day whose round has begun.</summary>
    F03,

    /// <summary>A round or a window changed after the opening.</summary>
    F04,

    /// <summary>Not the newest rules of its day, when it was planned or when it opened.</summary>
    F05,

    /// <summary>A round, pharmacy, window or serial that is not known, or figures without a sense.</summary>
    F06,

    /// <summary>Booked after the close.</summary>
    F07,

    /// <summary>Booked outside its window; the end is outside.</summary>
    F08,

    /// <summary>The serial is not the next one.</summary>
    F09,

    /// <summary>Oversold: up to some window more places are taken than there are.</summary>
    F10,

    /// <summary>At the opening, carried places are not what was posted.</summary>
    F11,

    /// <summary>A line of the first-come kind in a draw, or the reverse.</summary>
    F12,

    /// <summary>Not in the state for it, as handed over twice.</summary>
    F13,

    /// <summary>Early or late, full or time does not fit.</summary>
    F14,

    /// <summary>Handed over before the list was published.</summary>
    F15,

    /// <summary>List, publishing or end at the wrong time; a list is missing or double.</summary>
    F16,

    /// <summary>The list's rows are not the serials, or an empty list has a root of rows.</summary>
    F17,

    /// <summary>Another key destroyed than the round's, or before the end.</summary>
    F18,

    /// <summary>A commitment that is unknown, unsigned, double or too late; too few of them at the first application.</summary>
    F19,

    /// <summary>An application outside the window or the rules.</summary>
    F20,

    /// <summary>Withdrawn twice, unknown, or after the seal; sealed early or miscounted.</summary>
    F21,

    /// <summary>A share, beacon or attestation that does not fit, is double or comes at the wrong time.</summary>
    F22,

    /// <summary>Drawn without the quorum, or from another seed.</summary>
    F23,

    /// <summary>Another winner, order, serial or cut than the draw gives.</summary>
    F24,

    /// <summary>More units handed over than a booking has, or none.</summary>
    F25,

    /// <summary>A kind of a later version.</summary>
    N01,

    /// <summary>The time is more than 15 seconds back.</summary>
    N02,

    /// <summary>Places changed after the opening.</summary>
    N03,

    /// <summary>Handed over after the end: told late by a counter without a network.</summary>
    N04,

    /// <summary>A hand-over was taken back.</summary>
    N05,

    /// <summary>A booking went to another pharmacy.</summary>
    N06,

    /// <summary>A party did not commit.</summary>
    N07,

    /// <summary>At the next opening, what an ended round gave on is not what it left, lapsed and cancelled late.</summary>
    N08,
}

/// <summary>What was found at a line of the log, counted from 0.</summary>
public readonly record struct Finding(long Line, FindingCode Code);

/// <summary>
/// A pharmacy in a round, as the log tells it. Left is below zero where it is oversold; booked are those who have neither collected nor
/// lapsed nor cancelled, also where their pickup was moved; serials count all that were given.
/// </summary>
public sealed record PharmacyFigures(long Places, long Left, int Booked, int Redeemed, int Lapsed, int CancelledEarly, int CancelledLate, int Serials)
{
    /// <summary>How many pickups had moved, whatever became of them.</summary>
    internal int Moved { get; init; }

    /// <summary>
    /// Whether the city's own figures tell the same. One whose pickup had moved and who gave it back is cancelled in those, and in the log
    /// waits until the round is over and lapses.
    /// </summary>
    public bool AreTold(PharmacyFigures city)
    {
        int[] apart = [city.Booked - Booked, city.Lapsed - Lapsed, city.CancelledLate - CancelledLate];
        return (city.Places, city.Left, city.Redeemed) == (Places, Left, Redeemed) && apart.Sum() == 0 && apart.Max(Math.Abs) <= Moved;
    }
}
