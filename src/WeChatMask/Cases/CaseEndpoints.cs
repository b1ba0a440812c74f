using System.Security.Claims;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Cases;

/// <summary>Pictures of complaints.</summary>
public static class CaseEndpoints
{
    private const string Type = "image/jpeg";

    internal static async Task<IResult> OwnPhotoAsync(string number, ClaimsPrincipal user, CaseQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        BookingNumber.TryParse(number, out var exact) && await queries.OwnPhotoAsync(user.AccountId(), exact, cancellationToken) is { } photo
            ? TypedResults.Bytes(photo, Type)
            : refusals.Result(Refusal.UnknownCase);

    internal static async Task<IResult> PhotoAsync(string number, ClaimsPrincipal user, CaseQueries queries, RefusalResults refusals, CancellationToken cancellationToken) =>
        BookingNumber.TryParse(number, out var exact) && await queries.PhotoAsync(user.Staff(), exact, cancellationToken) is { } photo
            ? TypedResults.Bytes(photo, Type)
            : refusals.Result(Refusal.UnknownCase);
}
