using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using WeChatMask.Bookings;
using WeChatMask.Domain;

namespace WeChatMask.Residents;

/// <summary>Everything that is kept about an account. In full: it is for the account itself, and is masked where it is only shown.</summary>
/// <param name="AsOf">When it was read.</param>
/// <param name="Account">The log-in.</param>
/// <param name="Residents">Persons whose particulars are kept, removed ones of a running round too.</param>
/// <param name="Traces">Persons of whom only a keyed hash is left.</param>
/// <param name="Bookings">All bookings made through the account, newest first.</param>
public sealed record MyData(
    DateTimeOffset AsOf, MyAccount Account, IReadOnlyList<MyPerson> Residents, IReadOnlyList<MyTrace> Traces, IReadOnlyList<MyBooking> Bookings)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>The copy to take away: a text one can read and a program too.</summary>
    public byte[] ToFile() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <inheritdoc />
    public override string ToString() => nameof(MyData);
}

/// <summary>How an account logs in.</summary>
public enum LoginWay
{
    /// <summary>By WeChat.</summary>
    WeChat,

    /// <summary>By a code to a mobile number.</summary>
    Mobile,
}

/// <summary>The account itself.</summary>
/// <param name="Id">Our number for it.</param>
/// <param name="LoginBy">How it logs in.</param>
/// <param name="OpenId">What WeChat calls the user towards this official account alone; none for a number.</param>
/// <param name="LoginMobile">
/// The number that logs in, where one of the persons has it. The log-in itself keeps a keyed hash alone, so any other number
/// cannot be told.
/// </param>
/// <param name="CreatedAt">The first log-in.</param>
public sealed record MyAccount(string Id, LoginWay LoginBy, string? OpenId, string? LoginMobile, DateTimeOffset CreatedAt)
{
    /// <inheritdoc />
    public override string ToString() => nameof(MyAccount);
}

/// <summary>A person and what was agreed to.</summary>
/// <param name="Id">Our number for the person under this account.</param>
/// <param name="Name">Name.</param>
/// <param name="IdNumber">Identity number.</param>
/// <param name="Mobile">Mobile number.</param>
/// <param name="Eligible">Whether the person may book.</param>
/// <param name="Reason">Why not.</param>
/// <param name="CheckedAt">When that was looked up.</param>
/// <param name="RegistryAnsweredAt">When the population registry last gave its word; none when it never did.</param>
/// <param name="ConsentVersion">The text that was agreed to.</param>
/// <param name="ConsentAt">When.</param>
/// <param name="RegisteredAt">First registration.</param>
/// <param name="RemovedAt">When the person was removed; the end of a round is waited for.</param>
/// <param name="HasOpenBooking">Whether a booking has yet to be collected.</param>
/// <param name="RunningPickup">Pickup day of a round that still needs the particulars.</param>
/// <param name="DestroyedBy">The day by which the particulars are destroyed if nothing more is booked.</param>
/// <param name="Cooldown">The newest booking day that counts.</param>
public sealed record MyPerson(
    string Id, string Name, string IdNumber, string Mobile, bool Eligible, string? Reason, DateTimeOffset CheckedAt, DateTimeOffset? RegistryAnsweredAt, string ConsentVersion,
    DateTimeOffset ConsentAt, DateTimeOffset RegisteredAt, DateTimeOffset? RemovedAt, bool HasOpenBooking, DateOnly? RunningPickup,
    DateOnly DestroyedBy, MyHold? Cooldown)
{
    /// <inheritdoc />
    public override string ToString() => nameof(MyPerson);
}

/// <summary>A booking day that counts for the repeat rule.</summary>
/// <param name="BookedOn">The day.</param>
/// <param name="DestroyedBy">The day by which it is forgotten.</param>
public sealed record MyHold(DateOnly BookedOn, DateOnly DestroyedBy);

/// <summary>What is left of a removed person: a keyed hash.</summary>
/// <param name="RemovedAt">When the person was removed.</param>
/// <param name="DestroyedBy">The day by which the hash is destroyed.</param>
public sealed record MyTrace(DateTimeOffset RemovedAt, DateOnly DestroyedBy);

/// <summary>A booking and what became of it.</summary>
/// <param name="Number">Booking number.</param>
/// <param name="Serial">Place in the pharmacy's list.</param>
/// <param name="Date">Booking day.</param>
/// <param name="PickupDate">Pickup day.</param>
/// <param name="PharmacyCode">Where.</param>
/// <param name="Pharmacy">Its name.</param>
/// <param name="ResidentId">For whom.</param>
/// <param name="Units">How many.</param>
/// <param name="UnitPrice">Price of one, in yuan.</param>
/// <param name="Status">What became of it.</param>
/// <param name="SlotStartsAt">Pickup slot.</param>
/// <param name="SlotEndsAt">Pickup slot.</param>
/// <param name="BookedAt">When it was made.</param>
/// <param name="SettledAt">When it was cancelled or lapsed.</param>
/// <param name="RedeemedAt">When it was handed over.</param>
/// <param name="CollectedByProxy">Whether somebody else collected it.</param>
/// <param name="ListedUntil">The day by which its line of the public list is taken down.</param>
/// <param name="Provisional">How it was settled with the population registry, where it was made without its word.</param>
public sealed record MyBooking(
    string Number, int Serial, DateOnly Date, DateOnly PickupDate, string PharmacyCode, string Pharmacy, string ResidentId, int Units,
    decimal UnitPrice, BookingStatus Status, DateTimeOffset? SlotStartsAt, DateTimeOffset? SlotEndsAt, DateTimeOffset BookedAt,
    DateTimeOffset? SettledAt, DateTimeOffset? RedeemedAt, bool CollectedByProxy, DateOnly? ListedUntil, ProvisionalOutcome? Provisional);
