using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

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
        var lastFour = Given(body.IdNumberLast4)?.ToUpperInvariant();
        if (voucher is null == typed is null || (typed is not null && lastFour is null)) return Refusal.InvalidRequest;
        if (lastFour is not null && lastFour.Length != LastFourLength) return Refusal.InvalidRequest;
        if (!RequestId.IsWellFormed(body.RequestId) && (requestIdNeeded || body.RequestId is not null))
            return Refusal.InvalidRequestId;
        if (body.Units < 1) return Refusal.InvalidUnits;
        if (ReadProxy(body.Proxy, out var proxy) is var wrong and not Refusal.None) return wrong;

        var content = voucher is null ? null : vouchers.Read(voucher);
        string? number = content?.Number;
        if (typed is not null && BookingNumber.TryParse(typed, out var exact)) number = exact;
        request = new RedemptionRequest(voucher is not null && content is null, number, content is not null, lastFour, proxy, body.RequestId ?? "", body.Units);
        return Refusal.None;
    }

    public Refusal Read(CounterLine line, ProxyBody? proxy, out RedemptionRequest? request)
    {
        var code = line.Code?.Trim() ?? "";
        // A number has no letters: with one it is a voucher, or somebody else's code, which is judged as none of ours.
        var voucher = code.Any(char.IsAsciiLetter);
        var body = new RedemptionBody(voucher ? code : null, voucher ? null : code, line.LastFour, proxy, line.RequestId, line.UnitsAsNumber);
        return Read(body, requestIdNeeded: true, out request);
    }

    /// <summary>A hand-over made without a network. One that cannot be read is kept as such: the goods are gone, and a refusal would lose the trace of them.</summary>
    public OfflineHandOver Read(OfflineHandOverBody body)
    {
        var refusal = Read(new RedemptionBody(body.Voucher, body.Number, body.IdNumberLast4, null, body.RequestId, body.Units), requestIdNeeded: true, out var request);
        var readable = refusal == Refusal.None && body.HandedOverAt is not null;
        // Not every database holds a NUL, and this must be kept.
        var typed = (body.Number ?? body.Voucher ?? "").Replace("\0", "", StringComparison.Ordinal).Trim();
        return new OfflineHandOver(
            readable ? request : null, body.RequestId!, typed.Length > LongestTyped ? typed[..LongestTyped] : typed, body.HandedOverAt ?? default);
    }

    private Refusal ReadProxy(ProxyBody? body, out Proxy? proxy)
    {
        proxy = null;
        if (body is null) return Refusal.None;
        if (PersonName.TryParse(body.Name) is not { } name) return Refusal.InvalidName;
        if (IdentityNumber.TryParse(body.IdNumber, calendar.Today) is not { } number) return Refusal.InvalidIdNumber;
        proxy = new Proxy(name, number, personal.PersonHash(number.Value));
        return Refusal.None;
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>
/// What was shown at the counter. The number is null when it cannot be a booking's, and proves identity when it comes from a
/// genuine voucher; the last four are in capitals; no units means all that were booked.
/// </summary>
public sealed record RedemptionRequest(bool Forged, string? Number, bool ByVoucher, string? LastFour, Proxy? Proxy, string RequestId, int? Units);

/// <summary>A person who collects for another, as read from their card; their hand-overs are counted by the keyed hash.</summary>
public sealed record Proxy(PersonName Name, IdentityNumber IdentityNumber, string Hash);
