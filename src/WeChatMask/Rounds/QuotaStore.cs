using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>The places of pharmacies in a round, read and written under the lock of each pharmacy's row.</summary>
/// <remarks>
/// Whoever changes what rolled or was taken first locks the pharmacy's <c>pharmacy_round</c> row, always in id order;
/// docs/locking.md says what may be locked before and after.
/// That lock, and the CHECK on <c>quota</c> behind it, is what keeps a place from being given twice.
/// </remarks>
public static class QuotaStore
{
    private const int FewEnough = 16;

    /// <summary>Locks the parts of some pharmacies, or of all, and reads them.</summary>
    public static async Task<List<PharmacyRound>> LockAsync(WriteTransaction transaction, DateOnly round, IReadOnlyCollection<long>? pharmacies = null)
    {
        // Where one writer runs at a time there is nothing to lock, and a list of hundreds costs more to parse than all rows to read.
        var isAll = pharmacies is null || (transaction.Engine.ForUpdate.Length == 0 && pharmacies.Count > FewEnough);
        var filter = isAll ? "" : $"AND pharmacy_id {transaction.Engine.AnyOf("pharmacies")}";
        // One trip. The second statement sees what is committed when it begins, which is after the first has its locks.
        await using var both = await transaction.Connection.QueryMultipleAsync(
            $"""
             SELECT pharmacy_id, last_serial, redeemed, lapsed, cancelled_late
               FROM pharmacy_round
              WHERE round_date = @round {filter}
              ORDER BY pharmacy_id{transaction.Engine.ForUpdate};
             SELECT q.pharmacy_id, q.window_index, q.planned, q.carried_in, q.rolled_in, q.rolled_out, q.moved_in, q.moved_out, q.taken, p.status
               FROM quota q
               JOIN pharmacy p ON p.id = q.pharmacy_id
              WHERE q.round_date = @round {filter}
              ORDER BY q.pharmacy_id, q.window_index
             """,
            isAll ? new { round } : new { round, pharmacies },
            transaction.Transaction);
        var parts = (await both.ReadAsync<PharmacyRound>()).AsList();
        if (isAll && pharmacies?.ToHashSet() is { } wanted) parts.RemoveAll(p => !wanted.Contains(p.PharmacyId));
        var windows = (await both.ReadAsync<QuotaRow>()).ToLookup(q => q.PharmacyId);
        foreach (var part in parts)
        {
            part.Windows = [.. windows[part.PharmacyId].Select(q => q.ToPlaces())];
            part.Status = windows[part.PharmacyId].FirstOrDefault()?.Status;
        }

        return parts;
    }

    /// <summary>
    /// Locks the part that a booking stands in. Of a withdrawn pharmacy bookings go to others, so the part that was seen before the
    /// lock may not be the one any more: whoever waited looks again.
    /// </summary>
    public static async Task<PharmacyRound> LockOfAsync(WriteTransaction transaction, long booking)
    {
        PharmacyRound? part = null;
        while (true)
        {
            var place = (await transaction.QueryOneAsync<BookingPlace>("SELECT round_date, pharmacy_id FROM booking WHERE id = @booking", new { booking }))!;
            if (part?.PharmacyId == place.PharmacyId) return part;
            part = (await LockAsync(transaction, place.RoundDate, [place.PharmacyId]))[0];
        }
    }

    private sealed class BookingPlace
    {
        public DateOnly RoundDate { get; init; }
        public long PharmacyId { get; init; }
    }

    /// <summary>Writes serials, rolled, moved and taken places back. Call only with parts that <see cref="LockAsync"/> gave.</summary>
    public static async Task SaveAsync(
        WriteTransaction transaction, DateOnly round, IReadOnlyCollection<PharmacyRound> parts)
    {
        await transaction.UpdateManyAsync(
            "pharmacy_round",
            ["round_date", "pharmacy_id"],
            ["last_serial"],
            [.. parts.Select(p => new object?[] { round.Column(), p.PharmacyId, p.LastSerial })]);
        await transaction.UpdateManyAsync(
            "quota",
            ["round_date", "pharmacy_id", "window_index"],
            ["rolled_in", "rolled_out", "moved_in", "moved_out", "taken"],
            [
                .. parts.SelectMany(p => p.Windows.Select(
                    w => new object?[] { round.Column(), p.PharmacyId, w.Window, w.RolledIn, w.RolledOut, w.MovedIn, w.MovedOut, w.Taken })),
            ]);
    }

    /// <summary>Counts the board's version up and keeps the instant, in the transaction that changed what the board shows. Call it last: every writer wants this row.</summary>
    public static Task TouchBoardAsync(WriteTransaction transaction)
    {
        if (transaction.HasLines)
        {
            // The log's end stands in the same row, and is written after this.
            transaction.TouchesBoard = true;
            return Task.CompletedTask;
        }

        const string touch = "UPDATE board_version SET version = version + 1, changed_at = @now WHERE id = 1";
        return transaction.ExecuteAsync(transaction.Engine.WakeOthers is { } wake ? $"{touch}; {wake}" : touch, new { now = transaction.Engine.Now });
    }
}

/// <summary>A pharmacy's part in a round, held under its lock.</summary>
public sealed class PharmacyRound
{
    public long PharmacyId { get; init; }

    /// <summary>The newest serial given; the next booking gets the one after it.</summary>
    public int LastSerial { get; set; }
    public int Redeemed { get; init; }
    public int Lapsed { get; init; }
    public int CancelledLate { get; init; }

    /// <summary>Whether the pharmacy takes bookings, as it stands under the lock; none where it has no places at all.</summary>
    public PharmacyStatus? Status { get; set; }

    /// <summary>Places by window, in order.</summary>
    public IReadOnlyList<WindowPlaces> Windows { get; set; } = [];

    /// <summary>Places nobody has taken, over all windows.</summary>
    public int Left => QuotaLedger.LeftOf(Windows);

    public Balance Balance => new(
        Windows.Sum(w => w.Planned),
        Windows.Sum(w => w.CarriedIn),
        Left,
        Windows.Sum(w => w.Taken) - Redeemed - Lapsed - CancelledLate,
        Redeemed,
        Lapsed,
        CancelledLate)
    {
        MovedIn = Windows.Sum(w => w.MovedIn),
        MovedOut = Windows.Sum(w => w.MovedOut),
    };
}
