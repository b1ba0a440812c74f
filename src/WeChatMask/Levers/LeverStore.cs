using System.Text.Json;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Levers;

/// <summary>
/// Presses levers: one small transaction under the locks of all the round's pharmacies checks, makes hold what must hold at once, and
/// writes the lever down with its line in the audit. What touches many bookings follows pharmacy by pharmacy (<see cref="LeverWorkStore"/>).
/// </summary>
public sealed class LeverStore(Database database, LeverEffectQueries effects, CityCalendar calendar, Board board)
{
    public const int LongestReason = 60;

    private static readonly string[] Columns =
        ["id", "request_key", "kind", "round_date", "pharmacy_id", "reason", "detail", "staff", "created_at", "done_at", "undone_at"];

    /// <summary>
    /// Presses a lever whose preview has been <paramref name="seen"/>. The same request again, and another one after somebody made it
    /// so already, give the lever that did it.
    /// </summary>
    public async Task<LeverAnswer> PressAsync(
        StaffMember staff, LeverOrder order, string reason, string requestId, string? seen, CancellationToken cancellationToken)
    {
        var key = FormattableString.Invariant($"{staff.Id}:{requestId}");
        var answer = await database.WriteAsync(t => PressAsync(t, staff, order, reason, key, seen), cancellationToken);
        if (answer is { Refusal: Refusal.None, Repeated: false }) board.MarkChanged();
        return answer;
    }

    private async Task<LeverAnswer> PressAsync(WriteTransaction transaction, StaffMember staff, LeverOrder order, string reason, string key, string? seen)
    {
        // The locks keep bookings, hand-overs, the close and another press of the same lever out, on every node.
        await QuotaStore.LockAsync(transaction, order.Round);
        if (await LeverQueries.FindAsync(transaction, key) is { } pressed)
            return IsOf(pressed, order) ? new LeverAnswer(Refusal.None, pressed, Repeated: true) : new LeverAnswer(Refusal.RequestUsed);
        var effect = await effects.OfAsync(transaction.Connection, transaction.Transaction, order);
        if (effect.Earlier is { } earlier) return new LeverAnswer(Refusal.None, earlier, effect, Repeated: true);
        if (effect.Refusal != Refusal.None) return new LeverAnswer(effect.Refusal, Effect: effect);
        if (effect.Fingerprint != seen) return new LeverAnswer(Refusal.LeverChanged, Effect: effect);
        var now = calendar.Now;
        var detail = JsonSerializer.Serialize(new LeverDetail(effect.From, effect.To, effect.Bookings));
        var id = Ids.Next();
        await AddAsync(transaction, new Lever
        {
            Id = id, RequestKey = key, Kind = order.Kind, RoundDate = order.Round, PharmacyId = effect.PharmacyId, Reason = reason, Detail = detail,
            Staff = staff.Username, CreatedAt = now, DoneAt = effect.Told > 0 || order.Kind == LeverKind.Annul ? null : now,
        });
        await ApplyAsync(transaction, effect, id, reason, now);
        var subject = effect.PharmacyId is null ? order.Round.Column() : $"{order.Round.Column()} {order.Pharmacy}";
        await AuditStore.AddAsync(transaction, now, staff.Username, ActionOf(order.Kind), subject, AuditDetail(effect, reason));
        await QuotaStore.TouchBoardAsync(transaction);
        return new LeverAnswer(Refusal.None, await LeverQueries.FindAsync(transaction, key), effect);
    }

    /// <summary>Writes a lever down; its request key keeps it from being written twice.</summary>
    internal static Task AddAsync(WriteTransaction transaction, Lever lever) => transaction.InsertManyAsync(
        "lever",
        Columns,
        [
            new object?[]
            {
                lever.Id, lever.RequestKey, (int)lever.Kind, lever.RoundDate.Column(), lever.PharmacyId, lever.Reason, lever.Detail, lever.Staff,
                lever.CreatedAt.Column(), lever.DoneAt?.Column(), null,
            },
        ]);

    private static bool IsOf(Lever pressed, LeverOrder order) =>
        pressed.Kind == order.Kind && pressed.RoundDate == order.Round && pressed.PharmacyCode == order.Pharmacy
        && LeverEffectQueries.DetailOf(pressed).To == order.To;

    private static Task ApplyAsync(WriteTransaction transaction, LeverEffect effect, long lever, string reason, DateTimeOffset now)
    {
        var date = effect.Order.Round;
        return effect.Order.Kind switch
        {
            LeverKind.Postpone => PostponeAsync(transaction, date, effect.From!.Value, effect.To!.Value, now),
            LeverKind.Pause => transaction.ExecuteAsync(
                "UPDATE round SET paused_at = @now, pause_reason = @reason WHERE date = @date AND paused_at IS NULL", new { now, reason, date }),
            LeverKind.Reopen => ReopenAsync(transaction, date, now),
            LeverKind.Annul => AnnulAsync(transaction, date, reason, now),
            LeverKind.Close => CloseAsync(transaction, date, now),
            LeverKind.Extend => ExtendAsync(transaction, date, effect.PharmacyId, effect.To!.Value),
            LeverKind.Withdraw => WithdrawLeverStore.WithdrawAsync(transaction, effect, lever),
            // Nothing holds before each booking has moved.
            _ => Task.CompletedTask,
        };
    }

    private static async Task AnnulAsync(WriteTransaction transaction, DateOnly date, string reason, DateTimeOffset now)
    {
        await transaction.ExecuteAsync(
            """
            UPDATE round
               SET annulled_at = @now, annul_reason = @reason, paused_at = NULL, pause_reason = NULL,
                   phase = CASE WHEN closed_at IS NULL THEN @closed ELSE phase END, closed_at = COALESCE(closed_at, @now)
             WHERE date = @date AND annulled_at IS NULL
            """,
            new { now, reason, closed = RoundPhase.Closed, date });
        // Of one whose lists are out each booking is told by itself.
        if (await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM round WHERE date = @date AND published_at IS NULL", new { date }) > 0)
            transaction.Log(LogEntry.Close(date, CloseReason.Annulled, now.ToUnixTimeSeconds()));
    }

    private static async Task CloseAsync(WriteTransaction transaction, DateOnly date, DateTimeOffset now)
    {
        await transaction.ExecuteAsync(
            "UPDATE round SET closed_at = @now, phase = @closed, paused_at = NULL, pause_reason = NULL WHERE date = @date AND closed_at IS NULL",
            new { now, closed = RoundPhase.Closed, date });
        transaction.Log(LogEntry.Close(date, CloseReason.Time, now.ToUnixTimeSeconds()));
    }

    private static async Task PostponeAsync(WriteTransaction transaction, DateOnly date, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var by = (long)(to - from).TotalMilliseconds;
        await transaction.ExecuteAsync(
            """
            UPDATE round SET announced_opens_at = COALESCE(announced_opens_at, opens_at), closes_at = closes_at + @by, cancel_until = cancel_until + @by
             WHERE date = @date
            """,
            new { by, date });
        await transaction.ExecuteAsync("UPDATE round SET opens_at = opens_at + @by WHERE date = @date", new { by, date });
        await transaction.ExecuteAsync("UPDATE round_window SET opens_at = opens_at + @by, closes_at = closes_at + @by WHERE round_date = @date", new { by, date });
        await RoundLogStore.WindowsAsync(transaction, date);
        // Opened at the hour that had been announced after all: then nothing is postponed any more.
        await transaction.ExecuteAsync("UPDATE round SET announced_opens_at = NULL WHERE date = @date AND announced_opens_at = opens_at", new { date });
        await transaction.ExecuteAsync(
            "UPDATE lever SET undone_at = @now WHERE round_date = @date AND kind = @postpone AND undone_at IS NULL AND created_at < @now",
            new { now, date, postpone = LeverKind.Postpone });
    }

    private static async Task ReopenAsync(WriteTransaction transaction, DateOnly date, DateTimeOffset now)
    {
        await transaction.ExecuteAsync("UPDATE round SET paused_at = NULL, pause_reason = NULL WHERE date = @date", new { date });
        await transaction.ExecuteAsync(
            "UPDATE lever SET undone_at = @now WHERE round_date = @date AND kind = @pause AND undone_at IS NULL", new { now, date, pause = LeverKind.Pause });
    }

    private static async Task ExtendAsync(WriteTransaction transaction, DateOnly date, long? pharmacy, DateTimeOffset to)
    {
        if (pharmacy is { } one)
        {
            await transaction.ExecuteAsync("UPDATE pharmacy_round SET pickup_closes_at = @to WHERE round_date = @date AND pharmacy_id = @one", new { to, date, one });
            return;
        }

        await transaction.ExecuteAsync("UPDATE round SET pickup_closes_at = @to WHERE date = @date", new { to, date });
        await transaction.ExecuteAsync("UPDATE pharmacy_round SET pickup_closes_at = NULL WHERE round_date = @date AND pickup_closes_at <= @to", new { to, date });
    }

    private static string ActionOf(LeverKind kind) => kind switch
    {
        LeverKind.Postpone => "round.postpone",
        LeverKind.Pause => "round.pause",
        LeverKind.Reopen => "round.reopen",
        LeverKind.Annul => "round.annul",
        LeverKind.Close => "round.close",
        LeverKind.Extend => "pickup.extend",
        LeverKind.Move => "pickup.move",
        LeverKind.Withdraw => "pharmacy.withdraw",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This lever is not pressed here."),
    };

    private string AuditDetail(LeverEffect effect, string reason) => effect.To is { } to
        ? FormattableString.Invariant($"{calendar.Local(effect.From!.Value):yyyy-MM-dd HH:mm} -> {calendar.Local(to):yyyy-MM-dd HH:mm}, {effect.Bookings} bookings: {reason}")
        : FormattableString.Invariant($"{effect.Bookings} bookings: {reason}");
}
