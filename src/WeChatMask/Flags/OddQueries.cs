using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Flags;

/// <summary>Reads what is odd on a day: each kind by one or two statements over the whole city.</summary>
/// <remarks>A day of 228 pharmacies and 22,800 hand-overs is read by the time of the hand-overs and of the audit's lines.</remarks>
public sealed class OddQueries(Database database, PersonalData personal, CityCalendar calendar, IOptionsMonitor<FlagSettings> settings)
{
    // What came of an attempt begins the detail of its line; more may follow.
    private const string WrongShop = nameof(Verdict.OtherPharmacy);

    // A delivery is told of on its day, and corrected within a few.
    private const int DeliveryDays = 10;

    private const string HandOvers = """
        SELECT d.id, d.pharmacy_id AS pharmacy, d.staff_id AS staff, d.redeemed_at AS at, b.pickup_opens_at AS opens_at, b.pickup_closes_at AS closes_at, d.proxy_hash AS proxy
          FROM redemption d
          JOIN booking_pickup b ON b.id = d.booking_id
         WHERE d.redeemed_at >= @From AND d.redeemed_at < @Until AND d.voided_at IS NULL
        """;

    private const string Offline = """
        SELECT id, pharmacy_id AS pharmacy, staff_id AS staff, heard_at AS at, conflict
          FROM offline_hand_over
         WHERE heard_at >= @From AND heard_at < @Until AND conflict <> @none
         ORDER BY id
        """;

    // Whoever has just been sent to another pharmacy is not odd at the old one.
    private const string WrongShops = """
        SELECT a.id, a.at, b.id AS booking, b.pharmacy_id AS pharmacy, s.pharmacy_id AS shown_at
          FROM audit a
          JOIN booking b ON b.number = a.subject
          JOIN staff s   ON s.username = a.actor
         WHERE a.action = @action AND a.at >= @From AND a.at < @Until AND a.detail LIKE @wrong
           AND NOT EXISTS (SELECT 1 FROM booking_move v WHERE v.booking_id = b.id AND v.from_pharmacy_id = s.pharmacy_id AND v.moved_at IS NOT NULL)
         ORDER BY a.id
        """;

    private const string Reads = """
        SELECT a.id, a.at, s.id AS staff, s.pharmacy_id AS pharmacy
          FROM audit a
          JOIN staff s ON s.username = a.actor
         WHERE a.action = 'list.read' AND a.at >= @From AND a.at < @Until
         ORDER BY a.id
        """;

    private const string ManyShops = """
        SELECT proxy_hash
          FROM redemption
         WHERE redeemed_at >= @first AND redeemed_at < @Until AND proxy_hash IS NOT NULL AND voided_at IS NULL
         GROUP BY proxy_hash
        HAVING COUNT(DISTINCT pharmacy_id) >= @shops AND MAX(redeemed_at) >= @From
        """;

    private const string Deliveries = """
        SELECT r.id, r.round_date, r.pharmacy_id AS pharmacy, o.pickup_date, r.units, r.created_at AS at, q.places * o.units_per_booking AS planned
          FROM (SELECT DISTINCT round_date, pharmacy_id FROM delivery WHERE round_date >= @Oldest AND created_at >= @From AND created_at < @Until) t
          JOIN delivery r ON r.round_date = t.round_date AND r.pharmacy_id = t.pharmacy_id
          JOIN round o    ON o.date = t.round_date AND o.units_per_booking > 0
          JOIN (SELECT round_date, pharmacy_id, SUM(planned + moved_in - moved_out) AS places FROM quota WHERE round_date >= @Oldest GROUP BY round_date, pharmacy_id) q
            ON q.round_date = t.round_date AND q.pharmacy_id = t.pharmacy_id
         WHERE NOT EXISTS (SELECT 1 FROM delivery n WHERE n.round_date = t.round_date AND n.pharmacy_id = t.pharmacy_id AND n.more_coming = 1)
         ORDER BY r.id
        """;

    private const string Added = """
        SELECT v.booking_id AS id, @moved AS source, v.to_pharmacy_id AS pharmacy, v.moved_at AS at, 1 AS places
          FROM round o
          JOIN booking_move v ON v.round_date = o.date
         WHERE o.date >= @Oldest AND v.moved_at >= @From AND v.moved_at < @Until AND v.moved_at >= o.opens_at
        UNION ALL
        SELECT c.id, @carried AS source, c.pharmacy_id AS pharmacy, c.created_at AS at, c.left_over + c.lapsed + c.cancelled + c.difference + c.converted AS places
          FROM round o
          JOIN carry_over c ON c.to_round = o.date
         WHERE o.date >= @Oldest AND c.created_at >= @From AND c.created_at < @Until AND c.created_at >= o.opens_at
           AND c.left_over + c.lapsed + c.cancelled + c.difference + c.converted > 0
        """;

    private const string Own = """
        SELECT d.id, d.redeemed_at AS at, d.pharmacy_id AS pharmacy, a.open_id
          FROM redemption d
          JOIN booking b ON b.id = d.booking_id
          JOIN account a ON a.id = b.account_id
         WHERE d.redeemed_at >= @From AND d.redeemed_at < @Until AND d.voided_at IS NULL
           AND d.pharmacy_id IN (SELECT s.pharmacy_id FROM staff s WHERE s.wechat_hash IS NOT NULL AND s.pharmacy_id IS NOT NULL)
         ORDER BY d.id
        """;

    private static readonly string[] Attempts = ["redemption.check", "redemption.make", "redemption.card"];

    /// <summary>What is odd on a day of the city, as far as it is written down by now.</summary>
    public async Task<IReadOnlyList<FlagFinding>> OfAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var limits = settings.CurrentValue;
        var span = SpanOf(day);
        return
        [
            .. await HandOversAsync(day, span, limits, cancellationToken), .. await ProxiesAsync(day, span, limits, cancellationToken),
            .. await WrongShopsAsync(day, span, limits, cancellationToken), .. await DeliveriesAsync(day, span, limits, cancellationToken),
            .. await AddedAsync(day, span, limits, cancellationToken), .. await ReadsAsync(day, span, limits, cancellationToken),
            .. await OwnAsync(day, span, limits, cancellationToken),
        ];
    }

    private Span SpanOf(DateOnly day) => new(calendar.Instant(day, TimeOnly.MinValue), calendar.Instant(day.AddDays(1), TimeOnly.MinValue), day.AddDays(-DeliveryDays));

    private async Task<IEnumerable<FlagFinding>> HandOversAsync(DateOnly day, Span span, FlagSettings limits, CancellationToken cancellationToken)
    {
        HandOverFact[] facts = [.. (await database.QueryAsync<HandOver>(HandOvers, new { span.From, span.Until }, cancellationToken)).Select(h => h.Fact)];
        var offline = await database.QueryAsync<Told>(Offline, new { span.From, span.Until, none = OfflineConflict.None }, cancellationToken);
        // What a clerk says was handed over at another hour has left the shop, though it does not count.
        var outside = FlagRules.OutsideHours(facts, 1).SelectMany(o => o.Facts).Select(f => (f.Pharmacy, Row: new FlagEvidence(FlagSource.Redemption, f.Id, f.At)))
            .Concat(offline.Where(o => o.Conflict == OfflineConflict.OutsideHours).Select(o => (o.Pharmacy, Row: o.Row))).ToLookup(o => o.Pharmacy, o => o.Row);
        return
        [
            .. outside.Where(o => o.Count() >= limits.OutsideHours)
                .Select(o => new FlagFinding(FlagKind.OutsideHours, day, o.Key, o.Count(), limits.OutsideHours, [.. o]) { Pharmacy = o.Key }),
            .. FlagRules.TooFast(facts, limits.FastCount).Select(o => Of(FlagKind.TooFast, day, o.Staff!.Value, limits.FastCount, o)),
            .. FlagRules.BeforeClosing(facts, TimeSpan.FromMinutes(limits.ClosingMinutes), limits.ClosingLeast, limits.ClosingPercent)
                .Select(o => Of(FlagKind.BeforeClosing, day, o.Pharmacy, limits.ClosingPercent, o)),
            .. offline.Where(o => o.Conflict != OfflineConflict.OutsideHours).GroupBy(o => o.Staff).Where(g => g.Count() >= limits.OfflineConflicts)
                .Select(g => new FlagFinding(FlagKind.OfflineConflicts, day, g.Key, g.Count(), limits.OfflineConflicts, [.. g.Select(o => o.Row)])
                {
                    Pharmacy = g.Last().Pharmacy, Staff = g.Key,
                }),
        ];
    }

    private static FlagFinding Of(FlagKind kind, DateOnly day, long subject, int threshold, OddHandOvers odd) =>
        new(kind, day, subject, odd.Measured, threshold, [.. odd.Facts.Select(f => new FlagEvidence(FlagSource.Redemption, f.Id, f.At))]) { Pharmacy = odd.Pharmacy, Staff = odd.Staff };

    // The proxy is not written down: the first hand-over within the days stands for them.
    private async Task<IEnumerable<FlagFinding>> ProxiesAsync(DateOnly day, Span span, FlagSettings limits, CancellationToken cancellationToken)
    {
        var args = new { first = calendar.Instant(day.AddDays(1 - limits.ProxyDays), TimeOnly.MinValue), span.From, span.Until, shops = limits.ProxyShops };
        string[] many = [.. await database.QueryAsync<string>(ManyShops, args, cancellationToken)];
        if (many.Length == 0) return [];
        var rows = await database.QueryAsync<Collected>(
            $"""
             SELECT id, redeemed_at AS at, pharmacy_id AS pharmacy, proxy_hash AS proxy, CASE WHEN voided_at IS NULL THEN 1 ELSE 0 END AS stands
               FROM redemption
              WHERE redeemed_at >= @first AND redeemed_at < @Until AND proxy_hash {database.Engine.AnyOf("many")}
              ORDER BY id
             """,
            new { args.first, args.Until, many },
            cancellationToken);
        return rows.GroupBy(r => r.Proxy, StringComparer.Ordinal).Select(g => new FlagFinding(
            FlagKind.ProxyManyShops, day, g.First().Id, g.Where(r => r.Stands).Select(r => r.Pharmacy).Distinct().Count(), limits.ProxyShops,
            [.. g.Where(r => r.Stands).Select(r => new FlagEvidence(FlagSource.Redemption, r.Id, r.At))]));
    }

    private async Task<IEnumerable<FlagFinding>> WrongShopsAsync(DateOnly day, Span span, FlagSettings limits, CancellationToken cancellationToken)
    {
        List<Attempt> tries = [];
        foreach (var action in Attempts)
            tries.AddRange(await database.QueryAsync<Attempt>(WrongShops, new { action, span.From, span.Until, wrong = WrongShop + "%" }, cancellationToken));
        return
        [
            .. tries.GroupBy(t => t.Booking).Where(g => g.Count() >= limits.WrongShopTries)
                .Select(g => new FlagFinding(FlagKind.WrongShopBooking, day, g.Key, g.Count(), limits.WrongShopTries, [.. g.Select(t => t.Row)]) { Booking = g.Key, Pharmacy = g.First().Pharmacy }),
            .. tries.Where(t => t.ShownAt is not null).GroupBy(t => t.ShownAt!.Value).Select(g => (g.Key, Tries: g.ToList(), Bookings: g.Select(t => t.Booking).Distinct().Count()))
                .Where(g => g.Bookings >= limits.WrongShopBookings)
                .Select(g => new FlagFinding(FlagKind.WrongShopPharmacy, day, g.Key, g.Bookings, limits.WrongShopBookings, [.. g.Tries.Select(t => t.Row)]) { Pharmacy = g.Key }),
        ];
    }

    // Of the day that it is for, on whichever day it was told.
    private async Task<IEnumerable<FlagFinding>> DeliveriesAsync(DateOnly day, Span span, FlagSettings limits, CancellationToken cancellationToken) =>
        from r in await database.QueryAsync<Delivered>(Deliveries, new { span.Oldest, span.From, span.Until }, cancellationToken)
        group r by (r.Pharmacy, r.PickupDate) into g
        let off = FlagRules.PercentOff(g.Sum(r => r.Units), g.First().Planned)
        where off >= limits.DeliveryPercent
        select new FlagFinding(
            FlagKind.DeliveryDiffers, g.Key.PickupDate, g.Key.Pharmacy, off, limits.DeliveryPercent, [.. g.Select(r => new FlagEvidence(FlagSource.Delivery, r.Id, r.At))])
        {
            Pharmacy = g.Key.Pharmacy,
        };

    private async Task<IEnumerable<FlagFinding>> AddedAsync(DateOnly day, Span span, FlagSettings limits, CancellationToken cancellationToken) =>
        from r in await database.QueryAsync<Gained>(
            Added, new { span.Oldest, span.From, span.Until, moved = FlagSource.MovedBooking, carried = FlagSource.CarryOver }, cancellationToken)
        group r by r.Pharmacy into g
        where g.Sum(r => r.Places) >= limits.PlacesAdded
        select new FlagFinding(FlagKind.PlacesAdded, day, g.Key, g.Sum(r => r.Places), limits.PlacesAdded, [.. g.Select(r => new FlagEvidence(r.Source, r.Id, r.At))])
        {
            Pharmacy = g.Key,
        };

    private async Task<IEnumerable<FlagFinding>> ReadsAsync(DateOnly day, Span span, FlagSettings limits, CancellationToken cancellationToken) =>
        from r in await database.QueryAsync<Read>(Reads, new { span.From, span.Until }, cancellationToken)
        group r by (r.Staff, r.Pharmacy) into g
        where g.Count() >= limits.ListReads
        select new FlagFinding(FlagKind.ListReads, day, g.Key.Staff, g.Count(), limits.ListReads, [.. g.Select(r => new FlagEvidence(FlagSource.Audit, r.Id, r.At))])
        {
            Staff = g.Key.Staff, Pharmacy = g.Key.Pharmacy,
        };

    // Who a member of staff is, is not known; only which account of WeChat a clerk logs in by.
    private async Task<IEnumerable<FlagFinding>> OwnAsync(DateOnly day, Span span, FlagSettings limits, CancellationToken cancellationToken)
    {
        var bound = (await database.QueryAsync<Bound>(
            "SELECT id AS staff, pharmacy_id AS pharmacy, wechat_hash FROM staff WHERE wechat_hash IS NOT NULL AND pharmacy_id IS NOT NULL", cancellationToken: cancellationToken))
            .ToDictionary(s => s.WechatHash, StringComparer.Ordinal);
        if (bound.Count == 0) return [];
        var rows = await database.QueryAsync<OwnHandOver>(Own, new { span.From, span.Until }, cancellationToken);
        var hashes = rows.Select(r => r.OpenId).Distinct(StringComparer.Ordinal).ToDictionary(o => o, o => personal.KeyedHash(HashPurpose.StaffWeChat, o), StringComparer.Ordinal);
        return
            from r in rows
            let clerk = bound.GetValueOrDefault(hashes[r.OpenId])
            where clerk is not null && clerk.Pharmacy == r.Pharmacy
            group r by clerk into g
            where g.Count() >= limits.OwnBookings
            select new FlagFinding(FlagKind.OwnStaff, day, g.Key.Staff, g.Count(), limits.OwnBookings, [.. g.Select(r => new FlagEvidence(FlagSource.Redemption, r.Id, r.At))])
            {
                Staff = g.Key.Staff, Pharmacy = g.Key.Pharmacy,
            };
    }

    private sealed record Span(DateTimeOffset From, DateTimeOffset Until, DateOnly Oldest);

    private sealed class HandOver
    {
        public long Id { get; init; }
        public long Pharmacy { get; init; }
        public long Staff { get; init; }
        public DateTimeOffset At { get; init; }
        public DateTimeOffset OpensAt { get; init; }
        public DateTimeOffset ClosesAt { get; init; }
        public string? Proxy { get; init; }
        public HandOverFact Fact => new(Id, Pharmacy, Staff, At, OpensAt, ClosesAt, Proxy);
    }

    private sealed class Told
    {
        public long Id { get; init; }
        public long Pharmacy { get; init; }
        public long Staff { get; init; }
        public DateTimeOffset At { get; init; }
        public OfflineConflict Conflict { get; init; }
        public FlagEvidence Row => new(FlagSource.OfflineHandOver, Id, At);
    }

    private sealed class Collected
    {
        public long Id { get; init; }
        public DateTimeOffset At { get; init; }
        public long Pharmacy { get; init; }
        public string Proxy { get; init; } = "";
        public bool Stands { get; init; }
    }

    private sealed class Attempt
    {
        public long Id { get; init; }
        public DateTimeOffset At { get; init; }
        public long Booking { get; init; }
        public long Pharmacy { get; init; }
        public long? ShownAt { get; init; }
        public FlagEvidence Row => new(FlagSource.Audit, Id, At);
    }

    private sealed class Delivered
    {
        public long Id { get; init; }
        public DateOnly PickupDate { get; init; }
        public long Pharmacy { get; init; }
        public int Units { get; init; }
        public DateTimeOffset At { get; init; }
        public int Planned { get; init; }
    }

    private sealed class Gained
    {
        public long Id { get; init; }
        public FlagSource Source { get; init; }
        public long Pharmacy { get; init; }
        public DateTimeOffset At { get; init; }
        public int Places { get; init; }
    }

    private sealed class Read
    {
        public long Id { get; init; }
        public DateTimeOffset At { get; init; }
        public long Staff { get; init; }
        public long? Pharmacy { get; init; }
    }

    private sealed class Bound
    {
        public long Staff { get; init; }
        public long Pharmacy { get; init; }
        public string WechatHash { get; init; } = "";
    }

    private sealed class OwnHandOver
    {
        public long Id { get; init; }
        public DateTimeOffset At { get; init; }
        public long Pharmacy { get; init; }
        public string OpenId { get; init; } = "";
    }
}
