using System.Diagnostics;

namespace WeChatMask.Web;

/// <summary>
/// Reads sessions for whole rushes of requests: while one statement is under way, those who come next gather and share the
/// one after it. What was read is kept until the number of <paramref name="change"/> is another, which is asked for anew for
/// everybody who comes: no statement that began before the question answers it, so an ended log-in is over with the commit
/// that ended it.
/// </summary>
/// <param name="read">The sessions that there are of those hashes.</param>
/// <param name="change">The number that whoever ends a session raises in the same transaction.</param>
/// <param name="slow">How long a failure must have taken to count as slow.</param>
internal sealed class SessionReads(Func<IReadOnlyList<string>, Task<List<SessionRow>>> read, Func<Task<long>> change, TimeSpan? slow = null)
{
    // A statement's hashes, and those who are answered in one go.
    private const int Most = 64;
    private const int MostTogether = 1024;

    private static readonly TimeSpan UsuallySlow = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly Queue<Question> waiting = new();
    private readonly KeptSessions kept = new();
    private long? known;
    private bool isReading;

    /// <summary>The session by its hash, or null. It may be awaited no longer than the caller likes; the read goes on for the others.</summary>
    public Task<SessionRow?> FindAsync(string hash)
    {
        var question = new Question(hash);
        lock (gate)
        {
            waiting.Enqueue(question);
            if (isReading) return question.Answer.Task;
            isReading = true;
        }

        // Not on the caller's own time: whoever comes first would answer for all who follow.
        _ = Task.Run(AnswerAsync);
        return question.Answer.Task;
    }

    private async Task AnswerAsync()
    {
        while (TakeWaiting() is { Count: > 0 } batch)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                await LookAsync(batch);
                foreach (var question in batch) question.Answer.TrySetResult(question.Found);
            }
#pragma warning disable CA1031 // Whatever it was, everybody who asked is told, and the next are read again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                foreach (var question in batch) question.Answer.TrySetException(e);
                // A database that took this long to fail is silent: those at the end would wait that long many times over.
                if (Stopwatch.GetElapsedTime(began) >= (slow ?? UsuallySlow)) FailWaiting(e);
            }

            // Whoever is ready to ask goes first, so that many share the next look.
            await Task.Yield();
        }
    }

    private async Task LookAsync(List<Question> batch)
    {
        // Before the rows: what ends while they are read is another number the next time.
        var number = await change();
        if (number != known) kept.Clear();
        known = number;
        List<Question>? missing = null;
        foreach (var question in batch)
        {
            question.Found = kept.Find(question.Hash);
            if (question.Found is null) (missing ??= []).Add(question);
        }

        if (missing is null) return;
        foreach (var some in missing.Chunk(Most))
        {
            foreach (var row in await read([.. some.Select(q => q.Hash).Distinct(StringComparer.Ordinal)])) kept.Add(row);
            foreach (var question in some) question.Found = kept.Find(question.Hash);
        }
    }

    private void FailWaiting(Exception cause)
    {
        lock (gate)
        {
            while (waiting.TryDequeue(out var question)) question.Answer.TrySetException(cause);
        }
    }

    private List<Question> TakeWaiting()
    {
        lock (gate)
        {
            var batch = new List<Question>(Math.Min(MostTogether, waiting.Count));
            while (batch.Count < MostTogether && waiting.TryDequeue(out var question)) batch.Add(question);
            isReading = batch.Count > 0;
            return batch;
        }
    }

    private sealed record Question(string Hash)
    {
        public SessionRow? Found { get; set; }

        public TaskCompletionSource<SessionRow?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
