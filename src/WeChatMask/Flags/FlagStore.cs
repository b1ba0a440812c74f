using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Flags;

/// <summary>Leads flags on. Whoever does holds the flag's row, and says which version was seen.</summary>
public sealed class FlagStore(Database database, CityCalendar calendar)
{
    /// <summary>Brings a flag to a state, with an owner and a reason. The same request again changes nothing.</summary>
    public Task<Refusal> ChangeAsync(StaffMember staff, long id, FlagChange change, CancellationToken cancellationToken)
    {
        if (!RequestId.IsWellFormed(change.RequestId)) return Task.FromResult(Refusal.InvalidRequestId);
        var written = string.IsNullOrWhiteSpace(change.Words) ? "" : WrittenText.Of(change.Words, FlagRules.LongestWords).Text;
        return written is null ? Task.FromResult(Refusal.InvalidReason) : database.WriteAsync(t => ChangeAsync(t, staff, id, change, written), cancellationToken);
    }

    private async Task<Refusal> ChangeAsync(WriteTransaction transaction, StaffMember staff, long id, FlagChange change, string words)
    {
        var kept = await transaction.QueryOneAsync<Kept>($"SELECT status, owner, version, hits FROM flag WHERE id = @id{transaction.Engine.ForUpdate}", new { id });
        if (kept is null) return Refusal.UnknownFlag;
        var key = FormattableString.Invariant($"{staff.Id}:{change.RequestId}");
        if (await transaction.QueryOneAsync<Done>("SELECT flag_id, status FROM flag_step WHERE request_key = @key", new { key }) is { } done)
            return done.FlagId == id && done.Status == change.Status ? Refusal.None : Refusal.RequestUsed;
        if (kept.Version != change.Version) return Refusal.FlagChanged;
        var refusal = FlagRules.Judge(kept.Status, change.Status, words.Length > 0);
        if (refusal != Refusal.None) return refusal;
        var owner = string.IsNullOrWhiteSpace(change.Owner) ? change.Status == FlagStatus.Looking ? staff.Username : kept.Owner ?? staff.Username : change.Owner.Trim();
        // Who has looked after it before may have left since.
        if (owner != staff.Username && owner != kept.Owner && !await IsSupervisorAsync(transaction, owner)) return Refusal.UnknownOwner;
        var now = calendar.Now;
        await transaction.ExecuteAsync(
            """
            UPDATE flag SET status = @Status, owner = @owner, note = CASE WHEN @words = '' THEN note ELSE @words END, version = version + 1, changed_at = @now WHERE id = @id
            """,
            new { change.Status, owner, words, now, id });
        await transaction.ExecuteAsync(
            """
            INSERT INTO flag_step (id, flag_id, request_key, status, staff, owner, words, hits, created_at)
            VALUES (@step, @id, @key, @Status, @Username, @owner, @words, @Hits, @now)
            """,
            new { step = Ids.Next(), id, key, change.Status, staff.Username, owner, words, kept.Hits, now });
        var detail = owner == staff.Username ? words : $"{owner}: {words}";
        await AuditStore.AddAsync(transaction, now, staff.Username, ActionOf(change.Status), FormattableString.Invariant($"{id}"), detail.Length == 0 ? null : detail);
        return Refusal.None;
    }

    private static async Task<bool> IsSupervisorAsync(WriteTransaction transaction, string owner) => await transaction.ScalarAsync<long>(
        "SELECT COUNT(*) FROM staff WHERE username = @owner AND role = @supervisor AND disabled = @no", new { owner, supervisor = StaffRole.Supervisor, no = false }) > 0;

    private static string ActionOf(FlagStatus status) => status switch
    {
        FlagStatus.Explained => "flag.explain",
        FlagStatus.ActedUpon => "flag.act",
        _ => "flag.look",
    };

    private sealed class Kept
    {
        public FlagStatus Status { get; init; }
        public string? Owner { get; init; }
        public int Version { get; init; }
        public int Hits { get; init; }
    }

    private sealed class Done
    {
        public long FlagId { get; init; }
        public FlagStatus Status { get; init; }
    }
}
