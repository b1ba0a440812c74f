using System.Security.Claims;
using WeChatMask.City;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Bookings;

/// <summary>Calls for those whose number somebody else used: the card's holder cancels at a counter, a supervisor annuls.</summary>
public static class WithdrawalEndpoints
{
    internal const int LongestReason = 200;

    internal static async Task<IResult> CancelAsync(
        string number, HolderCancelBody body, ClaimsPrincipal user, RedemptionRequestReader reader, WithdrawalStore store, RefusalResults refusals,
        CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(body.RequestId)) return refusals.Result(Refusal.InvalidRequestId);
        if (reader.HolderOf(body.IdNumber) is not { } holder) return refusals.Result(Refusal.InvalidIdNumber);
        if (!BookingNumber.TryParse(number, out var exact)) return refusals.Result(Refusal.UnknownBooking);
        var refusal = await store.CancelAsync(Clerk.Of(user.Staff()), exact, holder, body.RequestId, cancellationToken);
        return refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);
    }

    internal static async Task<IResult> FindAsync(
        SoughtBookingBody body, ClaimsPrincipal user, RedemptionRequestReader reader, PersonBookingQueries queries, CityCalendar calendar, RefusalResults refusals,
        CancellationToken cancellationToken)
    {
        if (body.Number is null == body.IdNumber is null) return refusals.Result(Refusal.InvalidRequest);
        var actor = user.Staff().Username;
        if (body.IdNumber is not null)
        {
            return reader.HolderOf(body.IdNumber) is { } person
                ? TypedResults.Ok(ListOf(await queries.OfPersonAsync(actor, "booking.find", person, cancellationToken), calendar))
                : refusals.Result(Refusal.InvalidIdNumber);
        }

        return BookingNumber.TryParse(body.Number, out var exact)
            ? TypedResults.Ok(ListOf(await queries.OfNumberAsync(actor, "booking.find", exact, cancellationToken), calendar))
            : refusals.Result(Refusal.UnknownBooking);
    }

    internal static async Task<IResult> AnnulAsync(
        string number, AnnulBody body, ClaimsPrincipal user, WithdrawalStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(body.RequestId)) return refusals.Result(Refusal.InvalidRequestId);
        if (refusals.Reason(body.Reason, LongestReason, out var reason) is { } wrong) return wrong;
        if (!BookingNumber.TryParse(number, out var exact)) return refusals.Result(Refusal.UnknownBooking);
        var refusal = await store.AnnulAsync(user.Staff(), exact, reason, body.RequestId, cancellationToken);
        return refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);
    }

    private static PersonBookingList ListOf(IReadOnlyList<PersonBooking> found, CityCalendar calendar) => new(
    [
        .. found.Select(b => new PersonBookingView(
            b.Number, b.Serial, b.RoundDate, b.PickupDate, b.PharmacyCode, b.Name, b.IdNumber, b.Units, b.Status, calendar.Local(b.CreatedAt), b.LoginWay == LoginWay.WeChat ? "wechat" : "mobile", b.Held, b.Others, b.MayAnnul)),
    ]);
}

/// <summary>The whole number of the card at hand.</summary>
public sealed record HolderCancelBody(string? IdNumber = null, string? RequestId = null)
{
    public override string ToString() => nameof(HolderCancelBody);
}

/// <summary>What a supervisor looks for: a booking by its number, or all of a person's by the whole number of their card.</summary>
public sealed record SoughtBookingBody(string? Number = null, string? IdNumber = null)
{
    public override string ToString() => nameof(SoughtBookingBody);
}

/// <summary>Why a booking is annulled.</summary>
public sealed record AnnulBody(string? Reason = null, string? RequestId = null);

public sealed record PersonBookingList(IReadOnlyList<PersonBookingView> Bookings);

/// <summary>A booking and whom annulling it touches: the account that booked, by how it logs in (<c>wechat</c> or <c>mobile</c>), and others that look after the same person. The person is masked.</summary>
public sealed record PersonBookingView(
    string Number, int Serial, DateOnly Date, DateOnly PickupDate, string PharmacyCode, string Name, string IdNumber, int Units, BookingStatus Status,
    DateTimeOffset BookedAt, string BookedBy, bool CountsForCooldown, int OtherAccounts, bool MayAnnul);
