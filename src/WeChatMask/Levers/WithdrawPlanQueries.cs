using System.Data.Common;
using Dapper;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Stock;

namespace WeChatMask.Levers;

/// <summary>Works out where the open bookings of a pharmacy that is to be withdrawn go.</summary>
internal static class WithdrawPlanQueries
{
    /// <summary>Completes what the lever would do, or says why the others cannot take the bookings.</summary>
    public static async Task<LeverEffect> PlanAsync(
        DbConnection connection, DbTransaction? transaction, LeverEffect effect, RoundState round, DateTimeOffset now)
    {
        var args = new
        {
            round = round.Date, pharmacy = effect.PharmacyId, booked = BookingStatus.Booked, open = PharmacyStatus.Open, withdraw = LeverKind.Withdraw, now = now.ToUnixTimeMilliseconds(),
            closes = round.Times.PickupClosesAt.ToUnixTimeMilliseconds(),
        };
        // Where another's bookings are on their way, what this one has to give is not known yet.
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM lever WHERE kind = @withdraw AND done_at IS NULL", args, transaction) > 0)
            return effect with { Refusal = Refusal.LeverRunning };
        var waiting = (await connection.QueryAsync<Waiting>(
            $"""
            SELECT b.id, b.serial, b.account_id, CASE WHEN b.round_date = @round AND {MovedPickupStore.OfTheDay} THEN 1 ELSE 0 END AS of_the_day
              FROM booking b
             WHERE b.pharmacy_id = @pharmacy AND b.status = @booked
             ORDER BY b.serial
            """,
            args,
            transaction)).AsList();
        // Those of another day have their stock on another day's shelf.
        if (waiting.Exists(w => w.OfTheDay == 0)) return effect with { Refusal = Refusal.WithdrawOtherDays };
        var source = await connection.QuerySingleAsync<Taker>($"{SelectTakers} AND p.id = @pharmacy", args, transaction);
        var takers = (await connection.QueryAsync<Taker>(
                $"{SelectTakers} AND p.id <> @pharmacy AND p.status = @open AND COALESCE(t.pickup_closes_at, @closes) > @now ORDER BY p.code", args, transaction))
            .OrderBy(t => t.District != source.District)
            .ThenBy(t => Earth.Metres(source.Latitude, source.Longitude, t.Latitude, t.Longitude))
            .ThenBy(t => t.Code, StringComparer.Ordinal).ToList();
        var places = WithdrawalRules.Assign(
            [.. waiting.Select(w => new LeavingBooking(w.Id, w.AccountId))],
            takers.ConvertAll(t => new TakingPharmacy(t.Id, WithdrawalRules.RoomOf(t.Planned, t.MovedIn))));
        if (places is null) return effect with { Refusal = Refusal.WithdrawNoRoom };
        var counts = places.Values.CountBy(id => id).ToDictionary();
        return effect with
        {
            Leaving = [.. waiting.Select(w => new Leaving(w.Id, w.Serial, places[w.Id]))],
            Takers = [.. takers.Where(t => counts.ContainsKey(t.Id)).Select(t => new TakingPart(t.Id, t.Code, t.Name, counts[t.Id]))],
        };
    }

    private const string SelectTakers = """
        SELECT p.id, p.code, p.name, p.district, p.latitude, p.longitude, q.planned, q.moved_in
          FROM pharmacy_round t
          JOIN pharmacy p ON p.id = t.pharmacy_id
          JOIN (SELECT pharmacy_id, SUM(planned) AS planned, SUM(moved_in) AS moved_in FROM quota WHERE round_date = @round GROUP BY pharmacy_id) q ON q.pharmacy_id = p.id
         WHERE t.round_date = @round
        """;

    private sealed class Waiting
    {
        public long Id { get; init; }
        public int Serial { get; init; }
        public long AccountId { get; init; }
        public int OfTheDay { get; init; }
    }

    private sealed class Taker
    {
        public long Id { get; init; }
        public string Code { get; init; } = "";
        public string Name { get; init; } = "";
        public string District { get; init; } = "";
        public double Latitude { get; init; }
        public double Longitude { get; init; }
        public int Planned { get; init; }
        public int MovedIn { get; init; }
    }
}
