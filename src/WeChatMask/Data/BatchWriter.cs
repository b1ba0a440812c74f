using System.Diagnostics;
using System.Threading.Channels;

namespace WeChatMask.Data;

/// <summary>
/// A bounded queue with one writer: a thread of its own takes what has gathered and writes it in one go, so that a rush
/// costs few commits.
/// </summary>
/// <typeparam name="T">What waits to be written, with a way to tell whoever brought it.</typeparam>
internal sealed class BatchWriter<T> : IDisposable
    where T : class
{
    // Far longer than a batch takes, far shorter than a person waits: a database that needs this long to fail is silent.
    private static readonly TimeSpan UsuallySlow = TimeSpan.FromSeconds(2);

    private readonly string name;
    private readonly int batchSize;
    private readonly Func<IReadOnlyList<T>, Task> write;
    private readonly Action<T> giveBack;
    private readonly TimeSpan slow;
    private readonly Channel<T> queue;
    private readonly CancellationTokenSource abort = new();
    private Thread? thread;
    private long began;

    /// <summary>Sets it up; it takes nothing out of the queue before it is started.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="capacity">How many may wait.</param>
    /// <param name="batchSize">How many are written together at most.</param>
    /// <param name="write">Writes a batch and tells everybody in it; it must not throw, which would end the process.</param>
    /// <param name="giveBack">Tells one that nothing was written for it.</param>
    /// <param name="slow">How long a failure must have taken to count as slow; two seconds unless given.</param>
    public BatchWriter(string name, int capacity, int batchSize, Func<IReadOnlyList<T>, Task> write, Action<T> giveBack, TimeSpan? slow = null)
    {
        this.name = name;
        this.batchSize = batchSize;
        this.write = write;
        this.giveBack = giveBack;
        this.slow = slow ?? UsuallySlow;
        queue = Channel.CreateBounded<T>(new BoundedChannelOptions(capacity));
    }

    public CancellationToken Aborted => abort.Token;

    public int Waiting => queue.Reader.Count;

    /// <summary>Brings one; false when the queue is full or closed.</summary>
    public bool TryAdd(T item) => queue.Writer.TryWrite(item);

    public void Start()
    {
        // A thread of its own: on the pool, those who wait for it could keep it from running.
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Takes no more, and waits until everything that was brought is written.</summary>
    /// <param name="cancellationToken">Ends the waiting: what is still in the queue is given back.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        await using var stop = cancellationToken.Register(abort.Cancel);
        if (thread is { } running) await Task.Run(running.Join, CancellationToken.None);
    }

    /// <summary>
    /// For a batch that failed because the database does not answer. When it took long to find out, everybody who waits
    /// is given back, since those at the end would wait that long many times over; a quick failure costs them nothing.
    /// </summary>
    public void GiveBackIfSlow()
    {
        if (Stopwatch.GetElapsedTime(began) >= slow) GiveBackWaiting();
    }

    public void Dispose() => abort.Dispose();

    private void Run()
    {
        var batch = new List<T>(batchSize);
        while (!abort.IsCancellationRequested && queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < batchSize && queue.Reader.TryRead(out var item)) batch.Add(item);
            began = Stopwatch.GetTimestamp();
            write(batch).GetAwaiter().GetResult();
        }

        // Left only when the stop could not wait.
        GiveBackWaiting();
    }

    private void GiveBackWaiting()
    {
        while (queue.Reader.TryRead(out var item)) giveBack(item);
    }
}
