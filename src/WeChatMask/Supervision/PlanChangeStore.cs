using System.Text.Json;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Supervision;

/// <summary>Changes the plan of a day as it was shown: the lines, an announced round's places, the public notice and the audit, all or nothing.</summary>
public sealed class PlanChangeStore(Database database, PlanChangeQueries queries, RoundQueries rounds, ReplanStore replan, CityCalendar calendar, Board board)
{
    public const int LongestReason = 100;

    /// <summary>Changes it. What was <paramref name="seen"/> is the fingerprint of the preview.</summary>
    public async Task<PlanAnswer> ChangeAsync(
        StaffMember staff, DateOnly date, IReadOnlyList<PlanRow> rows, string reason, string requestId, string? seen, CancellationToken cancellationToken)
    {
        var key = FormattableString.Invariant($"{staff.Id}:{requestId}");
        var answer = await database.WriteAsync(t => ChangeAsync(t, staff.Username, date, rows, reason, key, seen), cancellationToken);
        if (answer is { Refusal: Refusal.None, Repeated: false }) board.MarkChanged();
        return answer;
    }

    /// <summary>Says that there is to be no round on a day whose round has not been made, or that there is one after all.</summary>
    public async Task<Refusal> SetNoRoundAsync(string actor, DateOnly date, bool noRound, string reason, CancellationToken cancellationToken)
    {
        var refusal = await database.WriteAsync(
            async transaction =>
            {
                await PlanDayStore.LockAsync(transaction, date);
                var day = await queries.DayAsync(transaction.Connection, transaction.Transaction, date);
                if (day.State == PlanDayState.Announced) return Refusal.RoundIsAnnounced;
                // A day that would have opened already cannot get its round any more.
                if (day.State is not (PlanDayState.Free or PlanDayState.NoRound) || date == calendar.Today) return day.State == PlanDayState.None ? Refusal.InvalidDate : Refusal.RoundHasOpened;
                if (day.State == PlanDayState.NoRound == noRound) return Refusal.None;
                await PlanDayStore.SetNoRoundAsync(transaction, date, noRound ? reason : null);
                await AuditStore.AddAsync(transaction, calendar.Now, actor, noRound ? "plan.noround" : "plan.round", date.Column(), reason);
                await QuotaStore.TouchBoardAsync(transaction);
                return Refusal.None;
            },
            cancellationToken);
        if (refusal == Refusal.None) board.MarkChanged();
        return refusal;
    }

    private async Task<PlanAnswer> ChangeAsync(
        WriteTransaction transaction, string actor, DateOnly date, IReadOnlyList<PlanRow> rows, string reason, string key, string? seen)
    {
        await PlanDayStore.LockAsync(transaction, date);
        await QuotaStore.LockAsync(transaction, date);
        if (await transaction.QueryOneAsync<Known>("SELECT round_date, fingerprint FROM plan_change WHERE request_key = @key", new { key }) is { } known)
            return known.RoundDate == date && known.Fingerprint == seen ? new PlanAnswer(Refusal.None, Repeated: true) : new PlanAnswer(Refusal.RequestUsed);
        var effect = await queries.EffectAsync(transaction.Connection, transaction.Transaction, date, rows);
        if (effect.Refusal != Refusal.None) return new PlanAnswer(effect.Refusal, effect);
        if (effect.Fingerprint != seen) return new PlanAnswer(Refusal.PlanChanged, effect);
        if (effect.Changes.Count == 0) return new PlanAnswer(Refusal.None, effect, Repeated: true);
        await PutLinesAsync(transaction, date, effect.Lines);
        if (effect.Day.State == PlanDayState.Announced) await replan.ReplanPlacesAsync(transaction, (await rounds.FindAsync(transaction.Connection, transaction.Transaction, date))!);
        var now = calendar.Now;
        var detail = new PlanNoticeDetail(effect.Day.Total, effect.TotalAfter, [.. effect.Changes.Select(c => new PlanNoticeLine(c.Pharmacy.Code, c.Pharmacy.Name, c.Pharmacy.Places, c.After))]);
        await transaction.ExecuteAsync(
            """
            INSERT INTO plan_change (id, request_key, fingerprint, round_date, reason, detail, staff, created_at)
            VALUES (@id, @key, @seen, @date, @reason, @detail, @actor, @now)
            """,
            new { id = Ids.Next(), key, seen, date, reason, detail = JsonSerializer.Serialize(detail, JsonSerializerOptions.Web), actor, now });
        await AuditStore.AddAsync(transaction, now, actor, "plan.change", date.Column(), FormattableString.Invariant(
            $"{effect.Changes.Count} pharmacies, {effect.Day.Total} -> {effect.TotalAfter} places: {reason}"));
        await QuotaStore.TouchBoardAsync(transaction);
        return new PlanAnswer(Refusal.None, effect);
    }

    // Who gets what the rules give needs no line, and follows them again.
    private static async Task PutLinesAsync(WriteTransaction transaction, DateOnly date, IReadOnlyList<PlanChange> changes)
    {
        await transaction.ExecuteAsync(
            $"DELETE FROM plan_place WHERE round_date = @date AND pharmacy_id {transaction.Engine.AnyOf("pharmacies")}",
            new { date, pharmacies = changes.Select(c => c.Pharmacy.Id).ToArray() });
        await transaction.InsertManyAsync(
            "plan_place",
            ["round_date", "pharmacy_id", "window_index", "places"],
            [
                .. changes.Where(c => !c.After.SequenceEqual(c.Pharmacy.ByRules)).SelectMany(c => c.After.Select(
                    (places, i) => new object?[] { date.Column(), c.Pharmacy.Id, i + 1, places })),
            ]);
    }

    private sealed class Known
    {
        public DateOnly RoundDate { get; init; }
        public string Fingerprint { get; init; } = "";
    }
}
