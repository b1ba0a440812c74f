using System.Diagnostics;

namespace WeChatMask.Web;

/// <summary>
/// Reads sessions for whole rushes of requests: while one statement is under way, those who come next gather and share the
/// one after it. Nothing is kept, and no statement that began before the question answers it, so an ended log-in is over
/// with the commit that ended it.
/// </summary>
internal sealed class SessionReads(Func<IReadOnlyList<string>, Task<List<SessionRow>>> read, TimeSpan? slow = null)
{
    private const int Most = 64;

    private static readonly TimeSpan UsuallySlow = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly Queue<Question> waiting = new();
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
                var found = (await read(Filled(batch))).ToDictionary(r => r.IdHash, StringComparer.Ordinal);
                foreach (var question in batch) question.Answer.SetResult(found.GetValueOrDefault(question.Hash));
            }
#pragma warning disable CA1031 // Whatever it was, everybody who asked is told, and the next are read again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                foreach (var question in batch) question.Answer.TrySetException(e);
                // A database that took this long to fail is silent: those at the end would wait that long many times over.
                if (Stopwatch.GetElapsedTime(began) >= (slow ?? UsuallySlow)) FailWaiting(e);
            }
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
            var batch = new List<Question>(Math.Min(Most, waiting.Count));
            while (batch.Count < Most && waiting.TryDequeue(out var question)) batch.Add(question);
            isReading = batch.Count > 0;
            return batch;
        }
    }

    // Lengths are powers of two, so that there are few statements to be prepared.
    private static List<string> Filled(List<Question> batch)
    {
        var hashes = batch.Select(q => q.Hash).Distinct(StringComparer.Ordinal).ToList();
        while (!int.IsPow2(hashes.Count)) hashes.Add(hashes[^1]);
        return hashes;
    }

    private sealed record Question(string Hash)
    {
        public TaskCompletionSource<SessionRow?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
