using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using WeChatMask.Bookings;
using WeChatMask.Domain;

namespace WeChatMask.Residents;

/// <summary>
/// Everything that is kept about an account. In full: it is for the account itself, and is masked where it is only shown. Persons
/// are those whose particulars are kept, removed ones of a running round too; of others only a trace, a keyed hash, is left.
/// </summary>
public sealed record MyData(
    DateTimeOffset AsOf, MyAccount Account, IReadOnlyList<MyPerson> Residents, IReadOnlyList<MyTrace> Traces, IReadOnlyList<MyBooking> Bookings,
    IReadOnlyList<MyCase> Cases)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public byte[] ToFile() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    public override string ToString() => nameof(MyData);
}

/// <summary>
/// The account itself. A log-in by number keeps only a keyed hash, so the number is told where one of the persons has it, and else
/// cannot be. The openid is what WeChat calls the user towards this official account alone; none for a number.
/// </summary>
public sealed record MyAccount(string Id, LoginWay LoginBy, string? OpenId, string? LoginMobile, DateTimeOffset CreatedAt)
{
    public override string ToString() => nameof(MyAccount);
}

/// <summary>
/// A person and what was agreed to. The particulars are destroyed by a day if nothing more is booked; the pickup day of a running
/// round, which still needs them, is waited for.
/// </summary>
public sealed record MyPerson(
    string Id, string Name, string? Called, DocumentType DocumentType, string IdNumber, string Mobile, bool Eligible, string? Reason, DateTimeOffset CheckedAt, DateTimeOffset? RegistryAnsweredAt, string ConsentVersion,
    DateTimeOffset ConsentAt, DateTimeOffset RegisteredAt, DateTimeOffset? RemovedAt, bool HasOpenBooking, DateOnly? RunningPickup,
    DateOnly DestroyedBy, MyHold? Cooldown)
{
    public override string ToString() => nameof(MyPerson);
}

/// <summary>A booking day that counts for the repeat rule, and the day by which it is forgotten.</summary>
public sealed record MyHold(DateOnly BookedOn, DateOnly DestroyedBy);

/// <summary>What is left of a removed person: a keyed hash, and the day by which it is destroyed.</summary>
public sealed record MyTrace(DateTimeOffset RemovedAt, DateOnly DestroyedBy);

/// <summary>A booking and what became of it; its line of the public list is taken down by a day.</summary>
public sealed record MyBooking(
    string Number, int Serial, DateOnly Date, DateOnly PickupDate, string PharmacyCode, string Pharmacy, string ResidentId, int Units,
    decimal UnitPrice, BookingStatus Status, DateTimeOffset? SlotStartsAt, DateTimeOffset? SlotEndsAt, DateTimeOffset BookedAt,
    DateTimeOffset? SettledAt, DateTimeOffset? RedeemedAt, bool CollectedByProxy, DateOnly? ListedUntil, ProvisionalOutcome? Provisional);

/// <summary>A complaint with what was written and what was told; its picture is fetched at an address. What is in it is destroyed by a day once it is closed.</summary>
public sealed record MyCase(
    string Number, CaseKind Kind, CaseStatus Status, CaseOutcome? Outcome, string Text, string? Told, string? BookingNumber, string? Photo, DateTimeOffset CreatedAt,
    DateTimeOffset? ClosedAt, DateOnly? DestroyedBy)
{
    public override string ToString() => nameof(MyCase);
}
