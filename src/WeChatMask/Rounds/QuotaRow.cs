using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>A pharmacy's stored places in one window of a round.</summary>
public class QuotaRow
{
    public long PharmacyId { get; init; }
    public int WindowIndex { get; init; }
    public int Planned { get; init; }
    public int CarriedIn { get; init; }
    public int RolledIn { get; init; }
    public int RolledOut { get; init; }
    public int MovedIn { get; init; }
    public int MovedOut { get; init; }
    public int Taken { get; init; }

    /// <summary>The pharmacy's, where the row was read under its lock.</summary>
    public PharmacyStatus? Status { get; init; }

    internal WindowPlaces ToPlaces() => new()
    {
        Window = WindowIndex, Planned = Planned, CarriedIn = CarriedIn, RolledIn = RolledIn, RolledOut = RolledOut,
        MovedIn = MovedIn, MovedOut = MovedOut, Taken = Taken,
    };
}
