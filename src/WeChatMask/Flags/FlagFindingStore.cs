using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Settings;

namespace WeChatMask.Flags;

/// <summary>
/// Writes down what was found: a kind, day and subject once, however often and on how many nodes it is looked for. One that has more rows
/// than it had is brought up to date, and is open again if it was closed.
/// </summary>
public sealed class FlagFindingStore(Database database, CityCalendar calendar)
{
    /// <summary>Rows of one flag that are written down; how many there are its hits tell.</summary>
    public const int MostRows = 500;

    private const int Portion = 50;

    private static readonly string[] Columns =
    [
        "id", "flag_key", "kind", "flag_day", "pharmacy_id", "staff_id", "booking_id", "hits", "measured", "threshold", "first_at", "last_at", "status", "owner", "note", "version", "found_at",
        "grown_at", "changed_at",
    ];

    private static readonly string[] RowColumns = ["flag_id", "source", "row_id", "happened_at"];
    private static readonly string[] StepColumns = ["id", "flag_id", "request_key", "status", "staff", "owner", "words", "hits", "created_at"];

    /// <summary>Days, oldest first, that have not been looked through since they ended, or since something of them was told later; and today.</summary>
    public async Task<IReadOnlyList<DateOnly>> DueAsync(CancellationToken cancellationToken)
    {
        var today = calendar.Today;
        var oldest = today.AddDays(-(int)Math.Ceiling(OfflineRules.LongestSilence.TotalDays) - 1);
        var looked = (await database.QueryAsync<Look>("SELECT flag_day, looked_at FROM flag_look WHERE flag_day >= @oldest", new { oldest }, cancellationToken))
            .ToDictionary(l => l.FlagDay, l => l.LookedAt);
        var told = (await database.QueryAsync<Heard>(
                "SELECT claimed_at, heard_at FROM offline_hand_over WHERE heard_at >= @since", new { since = calendar.Instant(oldest, TimeOnly.MinValue) }, cancellationToken))
            .ToLookup(h => calendar.DateOf(h.ClaimedAt), h => h.HeardAt);
        return
        [
            .. Enumerable.Range(0, today.DayNumber - oldest.DayNumber).Select(oldest.AddDays)
                .Where(day => !looked.TryGetValue(day, out var at) || at < calendar.Instant(day.AddDays(1), TimeOnly.MinValue) || told[day].Any(heard => heard >= at)),
            today,
        ];
    }

    /// <summary>Says that a day was looked through, by what stood there at an instant.</summary>
    public Task LookedAsync(DateOnly day, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            if (await transaction.ExecuteAsync("UPDATE flag_look SET looked_at = @at WHERE flag_day = @day AND looked_at < @at", new { day, at }) > 0) return;
            if (await transaction.ScalarAsync<long>("SELECT COUNT(*) FROM flag_look WHERE flag_day = @day", new { day }) > 0) return;
            await transaction.ExecuteAsync("INSERT INTO flag_look (flag_day, looked_at) VALUES (@day, @at)", new { day, at });
        },
        cancellationToken);

    /// <summary>Writes findings down. Returns how many are new or have grown.</summary>
    public async Task<int> KeepAsync(IReadOnlyCollection<FlagFinding> findings, CancellationToken cancellationToken)
    {
        var kept = 0;
        // In one order, so that two nodes do not hold what the other one waits for.
        foreach (var portion in findings.OrderBy(f => f.Key, StringComparer.Ordinal).Chunk(Portion))
            kept += await database.WriteAsync(transaction => KeepAsync(transaction, portion), cancellationToken);
        return kept;
    }

    private async Task<int> KeepAsync(WriteTransaction transaction, FlagFinding[] findings)
    {
        string[] keys = [.. findings.Select(f => f.Key)];
        var known = (await transaction.QueryAsync<Kept>(
                $"SELECT id, flag_key, hits, status, owner FROM flag WHERE flag_key {transaction.Engine.AnyOf("keys")} ORDER BY flag_key{transaction.Engine.ForUpdate}", new { keys }))
            .ToDictionary(k => k.FlagKey, StringComparer.Ordinal);
        var now = calendar.Now;
        FlagFinding[] fresh = [.. findings.Where(f => !known.ContainsKey(f.Key))];
        var ids = fresh.ToDictionary(f => f.Key, _ => Ids.Next(), StringComparer.Ordinal);
        await transaction.InsertManyAsync("flag", Columns, [.. fresh.Select(f => FlagOf(ids[f.Key], f, now))]);
        await transaction.InsertManyAsync("flag_row", RowColumns, [.. fresh.SelectMany(f => f.Rows.Take(MostRows).Select(r => RowOf(ids[f.Key], r)))]);
        FlagFinding[] grown = [.. findings.Where(f => known.TryGetValue(f.Key, out var k) && f.Rows.Count > k.Hits)];
        foreach (var finding in grown) await GrowAsync(transaction, known[finding.Key], finding, now);
        return fresh.Length + grown.Length;
    }

    private static async Task GrowAsync(WriteTransaction transaction, Kept kept, FlagFinding finding, DateTimeOffset now)
    {
        var status = FlagRules.IsClosed(kept.Status) ? FlagStatus.New : kept.Status;
        await transaction.ExecuteAsync(
            """
            UPDATE flag
               SET hits = @hits, measured = @Measured, threshold = @Threshold, first_at = @first, last_at = @last, status = @status, version = version + 1, grown_at = @now, changed_at = @now
             WHERE id = @Id
            """,
            new
            {
                hits = finding.Rows.Count, finding.Measured, finding.Threshold, first = finding.Rows.Min(r => r.At), last = finding.Rows.Max(r => r.At), status, now, kept.Id,
            });
        var have = (await transaction.QueryAsync<Known>("SELECT source, row_id FROM flag_row WHERE flag_id = @Id", new { kept.Id })).Select(k => (k.Source, k.RowId)).ToHashSet();
        await transaction.InsertManyAsync(
            "flag_row", RowColumns, [.. finding.Rows.Where(r => !have.Contains((r.Source, r.Id))).Take(MostRows - Math.Min(MostRows, have.Count)).Select(r => RowOf(kept.Id, r))]);
        await transaction.InsertManyAsync(
            "flag_step",
            StepColumns,
            [[Ids.Next(), kept.Id, FormattableString.Invariant($"grown:{kept.Id}:{finding.Rows.Count}"), (int)status, null, kept.Owner, "", finding.Rows.Count, now.Column()]]);
        if (status != kept.Status)
            await AuditStore.AddAsync(transaction, now, AuditStore.Nobody, "flag.reopen", FormattableString.Invariant($"{kept.Id}"), FormattableString.Invariant($"{kept.Hits} -> {finding.Rows.Count}"));
    }

    private static object?[] FlagOf(long id, FlagFinding f, DateTimeOffset now) =>
    [
        id, f.Key, (int)f.Kind, f.Day.Column(), f.Pharmacy, f.Staff, f.Booking, f.Rows.Count, f.Measured, f.Threshold, f.Rows.Min(r => r.At).Column(), f.Rows.Max(r => r.At).Column(),
        (int)FlagStatus.New, null, "", 1, now.Column(), null, now.Column(),
    ];

    private static object?[] RowOf(long flag, FlagEvidence row) => [flag, (int)row.Source, row.Id, row.At.Column()];

    private sealed class Look
    {
        public DateOnly FlagDay { get; init; }
        public DateTimeOffset LookedAt { get; init; }
    }

    private sealed class Heard
    {
        public DateTimeOffset ClaimedAt { get; init; }
        public DateTimeOffset HeardAt { get; init; }
    }

    private sealed class Kept
    {
        public long Id { get; init; }
        public string FlagKey { get; init; } = "";
        public int Hits { get; init; }
        public FlagStatus Status { get; init; }
        public string? Owner { get; init; }
    }

    private sealed class Known
    {
        public FlagSource Source { get; init; }
        public long RowId { get; init; }
    }
}
