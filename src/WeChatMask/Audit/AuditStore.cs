using WeChatMask.Data;

namespace WeChatMask.Audit;

/// <summary>Writes the append-only record of who read or changed personal data or stock, in the transaction that did it.</summary>
public static class AuditStore
{
    public const string Nobody = "-";

    /// <summary>Adds a line, in the transaction of the act itself.</summary>
    /// <remarks>
    /// The actor is a log-in name or <see cref="Nobody"/>, the action <c>thing.verb</c>, the subject a booking number, pharmacy code,
    /// day or log-in name. The detail never holds anything personal.
    /// </remarks>
    public static Task AddAsync(
        WriteTransaction transaction, DateTimeOffset at, string actor, string action, string subject, string? detail = null) =>
        transaction.ExecuteAsync(
            "INSERT INTO audit (id, at, actor, action, subject, detail) VALUES (@id, @at, @actor, @action, @subject, @detail)",
            new { id = Ids.Next(), at, actor, action, subject, detail });
}

/// <summary>Reads the audit.</summary>
public sealed class AuditQueries(Database database)
{
    /// <summary>The newest lines, newest first.</summary>
    public Task<List<AuditLine>> NewestAsync(int count, CancellationToken cancellationToken) => database.QueryAsync<AuditLine>(
        "SELECT id, at, actor, action, subject, detail FROM audit ORDER BY id DESC LIMIT @count", new { count }, cancellationToken);
}

/// <summary>One line of the audit.</summary>
public sealed class AuditLine
{
    public long Id { get; init; }
    public DateTimeOffset At { get; init; }
    public string Actor { get; init; } = "";
    public string Action { get; init; } = "";
    public string Subject { get; init; } = "";
    public string? Detail { get; init; }
}
