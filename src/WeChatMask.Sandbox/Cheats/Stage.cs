namespace WeChatMask.Sandbox;

/// <summary>What the witnesses kept while all was well: nothing they say later rests on anything else that the city has not shown them.</summary>
/// <param name="Listed">The round whose lists are out.</param>
/// <param name="Open">The round that is being booked.</param>
/// <param name="Code">The pharmacy where the phone's people have booked.</param>
/// <param name="Pharmacy">Its name.</param>
/// <param name="OpenId">The phone.</param>
/// <param name="Bookings">Of the listed round, then of the open one.</param>
/// <param name="Door">What was printed for the pharmacy's door.</param>
/// <param name="Key">The log's verifier key.</param>
/// <param name="Note">The log's end as the journalist last saw it.</param>
/// <param name="Lines">All lines up to there.</param>
public sealed record Stage(
    DateOnly Listed, DateOnly Open, string Code, string Pharmacy, string OpenId, IReadOnlyList<KeptBooking> Bookings, KeptCode Door, string Key,
    string Note, IReadOnlyList<string> Lines);

/// <summary>A booking as its phone keeps it.</summary>
/// <param name="Day">The round.</param>
/// <param name="Number">The booking's number.</param>
/// <param name="Serial">The place in the pharmacy's list.</param>
/// <param name="Name">Of the person, masked as lists show it.</param>
/// <param name="IdNumber">The same of the card's number.</param>
/// <param name="Receipt">As it was given with the booking.</param>
public sealed record KeptBooking(DateOnly Day, string Number, int Serial, string Name, string IdNumber, string Receipt);

/// <summary>A code on paper, and the size of the log that it names.</summary>
public sealed record KeptCode(long Size, string Code);

/// <summary>A cheat that is in place, with what its sentence needs.</summary>
public sealed record CheatDone(CheatKind Kind, IReadOnlyList<string> Details);
