using WeChatMask.Data;

namespace WeChatMask.Audit;

/// <summary>Reads the audit, newest first.</summary>
public sealed class AuditQueries(Database database)
{
    private const string Select = "SELECT id, at, actor, action, subject, detail, counted FROM audit";

    /// <summary>The newest lines.</summary>
    public Task<List<AuditLine>> NewestAsync(int count, CancellationToken cancellationToken) =>
        database.QueryAsync<AuditLine>($"{Select} ORDER BY id DESC LIMIT @count", new { count }, cancellationToken);

    /// <summary>The lines that a filter lets through, from one position on.</summary>
    public Task<List<AuditLine>> PageAsync(AuditFilter filter, AuditPosition? after, int take, CancellationToken cancellationToken)
    {
        // Only what is asked for is compared, so that each question has its index.
        List<string> where = ["at >= @From", "at < @Until"];
        if (filter.Actor.Length > 0) where.Add("actor = @Actor");
        if (filter.Action.Length > 0) where.Add("action = @Action");
        if (filter.Subject.Length > 0) where.Add("subject = @Subject");
        if (after is not null) where.Add("at <= @At AND (at < @At OR id < @Id)");
        return database.QueryAsync<AuditLine>(
            $"{Select} WHERE {string.Join(" AND ", where)} ORDER BY at DESC, id DESC LIMIT @take",
            new { filter.From, filter.Until, filter.Actor, filter.Action, filter.Subject, after?.At, after?.Id, take },
            cancellationToken);
    }
}

/// <summary>Which lines are wanted: from an instant until before another, and where a text is not empty, exactly with it.</summary>
public sealed record AuditFilter(DateTimeOffset From, DateTimeOffset Until, string Actor = "", string Action = "", string Subject = "");

/// <summary>A line's place in the order: the page goes on after it.</summary>
public sealed record AuditPosition(DateTimeOffset At, long Id);

/// <summary>One line of the audit.</summary>
public sealed class AuditLine
{
    public long Id { get; init; }
    public DateTimeOffset At { get; init; }
    public string Actor { get; init; } = "";
    public string Action { get; init; } = "";
    public string Subject { get; init; } = "";
    public string? Detail { get; init; }

    /// <summary>How often within the hour that begins with <see cref="At"/>; 1 for what has a line of its own.</summary>
    public int Counted { get; init; }
}
