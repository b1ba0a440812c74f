namespace WeChatMask.PublicLog;

/// <summary>What was found when the whole log was last held against the rows that it tells of.</summary>
public interface ILogChecks
{
    /// <summary>The last look; null where there was none.</summary>
    Task<LogCheck?> NewestAsync(CancellationToken cancellationToken);

    /// <summary>How many rows of a round's lists are not as the log says, by the last look.</summary>
    Task<long> WrongRowsAsync(DateOnly round, CancellationToken cancellationToken);
}

/// <summary>A look through the log up to a size. Sentences are for whoever mends it, and may be fewer than the findings.</summary>
public sealed record LogCheck(DateTimeOffset At, long Size, long Findings, IReadOnlyList<string> Sentences);
