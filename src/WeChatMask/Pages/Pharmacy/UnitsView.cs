using WeChatMask.Counter;

namespace WeChatMask.Pages.Pharmacy;

/// <summary>A line's units, to be handed over or fewer.</summary>
/// <param name="Line">The line.</param>
/// <param name="Index">Its place on the page.</param>
/// <param name="Field">Name of the form's field.</param>
public sealed record UnitsView(JudgedLine Line, int Index, string Field)
{
    /// <summary>Units that would be handed over.</summary>
    public int Units => Line.View!.Booking!.Units;

    /// <summary>Measure word of the goods.</summary>
    public string Unit => Line.Round?.Policy.Goods.Unit ?? "";
}
