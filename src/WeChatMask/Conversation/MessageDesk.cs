using System.Data.Common;
using System.Threading.Channels;
using WeChatMask.Data;

namespace WeChatMask.Conversation;

/// <summary>
/// Writes down which messages are being handled and what was answered. Entries wait in a bounded queue, one writer per
/// node takes what has gathered and commits it at once: a message costs a share of a disk sync, and a chatting city does
/// not push the booking desk from the database.
/// </summary>
public sealed class MessageDesk(Database database, HandledMessageStore store, ILogger<MessageDesk> log) : IHostedService, IDisposable
{
    private const int Queue = 5_000;
    private const int Batch = 500;

    private readonly Channel<Entry> queue = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Queue) { SingleReader = true });
    private readonly CancellationTokenSource abort = new();
    private Thread? writer;

    /// <summary>Claims a message for the caller, in one step that all nodes share.</summary>
    /// <exception cref="InvalidOperationException">The queue is full, or the claim could not be written.</exception>
    public Task<Claim> ClaimAsync(string key) => AddAsync(new Entry(key, null, null));

    /// <summary>Keeps the reply to a claimed message.</summary>
    /// <exception cref="InvalidOperationException">The queue is full, or it could not be written.</exception>
    public Task AnswerAsync(string key, long lease, string reply) => AddAsync(new Entry(key, lease, reply));

    /// <summary>Gives a claim back whose handling failed.</summary>
    /// <exception cref="InvalidOperationException">The queue is full, or it could not be written.</exception>
    public Task ReleaseAsync(string key, long lease) => AddAsync(new Entry(key, lease, null));

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own, as at the booking desk: those who wait for it may fill the pool.
        writer = new Thread(Run) { IsBackground = true, Name = "message-desk" };
        writer.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        await using var stop = cancellationToken.Register(abort.Cancel);
        if (writer is { } thread) await Task.Run(thread.Join, CancellationToken.None);
    }

    /// <inheritdoc />
    public void Dispose() => abort.Dispose();

    private Task<Claim> AddAsync(Entry entry) =>
        queue.Writer.TryWrite(entry) ? entry.Written.Task : Task.FromException<Claim>(new InvalidOperationException("The queue of messages is full."));

    private void Run()
    {
        var batch = new List<Entry>(Batch);
        // An exception that left this thread would end the process.
        while (!abort.IsCancellationRequested && queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < Batch && queue.Reader.TryRead(out var entry)) batch.Add(entry);
            WriteAsync(batch).GetAwaiter().GetResult();
        }

        while (queue.Reader.TryRead(out var left)) left.Fail(null);
    }

    private async Task WriteAsync(List<Entry> batch)
    {
        try
        {
            var claims = batch.Where(e => e.Lease is null).ToList();
            var results = await database.WriteAsync(transaction => WriteAsync(transaction, batch, claims), abort.Token);
            for (var i = 0; i < claims.Count; i++) claims[i].Written.TrySetResult(results[i]);
            foreach (var entry in batch) entry.Written.TrySetResult(default);
        }
#pragma warning disable CA1031 // The desk must go on. Whoever waits is told, and tells the person; a claim that is left over runs out by itself.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // During an outage this comes once for each batch, which a stack trace would not make clearer.
            if (e is DbException db && database.Engine.IsOutage(db)) log.LogWarning("The database takes no messages, {Count} wait in vain: {Problem}", batch.Count, e.Message);
            else log.LogError(e, "{Count} messages could not be written down", batch.Count);
            foreach (var entry in batch) entry.Fail(e);
        }
    }

    private async Task<IReadOnlyList<Claim>> WriteAsync(WriteTransaction transaction, List<Entry> batch, List<Entry> claims)
    {
        var results = await store.ClaimAsync(transaction, [.. claims.Select(e => e.Key)], abort.Token);
        await HandledMessageStore.AnswerAsync(transaction, batch.Where(e => e.Reply is not null).Select(e => (e.Key, e.Lease!.Value, e.Reply!)), abort.Token);
        await HandledMessageStore.ReleaseAsync(transaction, batch.Where(e => e is { Lease: not null, Reply: null }).Select(e => (e.Key, e.Lease!.Value)), abort.Token);
        return results;
    }

    // Without a lease it asks for one; with one it brings the reply, or none when the handling failed.
    private sealed record Entry(string Key, long? Lease, string? Reply)
    {
        public TaskCompletionSource<Claim> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception? cause) => Written.TrySetException(new InvalidOperationException("A message could not be written down.", cause));
    }
}
