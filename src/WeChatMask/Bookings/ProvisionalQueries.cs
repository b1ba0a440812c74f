using WeChatMask.Data;

namespace WeChatMask.Bookings;

/// <summary>Counts the bookings that were made while the registry did not answer, by what became of them.</summary>
public sealed class ProvisionalQueries(Database database)
{
    /// <summary>What still waits for the registry, a row a round, oldest first.</summary>
    public Task<List<ProvisionalWait>> WaitingAsync(CancellationToken cancellationToken) => database.QueryAsync<ProvisionalWait>(
        """
        SELECT v.round_date, COUNT(*) AS bookings, MIN(v.settle_until) AS settle_until
          FROM provisional_booking v
          JOIN booking b ON b.id = v.booking_id
         WHERE v.outcome = @waiting AND b.status = @booked
         GROUP BY v.round_date
         ORDER BY v.round_date
        """,
        new { waiting = ProvisionalOutcome.Waiting, booked = Domain.BookingStatus.Booked },
        cancellationToken);

    /// <summary>A round's provisional bookings by pharmacy and outcome, in the order of the pharmacies' codes. One that was given back waits no longer.</summary>
    public Task<List<ProvisionalCount>> OfAsync(DateOnly round, CancellationToken cancellationToken) => database.QueryAsync<ProvisionalCount>(
        """
        SELECT code, name, outcome, COUNT(*) AS bookings
          FROM (SELECT p.code, p.name, CASE WHEN v.outcome = @waiting AND b.status <> @booked THEN @withdrawn ELSE v.outcome END AS outcome
                  FROM provisional_booking v
                  JOIN booking b  ON b.id = v.booking_id
                  JOIN pharmacy p ON p.id = b.pharmacy_id
                 WHERE v.round_date = @round) AS counted
         GROUP BY code, name, outcome
         ORDER BY code, outcome
        """,
        new { round, waiting = ProvisionalOutcome.Waiting, withdrawn = ProvisionalOutcome.Withdrawn, booked = Domain.BookingStatus.Booked },
        cancellationToken);
}

public sealed class ProvisionalWait
{
    public DateOnly RoundDate { get; init; }
    public int Bookings { get; init; }

    /// <summary>When the wait ends: what the registry has not answered by then stands.</summary>
    public DateTimeOffset SettleUntil { get; init; }
}

public sealed class ProvisionalCount
{
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public ProvisionalOutcome Outcome { get; init; }
    public int Bookings { get; init; }
}
