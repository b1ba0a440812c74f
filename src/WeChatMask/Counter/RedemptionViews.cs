using WeChatMask.Domain;
using WeChatMask.Rounds;

namespace WeChatMask.Counter;

/// <summary>The verdict, and the booking once identity holds, or what is wrong with the code itself.</summary>
public sealed record RedemptionView(Verdict Verdict, CounterBookingView? Booking, bool? OutsideSlot, CodeFault? Fault = null)
{
    /// <summary>Where it is collected, when that is another pharmacy: once identity holds by the card itself, and of a booking that was this pharmacy's.</summary>
    public CounterPharmacyView? Pharmacy { get; init; }

    /// <summary>True where the booking ended with its whole round.</summary>
    public bool? RoundAnnulled { get; init; }

    /// <summary>Whether it was this pharmacy's before.</summary>
    internal bool IsElsewhere { get; init; }

    /// <summary>Under which the page's words for it stand: a code that nobody can read is not a number that nobody knows.</summary>
    internal string Word => Fault == CodeFault.Unreadable ? nameof(CodeFault.Unreadable) : IsElsewhere ? "WentElsewhere" : RoundAnnulled == true ? nameof(RoundAnnulled) : Verdict.ToString();

    /// <summary>Under which the page says what to do: of a mistyped number, what is wrong with it.</summary>
    internal string Advice => Fault is CodeFault.Length or CodeFault.Characters or CodeFault.Mobile or CodeFault.CheckDigit ? $"{Verdict}_{Fault}" : Word;
}

/// <summary>Where a booking is collected.</summary>
public sealed record CounterPharmacyView(string Code, string Name);

/// <summary>A booking as the counter sees it: the full name to compare with the card, nothing else in full.</summary>
public sealed record CounterBookingView(
    string Number, int Serial, string Name, string IdNumber, int Units, decimal Amount, PickupSlot? Slot, DateOnly PickupDate, DateTimeOffset? RedeemedAt);
