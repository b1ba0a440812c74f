using System.Security.Claims;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.OpenData;

/// <summary>The proof of one's own booking, for a program of one's own.</summary>
public static class ProofEndpoints
{
    internal static async Task<IResult> OfAsync(
        string number, ClaimsPrincipal user, BookingQueries bookings, BookingProofs proofs, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (!BookingNumber.TryParse(number, out var exact) || await bookings.FindAsync(user.AccountId(), exact, cancellationToken) is not { } booking)
            return refusals.Result(Refusal.UnknownBooking);
        return await proofs.OfAsync(booking, cancellationToken) is { } proven ? TypedResults.Ok(proven.Proof) : refusals.Result(Refusal.ReceiptGone);
    }
}
