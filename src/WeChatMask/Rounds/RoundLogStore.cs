using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.Rounds;

/// <summary>What the public log is told of rounds before they are booked: rules, hours, places, and where places come from.</summary>
public sealed class RoundLogStore(Database database, LogStore log, RoundKeyStore keys, CityCalendar calendar)
{
    /// <summary>Of a booking <c>b</c>: its hand-over was taken back after its round's end. In the log it has lapsed with that, and can only be handed over again.</summary>
    internal const string HasLapsed =
        "EXISTS (SELECT 1 FROM redemption d JOIN round e ON e.date = d.round_date WHERE d.booking_id = b.id AND d.voided_at >= e.ended_at)";

    /// <summary>
    /// Begins the log where it has not begun, with the rules and the announced rounds of a city that may have run for long. Rounds that
    /// have opened stay outside.
    /// </summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(async c => (await LogStore.HeadAsync(c, null)).LogFrom is not null, cancellationToken)) return;
        await database.WriteAsync(t => BeginAsync(t, null), cancellationToken);
    }

    /// <summary>Gives the log up, and begins the one that goes on in its place as a first one begins.</summary>
    public Task ForkAsync(LogFork fork, CancellationToken cancellationToken) => database.WriteAsync(t => BeginAsync(t, fork), cancellationToken);

    private async Task BeginAsync(WriteTransaction transaction, LogFork? fork)
    {
        var now = calendar.Now;
        var announced = await transaction.QueryAsync<DateOnly>("SELECT date FROM round WHERE opens_at > @now AND closed_at IS NULL ORDER BY date", new { now });
        foreach (var day in announced) await QuotaStore.LockAsync(transaction, day);
        var head = await LogStore.LockAsync(transaction);
        if (fork is not null) await LogForkStore.GiveUpAsync(transaction, head, fork);
        else if (head.LogFrom is not null) return;
        var begun = await transaction.ScalarAsync<string?>("SELECT MAX(date) FROM round WHERE opens_at <= @now OR closed_at IS NOT NULL", new { now });
        var from = begun?.ToDay().AddDays(1) ?? DateOnly.MinValue;
        await (fork is null ? log.BeginAsync(transaction, from) : log.BeginAsync(transaction, from, fork.Origin, [fork.Entry]));
        foreach (var policy in await transaction.QueryAsync<(DateOnly From, string Document, DateTimeOffset At)>("SELECT effective_from, document, created_at FROM policy ORDER BY id"))
            transaction.Log([LogEntry.Policy(policy.From, await LogDocumentStore.PutAsync(transaction, policy.Document), now.ToUnixTimeSeconds())]);
        foreach (var day in announced) await PlannedAsync(transaction, day);
        foreach (var sent in await SentAsync(transaction, announced)) transaction.Log([sent.Entry(1)]);
    }

    /// <summary>Tells of a round that was planned, or planned anew: its hours and all its places.</summary>
    public async Task PlannedAsync(WriteTransaction transaction, DateOnly date)
    {
        var round = (await transaction.QueryOneAsync<Planned>(
            "SELECT r.pickup_date, r.units_per_booking, p.document FROM round r JOIN policy p ON p.id = r.policy_id WHERE r.date = @date", new { date }))!;
        var at = Second(transaction);
        var key = await keys.MakeAsync(transaction, date);
        transaction.Log([LogEntry.Round(date, round.PickupDate, isDraw: false, round.UnitsPerBooking, LogDocumentStore.HashOf(round.Document), key, at)]);
        await WindowsAsync(transaction, date);
        await PlacesAsync(transaction, date);
    }

    /// <summary>Tells of the hours of a round's windows.</summary>
    public static async Task WindowsAsync(WriteTransaction transaction, DateOnly date)
    {
        var windows = await transaction.QueryAsync<(int Index, DateTimeOffset OpensAt, DateTimeOffset ClosesAt)>(
            "SELECT window_index, opens_at, closes_at FROM round_window WHERE round_date = @date ORDER BY window_index", new { date });
        var at = Second(transaction);
        transaction.Log(windows.Select(w => LogEntry.Window(date, w.Index, w.OpensAt.ToUnixTimeSeconds(), w.ClosesAt.ToUnixTimeSeconds(), at)));
    }

    /// <summary>Tells of the places of a round as they are now, of some pharmacies or of all.</summary>
    public static async Task PlacesAsync(WriteTransaction transaction, DateOnly round, IReadOnlyCollection<long>? pharmacies = null)
    {
        if (pharmacies is { Count: 0 }) return;
        var places = await transaction.QueryAsync<Places>(
            $"""
            SELECT p.code, q.window_index, q.planned + q.moved_in - q.moved_out AS planned, q.carried_in
              FROM quota q
              JOIN pharmacy p ON p.id = q.pharmacy_id
             WHERE q.round_date = @round {(pharmacies is null ? "" : $"AND q.pharmacy_id {transaction.Engine.AnyOf("pharmacies")}")}
             ORDER BY p.code, q.window_index
            """,
            pharmacies is null ? new { round } : new { round, pharmacies = pharmacies.ToArray() });
        var at = Second(transaction);
        transaction.Log(places.Select(p => LogEntry.Quota(round, p.Code, p.WindowIndex, p.Planned, p.CarriedIn, at)));
    }

    /// <summary>What was given to rounds, posting by posting.</summary>
    internal static async Task<IReadOnlyList<SentPlaces>> SentAsync(WriteTransaction transaction, IReadOnlyCollection<DateOnly> to, IReadOnlyCollection<long>? ids = null) => to.Count == 0
        ? []
        : await transaction.QueryAsync<SentPlaces>(
            $"""
            SELECT c.from_round, c.to_round, p.code, c.left_over, c.lapsed, c.cancelled, c.difference + c.converted AS difference
              FROM carry_over c
              JOIN pharmacy p ON p.id = c.pharmacy_id
             WHERE c.to_round {transaction.Engine.AnyOf("days")} {(ids is null ? "" : $"AND c.id {transaction.Engine.AnyOf("ids")}")}
             ORDER BY c.id
            """,
            new { days = to.Select(r => r.Column()).ToArray(), ids = ids?.ToArray() ?? [] });

    private static long Second(WriteTransaction transaction) => transaction.Engine.Now.ToUnixTimeSeconds();

    private sealed class Planned
    {
        public DateOnly PickupDate { get; init; }
        public int UnitsPerBooking { get; init; }
        public string Document { get; init; } = "";
    }

    private sealed class Places
    {
        public string Code { get; init; } = "";
        public int WindowIndex { get; init; }
        public int Planned { get; init; }
        public int CarriedIn { get; init; }
    }
}

/// <summary>Places that a round gave to a later one.</summary>
internal sealed class SentPlaces
{
    public DateOnly FromRound { get; init; }
    public DateOnly ToRound { get; init; }
    public string Code { get; init; } = "";
    public int LeftOver { get; init; }
    public int Lapsed { get; init; }
    public int Cancelled { get; init; }
    public int Difference { get; init; }

    /// <summary>The line that tells of it, or with -1 the one that takes it back.</summary>
    public LogEntry Entry(int sign) => LogEntry.Carry(FromRound, ToRound, Code, sign * LeftOver, sign * Lapsed, sign * Cancelled, sign * Difference);
}
