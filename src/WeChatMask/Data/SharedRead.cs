namespace WeChatMask.Data;

/// <summary>
/// One read for all who ask the same at once: while one is under way, those who come next share the one after it. Nothing is kept,
/// and no read that began before the question answers it.
/// </summary>
internal sealed class SharedRead<T>
{
    private readonly Lock gate = new();
    private TaskCompletionSource<T>? next;
    private bool isReading;

    public Task<T> AskAsync(Func<Task<T>> read)
    {
        lock (gate)
        {
            // Not on the thread that has read: it would go on for all who asked, one after the other.
            next ??= new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            var answer = next.Task;
            if (isReading) return answer;
            isReading = true;
            _ = Task.Run(() => ReadAllAsync(read));
            return answer;
        }
    }

    private async Task ReadAllAsync(Func<Task<T>> read)
    {
        while (Take() is { } asked)
        {
            try
            {
                asked.SetResult(await read());
            }
#pragma warning disable CA1031 // Whatever it was, everybody who asked is told, and the next are read for again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                asked.SetException(e);
            }
        }
    }

    private TaskCompletionSource<T>? Take()
    {
        lock (gate)
        {
            var asked = next;
            next = null;
            isReading = asked is not null;
            return asked;
        }
    }
}
