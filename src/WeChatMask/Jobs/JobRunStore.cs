using WeChatMask.Data;

namespace WeChatMask.Jobs;

/// <summary>The rows of the run history.</summary>
public sealed class JobRunStore(Database database)
{
    public Task AddAsync(JobRun run, CancellationToken cancellationToken) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            """
            INSERT INTO job_run (id, job, node, started_at, ended_at, outcome, done, problem)
            VALUES (@Id, @Job, @Node, @StartedAt, @EndedAt, @Outcome, @Done, @Problem)
            """,
            run),
        cancellationToken);

    /// <summary>The newest runs, newest first.</summary>
    public Task<List<JobRun>> NewestAsync(int count, CancellationToken cancellationToken) => database.QueryAsync<JobRun>(
        "SELECT id, job, node, started_at, ended_at, outcome, done, problem FROM job_run ORDER BY id DESC LIMIT @count",
        new { count },
        cancellationToken);
}
