using WeChatMask.Data;
using WeChatMask.PublicLog;

namespace WeChatMask.Bookings;

/// <summary>Gives the receipt of a booking again, byte for byte as it was given with the booking.</summary>
public sealed class BookingReceipts(Database database, LogReceipts receipts, RoundKeyStore keys)
{
    /// <summary>Null where the booking is older than the log, or the round's key is destroyed.</summary>
    public async Task<string?> OfAsync(BookingRow booking, CancellationToken cancellationToken) =>
        await database.ReadAsync(connection => keys.FindAsync(connection, null, booking.RoundDate), cancellationToken) is { } key
            ? await receipts.OfBookingAsync(booking.Id, key.Salt(booking.Number), cancellationToken)
            : null;
}
