using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Bookings;

/// <summary>Reads an account's bookings.</summary>
public sealed class BookingQueries(Database database)
{
    private const int MostShown = 200;
    private const int MostPresent = 12;

    /// <summary>An account's bookings, newest first.</summary>
    public Task<List<BookingRow>> OfAccountAsync(long accountId, CancellationToken cancellationToken) => database.QueryAsync<BookingRow>(
        $"{BookingStore.SelectBooking} WHERE b.account_id = @accountId ORDER BY b.id DESC LIMIT {MostShown}",
        new { accountId },
        cancellationToken);

    /// <summary>An account's bookings that wait to be collected, and those of a pickup day that were not given back.</summary>
    public Task<List<BookingRow>> PresentAsync(long accountId, DateOnly today, CancellationToken cancellationToken) => database.QueryAsync<BookingRow>(
        $"""
         {BookingStore.SelectBooking}
          WHERE b.account_id = @accountId AND (b.status = @booked OR (b.pickup_date = @today AND b.status <> @cancelled))
          ORDER BY b.id DESC LIMIT {MostPresent}
         """,
        new { accountId, today, booked = BookingStatus.Booked, cancelled = BookingStatus.Cancelled },
        cancellationToken);

    /// <summary>Code of the pharmacy an account booked at last, or none.</summary>
    public Task<string?> LastPharmacyAsync(long accountId, CancellationToken cancellationToken) => database.ScalarAsync<string>(
        "SELECT p.code FROM booking b JOIN pharmacy p ON p.id = b.pharmacy_id WHERE b.account_id = @accountId ORDER BY b.id DESC LIMIT 1",
        new { accountId },
        cancellationToken);

    public Task<BookingRow?> FindAsync(long accountId, string number, CancellationToken cancellationToken) =>
        database.QueryOneAsync<BookingRow>(
            $"{BookingStore.SelectBooking} WHERE b.number = @number AND b.account_id = @accountId",
            new { number, accountId },
            cancellationToken);

    /// <summary>The booking an account's request made, if it made one.</summary>
    public Task<BookingRow?> FindByRequestAsync(long accountId, string requestId, CancellationToken cancellationToken) =>
        database.QueryOneAsync<BookingRow>(
            $"{BookingStore.SelectBooking} WHERE b.account_id = @accountId AND b.request_id = @requestId",
            new { accountId, requestId },
            cancellationToken);

    /// <summary>The newest booking of each person an openid looks after, not older than <paramref name="since"/>.</summary>
    /// <remarks>
    /// A removed person is looked after no more. Once their hash is destroyed, nothing tells that a later registration is of the
    /// same person, whose bookings would then stand there twice.
    /// </remarks>
    public Task<List<BookingRow>> NewestOfOpenIdAsync(string openId, DateOnly since, CancellationToken cancellationToken) =>
        database.QueryAsync<BookingRow>(
            $"""
             {BookingStore.SelectBooking}
              WHERE b.account_id = (SELECT id FROM account WHERE open_id = @openId)
                AND b.pickup_date >= @since
                AND b.id = (SELECT MAX(n.id) FROM booking n WHERE n.resident_id = b.resident_id AND n.account_id = b.account_id)
                AND EXISTS (SELECT 1 FROM resident p WHERE p.id = b.resident_id AND p.removed_at IS NULL)
              ORDER BY b.id DESC
             """,
            new { openId, since },
            cancellationToken);
}
