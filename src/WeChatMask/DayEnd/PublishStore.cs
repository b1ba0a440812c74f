using System.Diagnostics;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;

namespace WeChatMask.DayEnd;

/// <summary>Assigns pickup slots and freezes the lists of closed rounds.</summary>
public sealed class PublishStore(
    Database database, RoundQueries rounds, ListRootQueries roots, ShortageStore stock, PersonalData personal, CityCalendar calendar, Board board, NoticeOutbox notices)
{
    // Written in about as long as a batch of the desk.
    private const int Portion = 500;

    private static readonly string[] EntryColumns =
        ["round_date", "pharmacy_id", "serial", "name", "id_number", "slot_starts_at", "slot_ends_at"];

    /// <summary>Gives the live bookings of closed rounds their slots. Returns how many rounds were done.</summary>
    public async Task<int> AssignSlotsAsync(CancellationToken cancellationToken)
    {
        var assigned = 0;
        foreach (var round in await rounds.UnfinishedAsync(cancellationToken))
        {
            if (!round.IsClosed || round.SlotsAt is not null) continue;
            assigned += await database.WriteAsync(t => AssignAsync(t, round), cancellationToken) ? 1 : 0;
        }

        return assigned;
    }

    /// <summary>Publishes closed rounds whose slots are assigned. Returns how many.</summary>
    public async Task<int> PublishAsync(CancellationToken cancellationToken)
    {
        var published = 0;
        foreach (var round in await rounds.UnfinishedAsync(cancellationToken))
        {
            if (round.SlotsAt is null || round.PublishedAt is not null) continue;
            while (round.AnnulledAt is null && await ListPortionAsync(round, cancellationToken) is { } written) await Task.Delay(written.Pause, cancellationToken);
            // What the log says of the lists is worked out before, while nobody waits for the round.
            var lists = await roots.OfAsync(round.Date, cancellationToken);
            published += await database.WriteAsync(t => PublishAsync(t, round, lists), cancellationToken) ? 1 : 0;
        }

        if (published > 0) board.MarkChanged();
        return published;
    }

    /// <summary>
    /// Writes the next entries of a list that is still to come out, and the notices that go with them, which nobody sends before. Who
    /// books elsewhere meanwhile waits for no more than a portion. Returns nothing when all is written.
    /// </summary>
    internal async Task<WrittenPortion?> ListPortionAsync(RoundState round, CancellationToken cancellationToken)
    {
        // A list stands still between slots and publishing, so what was read before the transaction holds in it.
        var written = await LastEntryAsync(database.QueryAsync<Place>, round, cancellationToken);
        var listed = await database.QueryAsync<Listed>(
            """
            SELECT b.id, b.pharmacy_id, b.serial, b.status, b.slot_starts_at, b.slot_ends_at, p.name, p.id_number
              FROM booking b
              JOIN resident p ON p.id = b.resident_id
             WHERE b.round_date = @Date AND b.pharmacy_id >= @PharmacyId AND (b.pharmacy_id > @PharmacyId OR b.serial > @Serial)
             ORDER BY b.pharmacy_id, b.serial LIMIT @Portion
            """,
            new { round.Date, written.PharmacyId, written.Serial, Portion },
            cancellationToken);
        if (listed.Count == 0) return null;
        object?[][] entries = [.. listed.Select(l => Entry(round.Date, l))];
        NoticeSubject[] booked = [.. listed.Where(l => l.Status == BookingStatus.Booked).Select(l => new NoticeSubject(l.PharmacyId, l.Id))];
        var asked = Stopwatch.GetTimestamp();
        var began = asked;
        await database.WriteAsync(
            async transaction =>
            {
                began = Stopwatch.GetTimestamp();
                await QuotaStore.LockAsync(transaction, round.Date, [.. listed.Select(l => l.PharmacyId).Distinct()]);
                // Another node may have written them, or have published all.
                if (await LastEntryAsync((sql, args, _) => transaction.QueryAsync<Place>(sql, args), round, cancellationToken) != written) return;
                await transaction.InsertManyAsync("published_entry", EntryColumns, entries);
                await notices.TellAsync(transaction, NoticeCause.Published, round, booked, calendar.Now);
            },
            cancellationToken);
        return new WrittenPortion(Stopwatch.GetElapsedTime(asked, began), Stopwatch.GetElapsedTime(began));
    }

    private static async Task<Place> LastEntryAsync(
        Func<string, object, CancellationToken, Task<List<Place>>> query, RoundState round, CancellationToken cancellationToken)
    {
        var last = await query(
            "SELECT pharmacy_id, serial FROM published_entry WHERE round_date = @Date ORDER BY pharmacy_id DESC, serial DESC LIMIT 1", new { round.Date }, cancellationToken);
        return last.Count == 0 ? new Place() : last[0];
    }

    private async Task<bool> AssignAsync(WriteTransaction transaction, RoundState round)
    {
        // The pharmacies' locks keep cancellations out while positions are counted.
        await QuotaStore.LockAsync(transaction, round.Date);
        if (!await ProvisionalStore.AllSettledAsync(transaction, notices, round, calendar.Now)) return false;
        var rows = await transaction.ExecuteAsync(
            "UPDATE round SET slots_at = @now WHERE date = @Date AND slots_at IS NULL", new { now = calendar.Now, round.Date });
        var slots = PickupSlots.Of(round.Times, round.Policy.Pickup.SlotMinutes);
        if (rows == 0 || slots.Count == 0) return rows == 1;
        var live = await transaction.QueryAsync<Live>(
            "SELECT pharmacy_id, serial FROM booking WHERE round_date = @Date AND status = @booked ORDER BY pharmacy_id, serial",
            new { round.Date, booked = BookingStatus.Booked });
        await transaction.ExecuteManyAsync(
            """
            UPDATE booking SET slot_starts_at = @StartsAt, slot_ends_at = @EndsAt
             WHERE round_date = @Round AND pharmacy_id = @Pharmacy AND serial BETWEEN @First AND @Last AND status = @Booked
            """,
            [.. live.GroupBy(l => l.PharmacyId).SelectMany(p => Spread(round.Date, p.Key, [.. p.Select(l => l.Serial)], slots))]);
        return true;
    }

    /// <summary>One row a slot: serials rise with positions, so each slot covers one run of serials.</summary>
    private static IEnumerable<SlotRun> Spread(DateOnly round, long pharmacy, IReadOnlyList<int> serials, IReadOnlyList<PickupSlot> slots) =>
        serials.Select((serial, position) => (serial, slot: PickupSlots.IndexFor(position, serials.Count, slots.Count)))
            .GroupBy(x => x.slot, x => x.serial)
            .Select(g => new SlotRun(round, pharmacy, g.Min(), g.Max(), slots[g.Key].StartsAt, slots[g.Key].EndsAt));

    private async Task<bool> PublishAsync(WriteTransaction transaction, RoundState round, IReadOnlyList<LogEntry> lists)
    {
        await stock.LockBeforeAsync(transaction, round);
        var parts = await QuotaStore.LockAsync(transaction, round.Date);
        var now = calendar.Now;
        var rows = await transaction.ExecuteAsync(
            "UPDATE round SET published_at = @now, phase = @published WHERE date = @Date AND published_at IS NULL",
            new { now, published = RoundPhase.Published, round.Date });
        if (rows == 0) return false;

        // A round annulled before its lists were out has none: nobody's name is shown for nothing.
        if (await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM round WHERE date = @Date AND annulled_at IS NOT NULL", new { round.Date }) > 0)
        {
            await transaction.ExecuteAsync("DELETE FROM published_entry WHERE round_date = @Date", new { round.Date });
            await OutboxStore.DropUnpublishedAsync(transaction, round.Date, now);
            transaction.Log(await roots.OfNamelessAsync(transaction, round.Date));
            transaction.Log(LogEntry.Publish(round.Date, now.ToUnixTimeSeconds()));
            await QuotaStore.TouchBoardAsync(transaction);
            return true;
        }

        transaction.Log(lists);
        transaction.Log(LogEntry.Publish(round.Date, now.ToUnixTimeSeconds()));

        await notices.TellAsync(transaction, NoticeCause.Published, round, [.. parts.Select(p => new NoticeSubject(p.PharmacyId))], now);
        await stock.MoveShortAsync(transaction, round.Date);
        await QuotaStore.TouchBoardAsync(transaction);
        return true;
    }

    private object?[] Entry(DateOnly round, Listed l) =>
    [
        round.Column(), l.PharmacyId, l.Serial, Masking.Name(personal.Decrypt(l.Name)), Masking.Document(personal.Decrypt(l.IdNumber)),
        l.SlotStartsAt?.Column(), l.SlotEndsAt?.Column(),
    ];

    /// <summary>Where a list has got to.</summary>
    private sealed record Place
    {
        public long PharmacyId { get; init; }
        public int Serial { get; init; }
    }

    private sealed record SlotRun(
        DateOnly Round, long Pharmacy, int First, int Last, DateTimeOffset StartsAt, DateTimeOffset EndsAt, BookingStatus Booked = BookingStatus.Booked);

    private sealed class Live
    {
        public long PharmacyId { get; init; }
        public int Serial { get; init; }
    }

    private sealed class Listed
    {
        public long Id { get; init; }
        public long PharmacyId { get; init; }
        public int Serial { get; init; }
        public BookingStatus Status { get; init; }
        public DateTimeOffset? SlotStartsAt { get; init; }
        public DateTimeOffset? SlotEndsAt { get; init; }
        public string Name { get; init; } = "";
        public string IdNumber { get; init; } = "";
    }
}

/// <summary>How long a portion of a list waited for its turn to write, and how long it wrote.</summary>
internal readonly record struct WrittenPortion(TimeSpan Waited, TimeSpan Took)
{
    // Of what it took itself. The first turn of a group is there at once where nobody else writes.
    private const double NobodyElse = 0.1;
    private const int ShareOfOthers = 9;

    /// <summary>How long the machine is others' before the next portion: as long again, or nine times as long where others write too.</summary>
    public TimeSpan Pause => Waited > NobodyElse * Took ? ShareOfOthers * Took : Took;
}
