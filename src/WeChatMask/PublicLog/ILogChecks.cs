namespace WeChatMask.PublicLog;

/// <summary>What was found when the whole log was last held against the rows that it tells of.</summary>
public interface ILogChecks
{
    /// <summary>The last look; null where there was none.</summary>
    Task<LogCheck?> NewestAsync(CancellationToken cancellationToken);
}

/// <summary>A look through the log up to a size.</summary>
public sealed record LogCheck(DateTimeOffset At, long Size, IReadOnlyList<LogCheckFinding> Findings)
{
    /// <summary>How many rows of a round are not as the log says.</summary>
    public int Of(DateOnly round) => Findings.Count(f => f.Round == round);
}

/// <summary>A row that is not as the log says: which, and both values, as whoever mends it reads it.</summary>
public sealed record LogCheckFinding(DateOnly? Round, string Text);

/// <summary>Nobody looks.</summary>
internal sealed class NoLogChecks : ILogChecks
{
    public Task<LogCheck?> NewestAsync(CancellationToken cancellationToken) => Task.FromResult<LogCheck?>(null);
}
