using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Stock;

/// <summary>Reads what each pharmacy must get for a round.</summary>
public sealed class DeliveryQueries(Database database)
{
    /// <summary>By pharmacy code: bookings, units and places of a round, what has come so far, and what was lost of it.</summary>
    public Task<List<DeliveryRow>> OfAsync(DateOnly round, CancellationToken cancellationToken) => database.QueryAsync<DeliveryRow>(
        $"""
        SELECT p.id, p.code, p.name, p.address, p.district, p.phone, COALESCE(p.contact_mobile, '') AS contact_mobile,
               COALESCE(b.moved_in, 0) AS moved_in, COALESCE(b.bookings, 0) AS bookings, COALESCE(b.units, 0) AS units, COALESCE(q.places, 0) AS places,
               d.units AS reported, COALESCE(l.units, 0) AS lost, COALESCE(h.reports, 0) AS held
          FROM pharmacy_round t
          JOIN pharmacy p ON p.id = t.pharmacy_id
          LEFT JOIN (SELECT b.pharmacy_id, COUNT(*) AS bookings, SUM(b.units) AS units,
                            SUM(CASE WHEN b.round_date = @round THEN 0 ELSE 1 END) AS moved_in
                       FROM booking b
                      WHERE b.status <> @cancelled AND {MovedPickupStore.OfTheDay} GROUP BY b.pharmacy_id) b ON b.pharmacy_id = p.id
          LEFT JOIN (SELECT pharmacy_id, SUM(planned + moved_in - moved_out) AS places FROM quota WHERE round_date = @round GROUP BY pharmacy_id) q ON q.pharmacy_id = p.id
          LEFT JOIN (SELECT pharmacy_id, SUM(units) AS units FROM delivery WHERE round_date = @round GROUP BY pharmacy_id) d ON d.pharmacy_id = p.id
          LEFT JOIN (SELECT pharmacy_id, SUM(units) AS units FROM stock_loss WHERE round_date = @round GROUP BY pharmacy_id) l ON l.pharmacy_id = p.id
          LEFT JOIN (SELECT pharmacy_id, COUNT(*) AS reports FROM held_stock_report WHERE round_date = @round AND outcome = @waiting GROUP BY pharmacy_id) h ON h.pharmacy_id = p.id
         WHERE t.round_date = @round
         ORDER BY p.code
        """,
        new { round, cancelled = BookingStatus.Cancelled, waiting = HeldOutcome.Waiting },
        cancellationToken);
}

/// <summary>A pharmacy's line of the delivery sheet as stored.</summary>
public sealed class DeliveryRow
{
    public long Id { get; init; }
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public string Address { get; init; } = "";
    public string District { get; init; } = "";
    public string Phone { get; init; } = "";

    public string ContactMobile { get; init; } = "";

    /// <summary>Of the bookings, those of earlier rounds whose pickup has moved here.</summary>
    public int MovedIn { get; init; }
    public int Bookings { get; init; }
    public int Units { get; init; }
    public int Places { get; init; }

    /// <summary>What the pharmacy says has come, or null when it has said nothing.</summary>
    public int? Reported { get; init; }

    public int Delivered => Reported ?? 0;
    public int Lost { get; init; }

    /// <summary>Reports that wait for a supervisor and do not count yet.</summary>
    public int Held { get; init; }
}
