using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Levers;

/// <summary>Carries pressed levers out, pharmacy by pharmacy. A node that is killed leaves the rest to whichever node looks next.</summary>
public sealed class LeverWorkStore(Database database, LeverQueries levers, IEnumerable<ILeverWork> works, CityCalendar calendar, Board board)
{
    /// <summary>Does what is due. Returns at how many pharmacies.</summary>
    public async Task<int> FinishAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var lever in await levers.OpenAsync(cancellationToken))
        {
            if (works.FirstOrDefault(w => w.Kind == lever.Kind) is not { } work) continue;
            foreach (var pharmacy in await WaitingAsync(lever, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!await database.WriteAsync(t => StepAsync(t, work, lever, pharmacy), cancellationToken)) continue;
                board.MarkChanged();
                done++;
            }

            await database.WriteAsync(t => EndAsync(t, lever), cancellationToken);
        }

        return done;
    }

    private const string Waiting = """
        t.round_date = @RoundDate
           AND (@any = 1 OR (@withdraws = 0 AND t.pharmacy_id = @pharmacy)
                OR (@withdraws = 1 AND EXISTS (SELECT 1 FROM booking_move v WHERE v.lever_id = @Id AND v.to_pharmacy_id = t.pharmacy_id)))
           AND NOT EXISTS (SELECT 1 FROM lever_step s WHERE s.lever_id = @Id AND s.pharmacy_id = t.pharmacy_id)
        """;

    // A withdrawal is carried out at those who take the bookings.
    private object ArgsOf(Lever lever) => new
    {
        lever.RoundDate, lever.Id, any = lever.PharmacyId is null, withdraws = lever.Kind == LeverKind.Withdraw, pharmacy = lever.PharmacyId ?? 0, now = calendar.Now,
    };

    private Task<List<long>> WaitingAsync(Lever lever, CancellationToken cancellationToken) => database.QueryAsync<long>(
        $"SELECT t.pharmacy_id FROM pharmacy_round t WHERE {Waiting} ORDER BY t.pharmacy_id",
        ArgsOf(lever),
        cancellationToken);

    private async Task<bool> StepAsync(WriteTransaction transaction, ILeverWork work, Lever lever, long pharmacy)
    {
        // Written first: of two nodes at the same pharmacy the second one's insert clashes, it comes again and finds the row.
        if (await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM lever_step WHERE lever_id = @Id AND pharmacy_id = @pharmacy", new { lever.Id, pharmacy }) > 0) return false;
        await transaction.InsertManyAsync("lever_step", ["lever_id", "pharmacy_id", "done_at"], [new object?[] { lever.Id, pharmacy, calendar.Now.Column() }]);
        if (await work.DoAsync(transaction, lever, pharmacy) > 0) await QuotaStore.TouchBoardAsync(transaction);
        return true;
    }

    private Task<int> EndAsync(WriteTransaction transaction, Lever lever) => transaction.ExecuteAsync(
        $"UPDATE lever SET done_at = @now WHERE id = @Id AND done_at IS NULL AND NOT EXISTS (SELECT 1 FROM pharmacy_round t WHERE {Waiting})",
        ArgsOf(lever));
}
