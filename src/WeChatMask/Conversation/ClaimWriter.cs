using System.Data.Common;
using WeChatMask.Data;

namespace WeChatMask.Conversation;

/// <summary>
/// Writes down which messages are being handled and what was answered. Entries wait in a bounded queue, one writer per
/// node takes what has gathered and commits it at once: a message costs a share of a disk sync, and a chatting city does
/// not push the booking desk from the database. When the queue is full or nothing can be written, the call fails with an
/// <see cref="InvalidOperationException"/>.
/// </summary>
public sealed partial class ClaimWriter : IHostedService, IDisposable
{
    private const int Queue = 5_000;
    private const int Batch = 500;

    private readonly Database database;
    private readonly HandledMessageStore store;
    private readonly ILogger<ClaimWriter> log;
    private readonly BatchWriter<Entry> writer;

    public ClaimWriter(Database database, HandledMessageStore store, ILogger<ClaimWriter> log)
    {
        this.database = database;
        this.store = store;
        this.log = log;
        writer = new BatchWriter<Entry>("message-claims", Queue, Batch, WriteAsync, left => left.Fail(null));
    }

    /// <summary>Claims a message for the caller, in one step that all nodes share.</summary>
    public Task<Claim> ClaimAsync(string key) => AddAsync(new Entry(key, null, null));

    public Task AnswerAsync(string key, long lease, string reply) => AddAsync(new Entry(key, lease, reply));

    /// <summary>Gives a claim back whose handling failed.</summary>
    public Task ReleaseAsync(string key, long lease) => AddAsync(new Entry(key, lease, null));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        writer.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => writer.StopAsync(cancellationToken);

    public void Dispose() => writer.Dispose();

    private Task<Claim> AddAsync(Entry entry) =>
        writer.TryAdd(entry) ? entry.Written.Task : Task.FromException<Claim>(new InvalidOperationException("The queue of messages is full."));

    private async Task WriteAsync(IReadOnlyList<Entry> batch)
    {
        try
        {
            var claims = batch.Where(e => e.Lease is null).ToList();
            var results = await database.WriteAsync(transaction => WriteAsync(transaction, batch, claims), writer.Aborted);
            for (var i = 0; i < claims.Count; i++) claims[i].Written.TrySetResult(results[i]);
            foreach (var entry in batch) entry.Written.TrySetResult(default);
        }
#pragma warning disable CA1031 // The writer must go on. Whoever waits is told, and tells the person; a claim that is left over runs out by itself.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var outage = e is DbException db && database.Engine.IsOutage(db);
            // During an outage this comes once for each batch, which a stack trace would not make clearer.
            if (outage) LogOutage(batch.Count, e.Message);
            else LogFailure(e, batch.Count);
            foreach (var entry in batch) entry.Fail(e);
            if (outage) writer.GiveBackIfSlow();
        }
    }

    private async Task<IReadOnlyList<Claim>> WriteAsync(WriteTransaction transaction, IReadOnlyList<Entry> batch, List<Entry> claims)
    {
        var results = await store.ClaimAsync(transaction, [.. claims.Select(e => e.Key)]);
        await HandledMessageStore.AnswerAsync(transaction, batch.Where(e => e.Reply is not null).Select(e => (e.Key, e.Lease!.Value, e.Reply!)));
        await HandledMessageStore.ReleaseAsync(transaction, batch.Where(e => e is { Lease: not null, Reply: null }).Select(e => (e.Key, e.Lease!.Value)));
        return results;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database takes no messages, {Count} wait in vain: {Problem}")]
    private partial void LogOutage(int count, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} messages could not be written down")]
    private partial void LogFailure(Exception failure, int count);

    // Without a lease it asks for one; with one it brings the reply, or none when the handling failed.
    private sealed record Entry(string Key, long? Lease, string? Reply)
    {
        public TaskCompletionSource<Claim> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception? cause) => Written.TrySetException(new InvalidOperationException("A message could not be written down.", cause));
    }
}
