using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>Reads what was shown at the counter, before anything is looked up: from the API, from a page, or from a phone that had no network.</summary>
public sealed class RedemptionRequestReader(Vouchers vouchers, PersonalData personal, CityCalendar calendar)
{
    private const int LastFourLength = 4;
    private const int LongestTyped = 64;

    /// <summary>What is wrong with a body of the API; with <see cref="Refusal.None"/> there is a request.</summary>
    public Refusal Read(RedemptionBody body, bool requestIdNeeded, out RedemptionRequest? request)
    {
        request = null;
        var voucher = Given(body.Voucher);
        var typed = Given(body.Number);
        var lastFour = LastFourOf(body.IdNumberLast4);
        var card = Given(body.IdNumber);
        if (new[] { voucher, typed, card }.Count(shown => shown is not null) != 1 || IsLastFourWrong(lastFour, typed is not null)) return Refusal.InvalidRequest;
        if (!RequestId.IsWellFormed(body.RequestId) && (requestIdNeeded || body.RequestId is not null))
            return Refusal.InvalidRequestId;
        if (body.Units < 1) return Refusal.InvalidUnits;
        if (card is not null && HolderOf(body.Document, card) is null) return Refusal.InvalidIdNumber;
        if (ReadProxy(body.Proxy, out var proxy) is var wrong and not Refusal.None) return wrong;

        if (card is not null)
        {
            request = new RedemptionRequest(CodeFault.None, null, false, lastFour, proxy, body.RequestId ?? "", body.Units) { Holder = HolderOf(body.Document, card) };
            return Refusal.None;
        }

        var (fault, number) = voucher is null ? NumberOf(typed!) : VoucherOf(voucher);
        request = new RedemptionRequest(fault, number, voucher is not null && fault == CodeFault.None, lastFour, proxy, body.RequestId ?? "", body.Units);
        return Refusal.None;
    }

    /// <summary>The keyed hash of a card's holder by the whole number, or null where it is none.</summary>
    public string? HolderOf(string? idNumber) => HolderOf(DocumentType.IdentityCard, CounterCode.IsCard(idNumber) ? CounterCode.Card(idNumber) : idNumber);

    /// <summary>The same, by the number of another document.</summary>
    public string? HolderOf(DocumentType document, string? idNumber) =>
        IdentityNumber.TryParse(document, idNumber, calendar.Today, out _) is { } number ? personal.PersonHash(number.Key) : null;

    public Refusal Read(CounterLine line, ProxyBody? proxy, out RedemptionRequest? request)
    {
        if (CounterCode.IsCard(line.Code))
            return Read(new RedemptionBody(null, null, null, proxy, line.RequestId, line.UnitsAsNumber) { IdNumber = CounterCode.Card(line.Code) }, requestIdNeeded: true, out request);
        var isVoucher = IsVoucher(line.Code);
        // A scanner types the mark of its symbology before a printed number too.
        var number = isVoucher ? null : Folding.Code(line.Code);
        var body = new RedemptionBody(isVoucher ? line.Code : null, number, LastFourOf(line), proxy, line.RequestId, line.UnitsAsNumber);
        return Read(body, requestIdNeeded: true, out request);
    }

    /// <summary>A number has no letters: with one it is a voucher, or somebody else's code, which nobody can read.</summary>
    public static bool IsVoucher(string? code) =>
        Folding.Code(code) is not { } folded || (folded.Any(char.IsLetter) && !Folding.AreDigits(Folding.Number(folded)));

    /// <summary>The last four of a card in one spelling, or null where nothing was typed.</summary>
    public static string? LastFourOf(string? typed) => Given(typed) is null ? null : Folding.Number(typed) ?? typed;

    /// <summary>What was typed as the last four. A scanner that ends a code with a tab and sends it twice has typed it there again.</summary>
    public static string? LastFourOf(CounterLine line) =>
        Folding.Code(line.LastFour) is { Length: > LastFourLength } again && Folding.Code(line.Code)?.StartsWith(again, StringComparison.Ordinal) == true ? null : line.LastFour;

    /// <summary>What is wrong with each field of a body of the API.</summary>
    public IReadOnlyDictionary<string, string> Faults(RedemptionBody body, FieldFaults faults) => FieldFaults.Of(
        ("idNumberLast4", IsLastFourWrong(body.IdNumberLast4, Given(body.Number) is not null) ? faults.LastFour : null),
        ("idNumber", Given(body.IdNumber) is { } card ? faults.IdNumber(body.Document, card, calendar.Today) : null),
        ("proxy.name", body.Proxy is { } proxy ? faults.Name(proxy.Name) : null),
        ("proxy.idNumber", body.Proxy is { } person ? faults.IdNumber(person.Document, person.IdNumber, calendar.Today) : null));

    /// <summary>Whether the last four are missing beside a number, or are not four.</summary>
    public static bool IsLastFourWrong(string? typed, bool isNeeded) => LastFourOf(typed) is { } four ? four.Length != LastFourLength : isNeeded;

    /// <summary>A hand-over made without a network. One that cannot be read is kept as such: the goods are gone, and a refusal would lose the trace of them.</summary>
    public OfflineHandOver Read(OfflineHandOverBody body)
    {
        var refusal = Read(new RedemptionBody(body.Voucher, body.Number, body.IdNumberLast4, null, body.RequestId, body.Units), requestIdNeeded: true, out var request);
        var readable = refusal == Refusal.None && request!.Fault != CodeFault.Unreadable && body.HandedOverAt is not null;
        // Not every database holds a NUL, and this must be kept.
        var typed = (body.Number ?? body.Voucher ?? "").Replace("\0", "", StringComparison.Ordinal).Trim();
        return new OfflineHandOver(
            readable ? request : null, body.RequestId!, typed.Length > LongestTyped ? typed[..LongestTyped] : typed, body.HandedOverAt ?? default);
    }

    private (CodeFault Fault, string? Number) VoucherOf(string voucher)
    {
        var content = vouchers.Read(voucher, out var fault);
        return (fault switch { VoucherFault.Forged => CodeFault.Forged, VoucherFault.Unreadable => CodeFault.Unreadable, _ => CodeFault.None }, content?.Number);
    }

    private static (CodeFault Fault, string? Number) NumberOf(string typed) => BookingNumber.TryParse(typed, out var number, out var fault)
        ? (CodeFault.None, number)
        : (fault switch
        {
            BookingNumberFault.Length => CodeFault.Length,
            BookingNumberFault.Characters => CodeFault.Characters,
            BookingNumberFault.Mobile => CodeFault.Mobile,
            _ => CodeFault.CheckDigit,
        }, null);

    private Refusal ReadProxy(ProxyBody? body, out Proxy? proxy)
    {
        proxy = null;
        if (body is null) return Refusal.None;
        if (PersonName.TryParse(body.Name) is not { } name) return Refusal.InvalidName;
        if (IdentityNumber.TryParse(body.Document, body.IdNumber, calendar.Today, out _) is not { } number) return Refusal.InvalidIdNumber;
        proxy = new Proxy(name, number, personal.PersonHash(number.Key));
        return Refusal.None;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>What is wrong with a code or number as it was shown, before anything is looked up.</summary>
public enum CodeFault
{
    None,

    /// <summary>No voucher and no number: to be scanned again.</summary>
    Unreadable,

    /// <summary>A whole voucher whose signature does not hold.</summary>
    Forged,
    Length,
    Characters,

    /// <summary>A mobile number in place of the booking's.</summary>
    Mobile,
    CheckDigit,
}

/// <summary>
/// What was shown at the counter. The number is null when it cannot be a booking's, and proves identity when it comes from a
/// genuine voucher; the last four are in capitals; no units means all that were booked.
/// </summary>
public sealed record RedemptionRequest(CodeFault Fault, string? Number, bool ByVoucher, string? LastFour, Proxy? Proxy, string RequestId, int? Units)
{
    public bool Forged => Fault == CodeFault.Forged;

    /// <summary>The keyed hash of the card's holder, where the whole number of the card was read instead of a booking's.</summary>
    public string? Holder { get; init; }
}

/// <summary>A person who collects for another, as read from their card; their hand-overs are counted by the keyed hash.</summary>
public sealed record Proxy(PersonName Name, IdentityNumber IdentityNumber, string Hash);
