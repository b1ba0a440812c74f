using WeChatMask.Counter;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>A line's units, to be handed over or fewer: its place on the page, and the name of the form's field.</summary>
public sealed record UnitsView(JudgedLine Line, int Index, string Field)
{
    public int Units => Line.View!.Booking!.Units;

    public int Booked => Line.Answer!.Booking!.Units;

    public int UnitPriceFen => Line.Answer!.Booking!.UnitPriceFen;

    public string Unit => Line.Round?.Policy.Goods.Unit ?? "";
}
