using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Notices;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;

namespace WeChatMask.Levers;

/// <summary>Works out what a lever would do: for the preview, and again under the locks of whoever presses it.</summary>
public sealed class LeverEffectQueries(Database database, RoundQueries rounds, NoticeOutbox notices, CityCalendar calendar)
{
    private const string OwnOpen = "b.round_date = @date";

    /// <summary>The effect as it is now.</summary>
    public Task<LeverEffect> OfAsync(LeverOrder order, CancellationToken cancellationToken) =>
        database.ReadAsync(c => OfAsync(c, null, order), cancellationToken);

    /// <summary>The same as an open transaction sees it.</summary>
    public async Task<LeverEffect> OfAsync(DbConnection connection, DbTransaction? transaction, LeverOrder order)
    {
        if (await rounds.FindAsync(connection, transaction, order.Round) is not { } round) return new LeverEffect(order, Refusal.UnknownRound);
        if (order.Pharmacy is not null && !LeverRules.MayNamePharmacy(order.Kind)) return new LeverEffect(order, Refusal.InvalidRequest);
        if (order.Pharmacy is null && LeverRules.NeedsPharmacy(order.Kind)) return new LeverEffect(order, Refusal.LeverNeedsPharmacy);
        var pharmacies = await TouchedAsync(connection, transaction, order);
        if (order.Pharmacy is not null && pharmacies.Count == 0) return new LeverEffect(order, Refusal.UnknownPharmacy);
        var pharmacy = order.Pharmacy is null ? (long?)null : pharmacies[0].Id;
        var facts = await FactsAsync(connection, transaction, round, pharmacy);
        var effect = new LeverEffect(order, Refusal.None) { PharmacyId = pharmacy, Pharmacies = pharmacies };
        if (await LeverQueries.NewestAsync(connection, transaction, order.Kind, order.Round, pharmacy) is { } earlier && Makes(earlier, facts, order, effect.Bookings)) return effect with { Earlier = earlier };
        var now = calendar.Now;
        if (LeverRules.IsSo(order.Kind, facts, order.To)) return effect with { Refusal = order.Kind == LeverKind.Close ? Refusal.LeverTooLate : Refusal.LeverNotDue };
        var refusal = LeverRules.Judge(order.Kind, facts, order.To, now, calendar.DayEndingAt);
        if (refusal != Refusal.None) return effect with { Refusal = refusal };
        if (order.Kind == LeverKind.Move && effect.Bookings == 0) return effect with { Refusal = Refusal.LeverNotDue };
        var from = order.Kind switch { LeverKind.Postpone => round.Times.OpensAt, LeverKind.Extend => facts.HandOverEnds, _ => (DateTimeOffset?)null };
        var moving = !round.IsClosed && now < round.Times.ClosesAt ? now >= round.Times.OpensAt : now >= round.Times.PickupOpensAt;
        effect = effect with { From = from, To = order.To, IsMoving = moving, Told = IsTold(order.Kind) ? effect.Bookings : 0 };
        if (order.Kind == LeverKind.Withdraw) effect = await WithdrawPlanQueries.PlanAsync(connection, transaction, effect, round, now);
        if (effect.Refusal != Refusal.None) return effect;
        return effect with { Fingerprint = FingerprintOf(effect, facts) };
    }

    // Each by SMS, but that one may come later.
    private bool IsTold(LeverKind kind) => kind is LeverKind.Annul or LeverKind.Move or LeverKind.Withdraw || (kind == LeverKind.Extend && notices.TellsOfExtensions);

    // What was taken back at a withdrawn pharmacy afterwards has still to go.
    private static bool Makes(Lever earlier, in LeverFacts facts, LeverOrder order, int bookings) => order.Kind switch
    {
        LeverKind.Move => true,
        LeverKind.Withdraw => earlier.DoneAt is null || bookings == 0,
        _ => LeverRules.IsSo(order.Kind, facts, order.To ?? DetailOf(earlier).To),
    };

    internal static LeverDetail DetailOf(Lever lever) => JsonSerializer.Deserialize<LeverDetail>(lever.Detail) ?? new LeverDetail(null, null, 0);

    private static async Task<LeverFacts> FactsAsync(DbConnection connection, DbTransaction? transaction, RoundState round, long? pharmacy)
    {
        var own = await connection.ExecuteScalarAsync<long?>(
            "SELECT MAX(pickup_closes_at) FROM pharmacy_round WHERE round_date = @Date AND pharmacy_id = @pharmacy",
            new { round.Date, pharmacy = pharmacy ?? 0 },
            transaction);
        var ends = own is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : round.Times.PickupClosesAt;
        return new LeverFacts(
            round.Times, ends, round.AnnouncedOpensAt ?? round.Times.OpensAt, round.IsClosed, round.PublishedAt is not null, round.EndedAt is not null,
            round.PausedAt is not null, round.IsAnnulled);
    }

    private static async Task<List<TouchedPharmacy>> TouchedAsync(DbConnection connection, DbTransaction? transaction, LeverOrder order) =>
        (await connection.QueryAsync<TouchedPharmacy>(
            $"""
            SELECT p.id, p.code, p.name, t.redeemed, COALESCE(o.bookings, 0) AS bookings, COALESCE(q.free, 0) AS free_places
              FROM pharmacy_round t
              JOIN pharmacy p ON p.id = t.pharmacy_id
              LEFT JOIN (SELECT b.pharmacy_id, COUNT(*) AS bookings FROM booking b
                          WHERE b.status = @booked AND {(order.Kind == LeverKind.Move ? MovedPickupStore.OfTheDay : OwnOpen)}
                          GROUP BY b.pharmacy_id) o ON o.pharmacy_id = t.pharmacy_id
              LEFT JOIN (SELECT pharmacy_id, SUM(planned + carried_in + rolled_in - rolled_out + moved_in - moved_out - taken) AS free
                           FROM quota WHERE round_date = @date GROUP BY pharmacy_id) q ON q.pharmacy_id = t.pharmacy_id
             WHERE t.round_date = @date AND (@any = 1 OR p.code = @code)
             ORDER BY p.code
            """,
            new { date = order.Round, round = order.Round, any = order.Pharmacy is null, code = order.Pharmacy ?? "", booked = BookingStatus.Booked },
            transaction)).AsList();

    // Bookings come and go while people book or collect; then the round's state alone is what was agreed to.
    private static string FingerprintOf(LeverEffect effect, in LeverFacts facts)
    {
        var text = new StringBuilder();
        text.Append(CultureInvariant($"{effect.Order.Kind}|{effect.Order.Round:yyyy-MM-dd}|{effect.PharmacyId}|{effect.From?.ToUnixTimeMilliseconds()}|{effect.To?.ToUnixTimeMilliseconds()}"));
        text.Append(CultureInvariant($"|{facts.Times.OpensAt.ToUnixTimeMilliseconds()}|{facts.Times.ClosesAt.ToUnixTimeMilliseconds()}|{facts.HandOverEnds.ToUnixTimeMilliseconds()}"));
        text.Append(CultureInvariant($"|{facts.IsClosed}|{facts.IsPublished}|{facts.IsPaused}|{effect.IsMoving}"));
        foreach (var p in effect.Pharmacies) text.Append(effect.IsMoving ? CultureInvariant($"|{p.Id}") : CultureInvariant($"|{p.Id}:{p.Bookings}:{p.Redeemed}"));
        foreach (var t in effect.Takers) text.Append(effect.IsMoving ? CultureInvariant($"|{t.Id}") : CultureInvariant($"|{t.Id}:{t.Bookings}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }

    private static string CultureInvariant(FormattableString text) => FormattableString.Invariant(text);
}
