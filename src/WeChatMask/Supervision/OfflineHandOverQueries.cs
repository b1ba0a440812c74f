using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Supervision;

/// <summary>Reads the hand-overs that were made without a network.</summary>
public sealed class OfflineHandOverQueries(Database database)
{
    private const string Select = """
        SELECT o.id, o.number, o.round_date, o.units, o.claimed_at, o.heard_at, o.conflict, o.after_lapse, o.short_round,
               o.reviewed_at, o.reviewed_by, o.review_note, p.code AS pharmacy_code, p.name AS pharmacy_name, s.username AS clerk
          FROM offline_hand_over o
          JOIN pharmacy p ON p.id = o.pharmacy_id
          JOIN staff s    ON s.id = o.staff_id
        """;

    private const string NeedsReview = "(o.conflict <> @none OR o.after_lapse = @late) AND o.reviewed_at IS NULL";

    /// <summary>Those that a supervisor should look at: flagged, or heard of only after the booking had lapsed. Oldest first.</summary>
    public Task<List<OfflineHandOverRow>> OpenAsync(int count, CancellationToken cancellationToken) => database.QueryAsync<OfflineHandOverRow>(
        $"{Select} WHERE {NeedsReview} ORDER BY o.id LIMIT @count", new { count, none = OfflineConflict.None, late = true }, cancellationToken);

    /// <summary>The newest ones, whatever became of them.</summary>
    public Task<List<OfflineHandOverRow>> NewestAsync(int count, CancellationToken cancellationToken) => database.QueryAsync<OfflineHandOverRow>(
        $"{Select} ORDER BY o.id DESC LIMIT @count", new { count }, cancellationToken);

    public Task<long> OpenCountAsync(CancellationToken cancellationToken) => database.ScalarAsync<long>(
        $"SELECT COUNT(*) FROM offline_hand_over o WHERE {NeedsReview}", new { none = OfflineConflict.None, late = true }, cancellationToken);
}

/// <summary>A hand-over made without a network: claimed at the phone's time, heard at ours.</summary>
public sealed class OfflineHandOverRow
{
    public long Id { get; init; }
    public string PharmacyCode { get; init; } = "";
    public string PharmacyName { get; init; } = "";
    public string Clerk { get; init; } = "";
    public string Number { get; init; } = "";
    public DateOnly? RoundDate { get; init; }
    public int Units { get; init; }
    public DateTimeOffset ClaimedAt { get; init; }
    public DateTimeOffset HeardAt { get; init; }
    public OfflineConflict Conflict { get; init; }
    public bool AfterLapse { get; init; }
    public DateOnly? ShortRound { get; init; }
    public DateTimeOffset? ReviewedAt { get; init; }
    public string? ReviewedBy { get; init; }
    public string? ReviewNote { get; init; }
}
