using System.Globalization;
using System.Security.Claims;
using System.Text;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Bookings;

/// <summary>Booking, looking and giving back, for a signed-in resident.</summary>
public static class BookingEndpoints
{
    internal static async Task<IResult> BookAsync(
        NewBooking body, ClaimsPrincipal user, BookingDesk desk, BookingQueries queries, BookingReceipts receipts, Board board, CityCalendar calendar,
        RefusalResults refusals, CancellationToken cancellationToken)
    {
        var account = user.AccountId();
        if (body.RequestId is not { } requestId || !RequestId.IsWellFormed(requestId)) return refusals.Result(Refusal.InvalidRequestId);
        if (body.ResidentId is null || body.PharmacyCode is not { Length: >= 1 and <= 64 } pharmacy)
        {
            // A request that succeeded before is found again whatever else is now wrong with it.
            var earlier = await queries.FindByRequestAsync(account, requestId, cancellationToken);
            return earlier is null
                ? refusals.Result(Refusal.InvalidRequest)
                : new WholeAnswer<BookingView>(BookingViews.Answer(earlier, ReceiptText.Of(await receipts.OfAsync(earlier, cancellationToken))));
        }

        // An id that is no number is nobody's; 0 is nobody's either, and lets the desk keep the order of reasons.
        _ = long.TryParse(body.ResidentId, NumberStyles.None, CultureInfo.InvariantCulture, out var residentId);
        var answer = await desk.BookAsync(new BookingRequest(account, residentId, pharmacy, requestId));
        return answer switch
        {
            { Refusal: not Refusal.None, Elsewhere: true } => refusals.Elsewhere(answer.Refusal),
            { Refusal: not Refusal.None } => refusals.Result(
                answer.Refusal, answer.BookableFrom, await OpensAfterAsync(answer.Refusal, pharmacy, board, calendar, cancellationToken)),
            { Repeated: true, Booking: { } known } => new WholeAnswer<BookingView>(BookingViews.Answer(known, ReceiptText.Of(await receipts.OfAsync(known, cancellationToken)))),
            _ => new WholeAnswer<BookingView>(BookingViews.Answer(answer.Booking!, ReceiptText.Of(answer.Line)), $"/api/bookings/{answer.Booking!.Number}"),
        };
    }

    // By the board, which everybody shares: thousands are told in a rush that a pharmacy is full.
    private static async ValueTask<DateTimeOffset?> OpensAfterAsync(
        Refusal refusal, string pharmacy, Board board, CityCalendar calendar, CancellationToken cancellationToken) =>
        refusal is Refusal.NotOpen or Refusal.Closed or Refusal.SoldOut
            ? calendar.Local((await board.GetAsync(cancellationToken)).OpensAfter(refusal, pharmacy, calendar.Now))
            : null;

    internal static async Task<IResult> ListAsync(
        ClaimsPrincipal user, BookingQueries queries, BookingViews views, CancellationToken cancellationToken)
    {
        var rows = await queries.OfAccountAsync(user.AccountId(), cancellationToken);
        return TypedResults.Ok(new BookingList([.. rows.Select(views.Of)]));
    }

    internal static Task<IResult> FindAsync(
        string number, ClaimsPrincipal user, BookingQueries queries, BookingViews views, RefusalResults refusals, CancellationToken cancellationToken) =>
        ShowAsync(number, user, queries, refusals, row => TypedResults.Ok(views.Of(row)), cancellationToken);

    internal static async Task<IResult> CancelAsync(
        string number, ClaimsPrincipal user, CancellationStore store, RefusalResults refusals, CancellationToken cancellationToken)
    {
        if (!BookingNumber.TryParse(number, out var exact)) return refusals.Result(Refusal.UnknownBooking);
        var refusal = await store.CancelAsync(user.AccountId(), exact, cancellationToken);
        return refusal == Refusal.None ? TypedResults.NoContent() : refusals.Result(refusal);
    }

    internal static Task<IResult> VoucherAsync(
        string number, ClaimsPrincipal user, BookingQueries queries, BookingViews views, RefusalResults refusals, CancellationToken cancellationToken) =>
        ShowAsync(number, user, queries, refusals, row => TypedResults.Text(VoucherPicture.Svg(views.Voucher(row)), "image/svg+xml"), cancellationToken);

    internal static Task<IResult> VoucherPngAsync(
        string number, ClaimsPrincipal user, BookingQueries queries, BookingViews views, RefusalResults refusals, CancellationToken cancellationToken) =>
        ShowAsync(number, user, queries, refusals, row => TypedResults.Bytes(VoucherPicture.Png(views.Voucher(row)), "image/png"), cancellationToken);

    internal static Task<IResult> ReceiptAsync(
        string number, ClaimsPrincipal user, BookingQueries queries, BookingReceipts receipts, RefusalResults refusals, CancellationToken cancellationToken) =>
        ShowAsync(
            number, user, queries, refusals,
            async row => await receipts.OfAsync(row, cancellationToken) is { } receipt
                ? TypedResults.File(Encoding.UTF8.GetBytes(receipt), "text/plain; charset=utf-8", $"receipt-{row.Number}.txt")
                : refusals.Result(Refusal.ReceiptGone),
            cancellationToken);

    private static Task<IResult> ShowAsync(
        string number, ClaimsPrincipal user, BookingQueries queries, RefusalResults refusals, Func<BookingRow, IResult> show, CancellationToken cancellationToken) =>
        ShowAsync(number, user, queries, refusals, row => Task.FromResult(show(row)), cancellationToken);

    private static async Task<IResult> ShowAsync(
        string number, ClaimsPrincipal user, BookingQueries queries, RefusalResults refusals, Func<BookingRow, Task<IResult>> show, CancellationToken cancellationToken)
    {
        var row = BookingNumber.TryParse(number, out var exact) ? await queries.FindAsync(user.AccountId(), exact, cancellationToken) : null;
        return row is null ? refusals.Result(Refusal.UnknownBooking) : await show(row);
    }
}

/// <summary>An attempt to book. Members are optional so that a missing one is told apart from a malformed body.</summary>
public sealed record NewBooking(string? ResidentId = null, string? PharmacyCode = null, string? RequestId = null);
