using System.Globalization;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.PublicLog;

namespace WeChatMask.Operations;

/// <summary>Keeps what the last check of the log found, of everything and of single rounds, and lets one node check at a time.</summary>
public sealed class LogCheckStore(Database database) : ILogChecks
{
    private const string All = "all";

    // So many are kept as somebody reads on a page.
    private const int MostKept = 50;

    private const string Select = "SELECT subject, size, findings, wrong_rows, sentences, checked_at FROM log_check";

    /// <summary>The last check of everything; null where there was none.</summary>
    public Task<LogCheckReport?> LastAsync(CancellationToken cancellationToken) => FindAsync(All, cancellationToken);

    /// <summary>What was found of a round: right after its close, and by every check of everything since.</summary>
    public Task<LogCheckReport?> OfRoundAsync(DateOnly round, CancellationToken cancellationToken) => FindAsync(round.Column(), cancellationToken);

    /// <inheritdoc />
    async Task<LogCheck?> ILogChecks.NewestAsync(CancellationToken cancellationToken) =>
        await LastAsync(cancellationToken) is { } last ? new LogCheck(last.CheckedAt, last.Size, last.Findings, last.Read()) : null;

    /// <inheritdoc />
    async Task<long> ILogChecks.WrongRowsAsync(DateOnly round, CancellationToken cancellationToken) => (await OfRoundAsync(round, cancellationToken))?.WrongRows ?? 0;

    /// <summary>Those that found something, the one of everything first.</summary>
    public Task<List<LogCheckReport>> WrongAsync(CancellationToken cancellationToken) =>
        database.QueryAsync<LogCheckReport>($"{Select} WHERE findings > 0 AND checked_at IS NOT NULL ORDER BY subject DESC", cancellationToken: cancellationToken);

    /// <summary>Closed rounds that have not ended and were not looked at.</summary>
    internal async Task<IReadOnlyList<DateOnly>> UncheckedAsync(CancellationToken cancellationToken)
    {
        var closed = await database.QueryAsync<DateOnly>(
            "SELECT r.date FROM round r JOIN board_version v ON v.id = 1 WHERE r.closed_at IS NOT NULL AND r.ended_at IS NULL AND r.date >= v.log_from ORDER BY r.date",
            cancellationToken: cancellationToken);
        if (closed.Count == 0) return [];
        var known = await database.QueryAsync<string>("SELECT subject FROM log_check", cancellationToken: cancellationToken);
        return closed.FindAll(day => !known.Contains(day.Column(), StringComparer.Ordinal));
    }

    /// <summary>Takes the turn until an instant; false where another node has it.</summary>
    internal Task<bool> TakeAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await transaction.ExecuteAsync(
                """
                INSERT INTO log_check (subject, size, findings, wrong_rows, sentences)
                SELECT @All, 0, 0, 0, '[]' FROM board_version WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM log_check WHERE subject = @All)
                """,
                new { All });
            return await transaction.ExecuteAsync("UPDATE log_check SET busy_until = @until WHERE subject = @All AND busy_until < @now", new { until, now, All }) == 1;
        },
        cancellationToken);

    internal Task GiveBackAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => transaction.ExecuteAsync("UPDATE log_check SET busy_until = 0 WHERE subject = @All", new { All }), cancellationToken);

    internal Task SaveAsync(DateOnly round, LogCheckResult result, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => SaveAsync(transaction, round.Column(), result.WrongRows.GetValueOrDefault(round), result.Count, result.Findings, result.Size, now), cancellationToken);

    /// <summary>What a check of everything found. Rounds in which something is wrong, or was, are brought up to date.</summary>
    internal Task SaveAsync(LogCheckResult result, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await SaveAsync(transaction, All, result.WrongRows.Values.Sum(), result.Count, result.Findings, result.Size, now);
            var known = await transaction.QueryAsync<string>("SELECT subject FROM log_check WHERE findings > 0 AND subject <> @All", new { All });
            foreach (var day in result.WrongRows.Keys.Select(d => d.Column()).Union(known, StringComparer.Ordinal))
            {
                var own = result.Findings.Where(f => f.Key.StartsWith(day, StringComparison.Ordinal)).ToList();
                var rows = result.WrongRows.GetValueOrDefault(day.ToDay());
                await SaveAsync(transaction, day, rows, Math.Max(rows, own.Count), own, result.Size, now);
            }
        },
        cancellationToken);

    private static async Task SaveAsync(
        WriteTransaction transaction, string subject, long wrongRows, long count, IReadOnlyList<LogFinding> findings, long size, DateTimeOffset now)
    {
        var args = new { subject, size, count, wrongRows, sentences = JsonSerializer.Serialize(findings.Take(MostKept).Select(f => f.Nameless)), now };
        var rows = await transaction.ExecuteAsync(
            "UPDATE log_check SET size = @size, findings = @count, wrong_rows = @wrongRows, sentences = @sentences, checked_at = @now WHERE subject = @subject", args);
        if (rows == 0)
            await transaction.ExecuteAsync("INSERT INTO log_check (subject, size, findings, wrong_rows, sentences, checked_at) VALUES (@subject, @size, @count, @wrongRows, @sentences, @now)", args);
    }

    private async Task<LogCheckReport?> FindAsync(string subject, CancellationToken cancellationToken) =>
        await database.QueryOneAsync<LogCheckReport>($"{Select} WHERE subject = @subject AND checked_at IS NOT NULL", new { subject }, cancellationToken);
}

/// <summary>What a check of the log found, as pages show it.</summary>
public sealed class LogCheckReport
{
    /// <summary>A round's day; null where it was of everything.</summary>
    public DateOnly? Round => DateOnly.TryParseExact(Subject, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public string Subject { get; init; } = "";

    /// <summary>How many lines the log had.</summary>
    public long Size { get; init; }

    public long Findings { get; init; }

    /// <summary>How many bookings are not as the log says.</summary>
    public long WrongRows { get; init; }

    public DateTimeOffset CheckedAt { get; init; }

    public string Sentences { get; init; } = "[]";

    /// <summary>The first of what was found, in plain English.</summary>
    public IReadOnlyList<string> Read() => JsonSerializer.Deserialize<List<string>>(Sentences) ?? [];
}
