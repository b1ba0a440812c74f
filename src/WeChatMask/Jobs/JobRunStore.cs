using WeChatMask.Data;

namespace WeChatMask.Jobs;

/// <summary>The rows of the run history.</summary>
public sealed class JobRunStore(Database database)
{
    private const string Select = "SELECT id, job, node, started_at, ended_at, outcome, done, problem FROM job_run";

    public Task AddAsync(JobRun run, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            """
            INSERT INTO job_run (id, job, node, started_at, ended_at, outcome, done, problem)
            VALUES (@Id, @Job, @Node, @StartedAt, @EndedAt, @Outcome, @Done, @Problem)
            """,
            run),
        cancellationToken);

    /// <summary>The newest runs, newest first; of one outcome, if it is given.</summary>
    public Task<List<JobRun>> NewestAsync(int count, JobOutcome? outcome, CancellationToken cancellationToken) => database.QueryAsync<JobRun>(
        $"{Select} {(outcome is null ? "" : "WHERE outcome = @outcome")} ORDER BY id DESC LIMIT @count", new { count, outcome }, cancellationToken);

    /// <summary>The newest run of each job and outcome.</summary>
    public Task<List<JobRun>> LastAsync(CancellationToken cancellationToken) => database.QueryAsync<JobRun>(
        $"{Select} WHERE id IN (SELECT MAX(id) FROM job_run GROUP BY job, outcome)", cancellationToken: cancellationToken);

    /// <summary>Jobs that have failed since an instant and not worked after it, by name.</summary>
    public Task<List<FailingJob>> FailingAsync(DateTimeOffset since, CancellationToken cancellationToken) => database.QueryAsync<FailingJob>(
        """
        SELECT r.job, COUNT(*) AS failures, MIN(r.started_at) AS since
          FROM job_run r
         WHERE r.outcome = @failed AND r.ended_at >= @since
           AND NOT EXISTS (SELECT 1 FROM job_run later WHERE later.job = r.job AND later.id > r.id AND later.outcome = @done)
         GROUP BY r.job
         ORDER BY r.job
        """,
        new { failed = JobOutcome.Failed, done = JobOutcome.Done, since },
        cancellationToken);
}

public sealed class FailingJob
{
    public string Job { get; init; } = "";
    public long Failures { get; init; }
    public DateTimeOffset Since { get; init; }
}
