using WeChatMask.Data;
using WeChatMask.Rounds;

namespace WeChatMask.Sandbox;

/// <summary>What a database administrator can do without the log's key: rows are changed, the log stays.</summary>
public static class RowsStore
{
    /// <summary>Exchanges the people of two serials, in the bookings and in the list that is out. Gives the names that stand there now.</summary>
    public static async Task<(string Name, string Other)> SwapAsync(WriteTransaction transaction, DateOnly round, string code, int serial, int other)
    {
        var pharmacy = await PharmacyAsync(transaction, code);
        var one = await PersonAsync(transaction, round, pharmacy, serial);
        var two = await PersonAsync(transaction, round, pharmacy, other);
        await PutAsync(transaction, round, pharmacy, serial, one.Id, two);
        await PutAsync(transaction, round, pharmacy, other, two.Id, one);
        return (two.Name, one.Name);
    }

    /// <summary>Deletes a booking with all that is shown of it.</summary>
    public static async Task DropAsync(WriteTransaction transaction, DateOnly round, string code, int serial)
    {
        var pharmacy = await PharmacyAsync(transaction, code);
        var person = await PersonAsync(transaction, round, pharmacy, serial);
        await transaction.ExecuteAsync("DELETE FROM booking WHERE id = @Id", new { person.Id });
        await transaction.ExecuteAsync("DELETE FROM person_hold WHERE booking_id = @Id", new { person.Id });
        await transaction.ExecuteAsync(
            "DELETE FROM published_entry WHERE round_date = @round AND pharmacy_id = @pharmacy AND serial = @serial", new { round, pharmacy, serial });
    }

    /// <summary>The last serial of a list.</summary>
    public static Task<int> LastSerialAsync(WriteTransaction transaction, DateOnly round, string code) => transaction.ScalarAsync<int>(
        "SELECT MAX(e.serial) FROM published_entry e JOIN pharmacy p ON p.id = e.pharmacy_id WHERE e.round_date = @round AND p.code = @code", new { round, code });

    /// <summary>Raises the places of a pharmacy in a window, and tells nobody.</summary>
    public static async Task AddPlacesAsync(WriteTransaction transaction, DateOnly round, string code, int window, int places)
    {
        var pharmacy = await PharmacyAsync(transaction, code);
        await transaction.ExecuteAsync(
            "UPDATE quota SET planned = planned + @places WHERE round_date = @round AND pharmacy_id = @pharmacy AND window_index = @window",
            new { places, round, pharmacy, window });
        await QuotaStore.TouchBoardAsync(transaction);
    }

    private static Task<long> PharmacyAsync(WriteTransaction transaction, string code) =>
        transaction.ScalarAsync<long>("SELECT id FROM pharmacy WHERE code = @code", new { code });

    private static async Task<PersonRow> PersonAsync(WriteTransaction transaction, DateOnly round, long pharmacy, int serial) => (await transaction.QueryOneAsync<PersonRow>(
        """
        SELECT b.id, b.account_id, b.resident_id, b.person_hash, e.name, e.id_number
          FROM booking b
          JOIN published_entry e ON e.round_date = b.round_date AND e.pharmacy_id = b.pharmacy_id AND e.serial = b.serial
         WHERE b.round_date = @round AND b.pharmacy_id = @pharmacy AND b.serial = @serial
        """,
        new { round, pharmacy, serial }))!;

    private static async Task PutAsync(WriteTransaction transaction, DateOnly round, long pharmacy, int serial, long booking, PersonRow person)
    {
        await transaction.ExecuteAsync(
            "UPDATE booking SET account_id = @AccountId, resident_id = @ResidentId, person_hash = @PersonHash WHERE id = @booking",
            new { person.AccountId, person.ResidentId, person.PersonHash, booking });
        await transaction.ExecuteAsync(
            "UPDATE person_hold SET booking_id = @booking WHERE person_hash = @PersonHash AND booked_on = @round", new { booking, person.PersonHash, round });
        await transaction.ExecuteAsync(
            "UPDATE published_entry SET name = @Name, id_number = @IdNumber WHERE round_date = @round AND pharmacy_id = @pharmacy AND serial = @serial",
            new { person.Name, person.IdNumber, round, pharmacy, serial });
    }

    private sealed class PersonRow
    {
        public long Id { get; init; }
        public long AccountId { get; init; }
        public long ResidentId { get; init; }
        public string PersonHash { get; init; } = "";
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
    }
}
